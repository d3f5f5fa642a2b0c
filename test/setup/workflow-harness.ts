/** Runs the incident workflow at its real durations on a server whose clock skips, with the outside world faked. */

import { randomBytes } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Activities } from '../../activities/types';
import { workerDataConverter } from '../../client/codec';
import { searchAttributeArgs } from '../../client/search-attributes';
import { obligationOf } from '../../domain/case/alarm';
import type { Receipt } from '../../domain/case/contract';
import { escalationId } from '../../domain/escalation/escalation';
import {
  INCIDENT_WORKFLOW,
  type IncidentInput,
  type IncidentView,
  SEARCH_ATTRIBUTES,
  TASK_QUEUE,
} from '../../domain/incident/contract';
import { type EventKind, type EventOf, type IncidentEvent, obligationOfEvent } from '../../domain/incident/events';
import { fold } from '../../domain/incident/evolve';
import type { MessageName } from '../../domain/incident/messages';
import type { IncidentState, Obligation } from '../../domain/incident/state';
import { HISTORY_AHEAD } from '../../domain/kernel/failures';
import { HOUR_MS, type Instant, toInstant, toMs } from '../../domain/kernel/time';
import { freePort, LOOPBACK } from '../../platform/free-port';
import { startServerProcess } from '../../platform/server-process';
import { answering } from '../../worker/answers';
import { workflowLimits } from '../../worker/cache-size';
import { AUDIENCE_DOMAINS, FakeWorld } from './fake-world';
import { afterFile, fromSetup, startTimeSkipping, workflowBundle } from './helpers';
import { NO_TEMPORAL } from './no-temporal';
import { Pauses } from './pauses';

export type DeclarationInput = IncidentInput['declaration'];
type AssessmentInput = NonNullable<DeclarationInput['assessment']>;
export type DataSetInput = NonNullable<AssessmentInput['dataSets']>[number];

export const ONCALL = 'oncall@example.com';
export const COUNSEL = 'counsel@example.com';

/** Alarms and sends must come within this span after their exact instant: the machine's own delay, nothing else. */
export const PROMPT_MS = 10_000;

/** Payloads above this make the server warn, above 2 MB it refuses them; the time-skipping server accepts all. */
const PAYLOAD_WARNING_BYTES = 256 * 1024;

/** Accounts of the company's own customers: it is the controller. High risk; people in Ireland and Canada. */
export const accounts = (over: Partial<DataSetInput> = {}): DataSetInput => ({
  id: 'accounts',
  title: 'Account data',
  role: 'controller',
  categories: ['name', 'login'],
  subjects: ['customers'],
  likelyConsequences: 'Mails that seem to come from us may ask you for your password',
  records: 1200,
  individuals: Object.values(over.residence ?? { IE: 2, CA: 1 }).reduce<number>((sum, n) => sum + (n ?? 0), 0),
  residence: { IE: 2, CA: 1 },
  protection: { encrypted: 'no', keysTaken: 'no' },
  risk: 'high',
  significantHarm: 'yes',
  ...over,
});

/** What customers store: the company is their processor. */
export const stored = (over: Partial<DataSetInput> = {}): DataSetInput => ({
  id: 'stored',
  title: 'Customer content',
  role: 'processor',
  categories: ['contents of projects'],
  likelyConsequences: 'What your users stored may become known to others',
  records: 9000,
  individuals: 3000,
  ...over,
});

/** A complete assessment: all duties of the Trust Center are owed. */
export const assessment = (over: Partial<AssessmentInput> = {}): AssessmentInput => ({
  personalData: 'yes',
  dataSets: [accounts(), stored()],
  workspaces: ['ws-1', 'ws-2', 'ws-team'],
  plainSummary: 'Somebody used a key of ours that had become public, and read parts of our database',
  perWorkspace: {
    stored: Object.fromEntries(
      ['ws-1', 'ws-2', 'ws-team'].map((workspace) => [workspace, { individuals: 1000, records: 3000 }]),
    ),
  },
  likelyConsequences: 'Phishing with real names',
  individualSteps: ['Change your password'],
  periodFrom: '2026-01-01T00:00:00Z',
  periodTo: '2026-01-01T05:00:00Z',
  ...over,
});

/** A declaration with everything affected, detected at `nowMs`. */
export const declaration = (id: string, nowMs: number, over: Partial<DeclarationInput> = {}): DeclarationInput => ({
  id,
  title: 'Leaked deploy key',
  kind: 'credential-leak',
  howItOccurred: 'A deploy key stood in a public build log',
  severity: 'sev1',
  owner: ONCALL,
  detectedAt: toInstant(nowMs),
  declaredAt: toInstant(nowMs),
  declaredBy: ONCALL,
  source: 'audit-log',
  affects: ['confidentiality'],
  systems: ['api'],
  maliciousSources: ['203.0.113.9'],
  credentials: [{ provider: 'postgres-role', ref: 'deploy' }],
  serviceAffecting: true,
  assessment: assessment(),
  ...over,
});

/** Silences what workers log about the failures that tests cause. */
export function quietWorkers(): void {
  if (!quieted) Runtime.install({ logger: new DefaultLogger('ERROR') });
  quieted = true;
}
let quieted = false;

/** Starts a worker with the built workflows and this world; it is shut down after the file. `keys`: it seals, as one of Tocsin's does. */
export async function startWorker(
  connection: NativeConnection,
  world: FakeWorld,
  real: Partial<Activities> = {},
  { taskQueue = TASK_QUEUE, keys }: { taskQueue?: string; keys?: string[] } = {},
): Promise<{ stop(): Promise<void> }> {
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: workflowBundle(),
    ...(keys && { dataConverter: workerDataConverter(keys), interceptors: { activity: [answering] } }),
    activities: { ...world.activities(), ...real },
    shutdownForceTime: '5 seconds',
    ...workflowLimits(),
  });
  const running = worker.run();
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    worker.shutdown();
    await running;
  };
  afterFile(stop);
  return { stop };
}

/** A real server in memory with settings of its own, given as `limit.historyCount.suggestContinueAsNew: 60`. */
export async function startDevServerWith(settings: Record<string, string | number>): Promise<{ address: string }> {
  const address = `${LOOPBACK}:${await freePort()}`;
  const args = ['server', 'start-dev', '--headless', '--log-level', 'error', '--ip', LOOPBACK];
  args.push('--port', address.split(':')[1]!, ...searchAttributeArgs(SEARCH_ATTRIBUTES));
  for (const [key, value] of Object.entries(settings)) args.push('--dynamic-config-value', `${key}=${value}`);
  const server = await startServerProcess({
    name: 'The Temporal dev server',
    command: fromSetup('TEMPORAL_CLI_PATH'),
    args,
    env: { ...process.env, ...NO_TEMPORAL },
    ready: async () => {
      const connection = await Connection.connect({ address, connectTimeout: '2s' });
      await connection.workflowService.describeNamespace({ namespace: 'default' }).finally(() => connection.close());
      return true;
    },
    readyWithinMs: 60_000,
  });
  afterFile(() => server.stop());
  return { address };
}

/** A client and a worker with a fake world, a new one or that of another server, on a real server; both end with the file. */
export async function connectTo(
  address: string,
  world = new FakeWorld(() => Date.now()),
): Promise<{ client: Client; world: FakeWorld; incident(id: string): TestIncident }> {
  quietWorkers();
  const native = await NativeConnection.connect({ address });
  afterFile(() => native.close());
  const connection = await Connection.connect({ address });
  afterFile(() => connection.close());
  const client = new Client({ connection });
  await startWorker(native, world);
  return { client, world, incident: (id) => new TestIncident(id, client.workflow.getHandle(id), world) };
}

/** A server whose clock skips, a worker and a fake world: one a test file, started in `beforeAll`. */
export class WorkflowHarness {
  readonly incidents: TestIncident[] = [];

  private constructor(
    private readonly server: Awaited<ReturnType<typeof startTimeSkipping>>,
    readonly world: FakeWorld,
    private readonly worker: Awaited<ReturnType<typeof startWorker>>,
  ) {}

  /** `real`: activities that are not faked, over the server's client. */
  static async start(real?: (client: Client, world: FakeWorld) => Partial<Activities>): Promise<WorkflowHarness> {
    quietWorkers();
    const server = await startTimeSkipping(SEARCH_ATTRIBUTES);
    const world = new FakeWorld(() => server.env.currentTimeMs());
    const worker = await startWorker(server.env.nativeConnection, world, real?.(server.env.client, world));
    return new WorkflowHarness(server, world, worker);
  }

  /** Before the end of the file, where a scenario has a server of its own. */
  async stop(): Promise<void> {
    await this.worker.stop();
    await this.server.stop();
  }

  get client(): Client {
    return this.server.env.client;
  }

  /** For a worker beside the harness's own. */
  get connection(): NativeConnection {
    return this.server.env.nativeConnection;
  }

  /** `host:port` of the server, for the `temporal` command. */
  get address(): string {
    return this.server.env.address;
  }

  async now(): Promise<Instant> {
    return toInstant(await this.server.env.currentTimeMs());
  }

  /** The instant `hours` from now. */
  async in(hours: number): Promise<Instant> {
    return toInstant((await this.server.env.currentTimeMs()) + hours * HOUR_MS);
  }

  /** Declares an incident at the server's present instant, under the real policy pack. */
  async declare(over: Partial<DeclarationInput> = {}, input: Partial<IncidentInput> = {}): Promise<TestIncident> {
    const incident = await this.start(over, { policy: this.world.policy, ...input });
    await incident.quiet();
    return incident;
  }

  /** Starts the workflow without waiting for anything. */
  async start(over: Partial<DeclarationInput> = {}, input: Partial<IncidentInput> = {}): Promise<TestIncident> {
    const id = `INC-${randomBytes(4).toString('hex')}`;
    const nowMs = await this.server.env.currentTimeMs();
    const handle = await this.client.workflow.start(INCIDENT_WORKFLOW, {
      taskQueue: TASK_QUEUE,
      workflowId: id,
      args: [{ declaration: declaration(id, nowMs, over), ...input }],
    });
    const incident = new TestIncident(id, handle, this.world);
    this.incidents.push(incident);
    return incident;
  }

  /** Lets time pass for all incidents, and waits until what it caused is done. */
  async sleep(ms: number): Promise<void> {
    if (ms > 0) await this.server.env.sleep(ms);
    for (const incident of this.incidents) await incident.quiet();
  }

  async sleepHours(hours: number): Promise<void> {
    await this.sleep(Math.round(hours * HOUR_MS));
  }

  async sleepUntil(at: Instant): Promise<void> {
    await this.sleep(toMs(at) - (await this.server.env.currentTimeMs()));
  }

  /** For `afterEach`: what must hold at the end of every scenario; then ends its workflows. */
  async endOfScenario(): Promise<void> {
    this.world.repair();
    try {
      for (const incident of this.incidents) await incident.check();
    } finally {
      for (const incident of this.incidents.splice(0)) await incident.end();
    }
  }
}

/** One incident under test. */
export class TestIncident {
  /** A failed start leaves no state to look at. */
  expectsNoState = false;
  /** Effects that are meant to be stuck: `quiet` does not wait for them. */
  stuck: (key: string) => boolean = () => false;

  constructor(
    readonly id: string,
    readonly handle: WorkflowHandle,
    private readonly world: FakeWorld,
  ) {}

  /** Sends a message as an update, as a person who waits for the answer does. */
  send(name: MessageName, message: Record<string, unknown>): Promise<Receipt> {
    return this.handle.executeUpdate<Receipt, [unknown]>(name, { args: [{ by: COUNSEL, ...message }] });
  }

  /** Sends a message as a signal, as tooling does; whatever it holds. */
  signal(name: string, ...args: unknown[]): Promise<void> {
    return this.handle.signal(name, ...args);
  }

  /** Asks again, as the typed client does, where a worker has not caught up with the incident yet. */
  async view(): Promise<IncidentView> {
    const giveUpAt = Date.now() + 20_000;
    for (;;) {
      try {
        return await this.handle.query<IncidentView>('state');
      } catch (error) {
        if (!String((error as Error).message).includes(HISTORY_AHEAD) || Date.now() > giveUpAt) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async state(): Promise<IncidentState> {
    return (await this.view()).state;
  }

  async obligation(id: string): Promise<Obligation> {
    const { obligations } = await this.state();
    const found = obligations[id];
    if (!found) throw new Error(`no obligation ${id}; there are ${Object.keys(obligations).join(', ')}`);
    return found;
  }

  register(): IncidentEvent[] {
    return this.world.register(this.id);
  }

  /** The register's entries of one kind. */
  entries<K extends EventKind>(kind: K): EventOf<K>[] {
    return this.register().filter((entry): entry is EventOf<K> => entry.kind === kind);
  }

  /** The entries of one kind about one obligation. */
  about<K extends EventKind>(kind: K, obligation: string): EventOf<K>[] {
    return this.entries(kind).filter((entry) => obligationOfEvent(entry) === obligation);
  }

  /** The alarms of an obligation that people got, oldest first. */
  alarms(obligation?: string) {
    const all = this.world.alarms.map((call) => call.input).filter((input) => input.incidentId === this.id);
    const ours = obligation === undefined ? all : all.filter((input) => obligationOf(input) === obligation);
    return ours.sort((a, b) => a.seq - b.seq);
  }

  mails(obligation?: string) {
    return this.world.mails.filter((m) => m.incidentId === this.id && (!obligation || m.obligation === obligation));
  }

  published(obligation?: string) {
    return this.world.published.filter(
      ({ input }) => input.incidentId === this.id && (!obligation || input.obligation === obligation),
    );
  }

  /** Waits until nothing is in flight and the register has everything. */
  async quiet(withinMs = 50_000): Promise<void> {
    if (this.expectsNoState) return;
    const giveUpAt = Date.now() + withinMs;
    const pauses = new Pauses(20, 100);
    let seen = '';
    do {
      const view = await this.view();
      if (view) {
        const waiting = view.inFlight.filter((key) => !this.stuck(key));
        const backlog = this.stuck('register') ? 0 : view.registerBacklog;
        if (waiting.length === 0 && backlog === 0) return;
        seen = `in flight: ${waiting.join(', ')}; register backlog: ${view.registerBacklog}`;
      }
      await pauses.next();
    } while (Date.now() < giveUpAt);
    throw new Error(`${this.id} did not come to rest within ${withinMs} ms (${seen || 'no state yet'})`);
  }

  /** Asserts what holds after every scenario: nothing lost, nothing twice, the same fold, no leak, small payloads. */
  async check(): Promise<void> {
    if (this.expectsNoState) return;
    await this.quiet();
    await this.assertFold();
    for (const history of [await this.handle.fetchHistory(), ...(await this.deliveries())]) {
      expect(AUDIENCE_DOMAINS.exec(decodedPayloads(history))?.[0]).toBeUndefined();
      expect(largestPayload(history)).toBeLessThan(PAYLOAD_WARNING_BYTES);
      const failedTasks = (history.events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []);
      expect(failedTasks.map((task) => task.failure?.message)).toEqual([]);
    }
  }

  /** The histories of the deliveries that the incident started. */
  async deliveries(): Promise<History[]> {
    const rounds = this.entries('dispatch-started').map(({ data }) => `${this.id}/${data.obligation}/${data.round}`);
    const histories = rounds.map((id) =>
      this.handle.client
        .getHandle(id)
        .fetchHistory()
        .catch(() => undefined),
    );
    return (await Promise.all(histories)).filter((history) => history !== undefined);
  }

  /** The register's fold is the workflow's own state; every event stands there once, in order. */
  async assertFold(): Promise<void> {
    const { state, registerBacklog } = await this.view();
    const entries = this.register();
    expect(registerBacklog).toBe(0);
    expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1));
    expect(entries).toHaveLength(state.seq);
    expect(plain(fold(entries))).toEqual(state);
  }

  async end(): Promise<void> {
    const rounds = Object.values((await this.view().catch(() => undefined))?.state?.obligations ?? {});
    const children = rounds.flatMap((o) => Array.from({ length: o.round }, (_, n) => `${this.id}/${o.id}/${n + 1}`));
    const { client } = this.handle;
    for (const id of [this.id, ...children, escalationId(this.id)]) {
      await endAtRest(client.getHandle(id));
    }
  }
}

/** As the last event of a history: a workflow task waits or is being done (temporal.api.enums.v1.EventType). */
const TASK_UNDER_WAY = [5, 6];

/**
 * Ends a workflow when it has come to rest, or after 5 s. Ended with a task under way, the time-skipping server never skips
 * again (temporalio/sdk-java issue 1138), and every later test of the file waits in vain.
 */
export async function endAtRest(handle: WorkflowHandle): Promise<void> {
  try {
    const giveUpAt = Date.now() + 5_000;
    for (let before = 0; Date.now() < giveUpAt; await new Promise((resolve) => setTimeout(resolve, 10))) {
      const { raw } = await handle.describe();
      const events = (await handle.fetchHistory()).events ?? [];
      const atRest = !raw.pendingActivities?.length && !TASK_UNDER_WAY.includes(events.at(-1)?.eventType as number);
      if (atRest && events.length === before) break;
      before = events.length;
    }
    await handle.terminate('the test is over');
  } catch {
    // It is over, or never was.
  }
}

/** As it looks after a journey through JSON: without `undefined`. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** All payload data of a history, one text. */
export function decodedPayloads(history: History): string {
  return payloads(history)
    .map(({ data }) => Buffer.from(data!).toString('utf8'))
    .join('\n');
}

/** The same of a history that was sealed with these keys. */
export async function openedPayloads(history: History, codec: PayloadCodec): Promise<string> {
  // Search attributes are in clear: the server reads them.
  const open = async (payload: Payload) => (await codec.decode([payload]).catch(() => [payload]))[0]!;
  const opened = await Promise.all(payloads(history).map(open));
  return opened.map(({ data }) => Buffer.from(data!).toString('utf8')).join('\n');
}

/** The size in bytes of the largest payload of a history. */
export function largestPayload(history: History): number {
  return Math.max(0, ...payloads(history).map(({ data }) => data!.length));
}

function payloads(value: unknown): Payload[] {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  const own = (value as { data?: unknown; metadata?: unknown }).data;
  if (own instanceof Uint8Array && 'metadata' in value) return [value as Payload];
  return Object.values(value).flatMap(payloads);
}
