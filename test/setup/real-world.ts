/**
 * The real parts for tests of faults: a Temporal server, a Postgres that can be stopped, the mailbox, the recorder, the
 * site, and workers in processes of their own that can be killed. Gates stand between the workers and what they call.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { Client as PgClient, type Pool } from 'pg';
import { fileVault } from '../../activities/containment';
import { PostgresLedger } from '../../activities/delivery/ledger/postgres-ledger';
import { TocsinClient } from '../../client/tocsin-client';
import { type IncidentInput, type IncidentView, SEARCH_ATTRIBUTES } from '../../domain/incident/contract';
import type { EventKind, EventOf, IncidentEvent } from '../../domain/incident/events';
import { fold } from '../../domain/incident/evolve';
import { measureId } from '../../domain/incident/incident';
import { freePort } from '../../platform/free-port';
import { packageRoot } from '../../platform/package-root';
import { type ServerProcess, startServerProcess } from '../../platform/server-process';
import type { StandIns } from '../../platform/settings/stand-ins';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { createPool } from '../../postgres/pool';
import { readIncidentEvents } from '../../register/read-incident';
import { verifyRegister } from '../../register/verify';
import { LOCAL_API_KEY, LOCAL_API_TOKEN } from '../../stack';
import { type CloudflareRecorder, startCloudflareRecorder } from '../../stack/cloudflare-recorder';
import { type Mailbox, type StoredMessage, startMailbox } from '../../stack/mailbox';
import { type RunningPostgres, startPostgres } from '../../stack/postgres';
import { startSite } from '../../stack/site';
import { Gate } from './gate';
import { afterFile, startDevServer, temporaryDir, workflowBundle } from './helpers';

/** An activity that hangs for good in a worker: before its effect, or after it and before it is reported. */
export interface ActivityHold {
  /** The incident. */
  workflow: string;
  activity: string;
  /** A text of the activity's input. */
  input?: string;
  when: 'before' | 'after';
}

export interface WorkerChildOptions {
  holds?: ActivityHold[];
  /** Settings beside those of `workerEnv`. */
  env?: NodeJS.ProcessEnv;
  /** A worker for one kind of task alone. */
  does?: 'workflows' | 'activities';
  /** Every activity is done more than once: one after the other, or first two at the same time and then once more. */
  repeats?: 'twice' | 'overlapping';
}

export interface WorkerChild {
  /** kill -9, and wait until it is gone. */
  kill(): Promise<void>;
  /** In order, as at a deployment. */
  stop(): Promise<void>;
  /** How many of its holds hang now. */
  hanging(): ActivityHold[];
  output(): string;
}

/** The real policy pack. */
export const policy = loadPolicy(DEFAULT_PACKS);

/** Owners of this many enterprise workspaces: three batches of at most 100. */
export const OWNERS = 230;
const SUBSCRIBERS = 3;
const PEOPLE = 5;
const owner = (n: number) => `owner-${n}@audience.example`;
const subscriber = (n: number) => `subscriber-${n}@audience.example`;
const person = (n: number) => `person-${n}@audience.example`;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** Who must be told, by obligation, when all of `wholeBreach` is affected. */
export const AUDIENCE: Record<string, string[]> = {
  'enterprise-notice': upTo(OWNERS).map(owner),
  'status-subscribers': upTo(SUBSCRIBERS).map(subscriber),
  'gdpr-art34-individuals': upTo(PEOPLE).map(person),
};
/** What every address of the audience holds: a history or a log that holds it leaks. */
export const AUDIENCE_DOMAIN = 'audience.example';

export class RealWorld {
  postgres!: RunningPostgres;
  pool!: Pool;
  client!: TocsinClient;
  temporal!: Client;
  mailbox!: Mailbox;
  recorder!: CloudflareRecorder;
  gates!: { mailbox: Gate; recorder: Gate; postgres: Gate };
  /** The role that a leaked key could log in with. */
  readonly leakedRole = 'deploy';
  private local!: StandIns;
  temporalAddress!: { address: string; namespace: string };
  /** True when the file has ended: whoever still acts stops. */
  isOver = false;
  private children = 0;

  private constructor(readonly dir: string) {}

  static async start(): Promise<RealWorld> {
    const world = new RealWorld(temporaryDir('world'));
    await world.bringUp();
    return world;
  }

  private async bringUp(): Promise<void> {
    const port = await freePort();
    const in_ = (name: string) => path.join(this.dir, name);
    const [temporal, postgres, mailbox, recorder, site] = await Promise.all([
      startDevServer(SEARCH_ATTRIBUTES),
      startPostgres({ dir: in_('postgres'), port, durable: false, env: {} }),
      startMailbox({ dir: in_('mailbox'), apiKey: LOCAL_API_KEY }),
      startCloudflareRecorder({ dir: in_('recorder'), tokens: { local: LOCAL_API_TOKEN } }),
      startSite({ dir: in_('site') }),
    ]);
    Object.assign(this, { postgres, mailbox, recorder });
    this.gates = {
      mailbox: await Gate.before(mailbox.port),
      recorder: await Gate.before(recorder.port),
      postgres: await Gate.before(port),
    };
    this.pool = createPool(postgres.url);
    const connection = await Connection.connect({ address: temporal.address });
    this.temporal = new Client({ connection });
    this.temporalAddress = { address: temporal.address, namespace: temporal.namespace };
    this.client = new TocsinClient(this.temporal);
    this.local = {
      databaseUrl: this.gates.postgres.through(postgres.url),
      mailbox: { url: this.gates.mailbox.through(mailbox.url), apiKey: LOCAL_API_KEY },
      recorder: {
        cloudflareUrl: this.gates.recorder.through(recorder.cloudflareUrl),
        hooksUrl: this.gates.recorder.through(recorder.hooksUrl),
        apiToken: LOCAL_API_TOKEN,
      },
      site: { url: site.url, dir: in_('site') },
    };
    writeDirectory(in_('directory'));
    afterFile(async () => {
      this.isOver = true;
      await sleep(600);
      await Promise.all([connection.close(), this.pool.end(), ...Object.values(this.gates).map((gate) => gate.stop())]);
      await Promise.all([mailbox.stop(), recorder.stop(), site.stop(), this.postgres.stop()]);
    });
  }

  /** The settings of workers: everything live goes to the local parts. */
  workerEnv(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TOCSIN_DATA_DIR: path.join(this.dir, 'data'),
      TOCSIN_DIRECTORY: path.join(this.dir, 'directory'),
      TOCSIN_CONTACTS: path.join(packageRoot(), 'examples', 'contacts.yaml'),
      TOCSIN_ROTATE_DATABASE_URL: this.local.databaseUrl,
      TOCSIN_ROTATABLE_ROLES: this.leakedRole,
      TOCSIN_WEBHOOK_URL: `${this.local.recorder.hooksUrl}/containment`,
      TOCSIN_WEBHOOK_SECRET: `whsec_${Buffer.from('a webhook secret of tests').toString('base64')}`,
    };
  }

  /** Where the stand-ins are, as a running stack tells it to a worker. */
  standIns(): StandIns {
    return this.local;
  }

  /** Starts a worker in a process of its own; it ends with the file, and with this process. */
  async startWorker(options: WorkerChildOptions = {}): Promise<WorkerChild> {
    const folder = path.join(this.dir, `worker-${++this.children}`);
    mkdirSync(folder);
    const holds = (options.holds ?? []).map((hold, n) => ({ ...hold, marker: path.join(folder, `hangs-${n}`) }));
    const { local, temporalAddress: temporal } = this;
    const child: ServerProcess = await startServerProcess({
      name: 'The worker',
      command: process.execPath,
      args: [path.join(__dirname, '..', 'faults', 'worker-child.js')],
      set: {
        ...this.workerEnv(),
        ...options.env,
        TOCSIN_TEST_WORKER: JSON.stringify({ local, temporal, holds, does: options.does, repeats: options.repeats }),
      },
      ready: (output) => output.includes('worker ready'),
      readyWithinMs: 60_000,
    });
    afterFile(() => child.kill());
    return {
      kill: () => child.kill(),
      stop: () => child.stop(),
      hanging: () => holds.filter(({ marker }) => existsSync(marker)),
      output: () => child.output(),
    };
  }

  /** Stops Postgres in order; `startAgain` brings it back with all its data. */
  async stopPostgres(): Promise<void> {
    await this.postgres.stop();
  }

  async startAgain(): Promise<void> {
    const { dir, port } = this.postgres;
    this.postgres = await startPostgres({ dir, port, durable: false, env: {} });
  }

  /** The role of `leakedRole`, with a password that counts as leaked. Answers that password. */
  async leakRole(): Promise<string> {
    const admin = new PgClient({ connectionString: this.postgres.url });
    await admin.connect();
    await admin.query(`CREATE ROLE ${this.leakedRole} LOGIN PASSWORD 'leaked-password'`);
    await admin.end();
    return 'leaked-password';
  }

  async canLogIn(password: string): Promise<boolean> {
    const url = new URL(this.postgres.url);
    url.username = this.leakedRole;
    url.password = password;
    const client = new PgClient({ connectionString: url.href });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  // —— looking ——

  async view(id: string): Promise<IncidentView> {
    const view = await this.client.view(id);
    if (!view) throw new Error(`${id} is not declared yet`);
    return view;
  }

  mails(id: string, obligation?: string): StoredMessage[] {
    const of = this.mailbox.messages({ tag: `incident:${id}` });
    return obligation
      ? of.filter((mail) => mail.tags?.some(({ value }) => value === obligation.replace(':', '_')))
      : of;
  }

  /** Notices alone: alarms and filing tasks are mails to staff. */
  notices(id: string, obligation: string): StoredMessage[] {
    return this.mails(id, obligation).filter(({ request }) => /^(batch|one)\//.test(request?.key ?? ''));
  }

  /** A secret in the vault of live incidents, like `postgres-role/deploy`. */
  async secret(name: string): Promise<string | undefined> {
    return fileVault(path.join(this.dir, 'data', 'vault')).get(name);
  }

  // —— what must hold at the end ——

  /**
   * Nothing lost, nothing twice: the register is whole and its fold is the workflow's state; every recipient of every
   * round was mailed once; every alarm, task, rule, webhook and status update is there once; the ledger is settled; the history
   * can be replayed.
   */
  async expectSound(id: string, audience: Record<string, string[]> = AUDIENCE): Promise<void> {
    const events = await readIncidentEvents(this.pool, id);
    const { state, registerBacklog, inFlight } = await this.view(id);
    expect({ id, closed: state.closedAt !== undefined, registerBacklog, inFlight }).toEqual({
      id,
      closed: true,
      registerBacklog: 0,
      inFlight: [],
    });
    expect(events.map(({ seq }) => seq)).toEqual(upTo(state.seq));
    expect(await verifyRegister(this.pool, { incidentId: id })).toMatchObject({ ok: true, entries: state.seq });
    expect(JSON.parse(JSON.stringify(fold(events)))).toEqual(state);
    this.expectStaffToldOnce(id, events);
    await this.expectAudienceToldOnce(id, events, audience);
    this.expectContainedOnce(id, events);
    this.expectPublishedOnce(id, events);
    const history = await this.temporal.workflow.getHandle(id).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle: workflowBundle() }, history, id);
  }

  private expectStaffToldOnce(id: string, events: IncidentEvent[]): void {
    const scope = events[0]!.exercise ? 'exercise/' : '';
    const expected = [
      ...of(events, 'alarm-raised').map(({ seq }) => `${scope}alarm/${id}/${seq}`),
      ...of(events, 'filing-opened').map(({ data }) => `${scope}filing/${id}/${data.obligation}/${data.round}`),
    ];
    const keys = this.mails(id).map(({ request }) => request!.key);
    expect(keys.filter((key) => !/^(batch|one|page)\//.test(key)).sort()).toEqual(expected.sort());
  }

  private async expectAudienceToldOnce(
    id: string,
    events: IncidentEvent[],
    audiences: Record<string, string[]>,
  ): Promise<void> {
    const told = [...of(events, 'obligation-fulfilled'), ...of(events, 'obligation-supplemented')];
    for (const [obligation, audience] of Object.entries(audiences)) {
      const rounds = told.filter(({ data }) => data.obligation === obligation);
      const mails = this.notices(id, obligation);
      expect({ id, obligation, to: mails.flatMap(({ to }) => to).sort() }).toEqual({
        id,
        obligation,
        to: rounds.flatMap(() => audience).sort(),
      });
      for (const { data } of rounds) expect(data.evidence).toMatchObject({ sent: audience.length, failed: 0 });
      for (const { data } of rounds) {
        const ledgerKey = data.round === 1 ? obligation : `${obligation}#${data.round}`;
        const counts = await new PostgresLedger(this.pool).summary({ incidentId: id, obligationId: ledgerKey });
        expect(counts).toMatchObject({ total: audience.length, sent: audience.length, sending: 0, unknown: 0 });
      }
    }
  }

  private expectContainedOnce(id: string, events: IncidentEvent[]): void {
    const asked = of(events, 'containment-requested').map(({ data }) => data.measure);
    const undone = of(events, 'containment-undo-requested').map(({ data }) => data.id);
    const rules = this.recorder.rules().filter(({ rule }) => rule.notes === `tocsin ${id}`);
    expect(rules.map(({ rule }) => rule.configuration.value).sort()).toEqual(
      asked.flatMap((m) => (m.action === 'block-source' && !undone.includes(measureId(m)) ? [m.source] : [])).sort(),
    );
    const calls = this.recorder
      .requests({ path: '/hooks/' })
      .filter(({ body }) => (body as { incident?: string }).incident === id);
    const messages = new Set(calls.map(({ webhook }) => webhook!.id));
    const wanted = asked.filter(
      (m) => m.action === 'isolate-system' || (m.action === 'rotate-credential' && m.credential.provider === 'webhook'),
    );
    expect(messages.size).toBe(wanted.length);
    const steps = of(events, 'containment-step').map(({ data }) => `${data.id} ${data.outcome}`);
    expect(new Set(steps).size).toBe(steps.length);
    expect(steps.filter((step) => / (failed|refused)$/.test(step))).toEqual([]);
  }

  private expectPublishedOnce(id: string, events: IncidentEvent[]): void {
    const file = path.join(this.local.site.dir, 'status', 'status.json');
    const rounds = [...of(events, 'obligation-fulfilled'), ...of(events, 'obligation-supplemented')].flatMap(
      ({ data }) => (data.evidence.channel === 'status-page' ? [`${id}/${data.obligation}/${data.round}`] : []),
    );
    if (rounds.length === 0) return;
    const page = JSON.parse(readFileSync(file, 'utf8')) as {
      incidents: Array<{ id: string; incident_updates: Array<{ id: string }> }>;
    };
    const shown = page.incidents.filter((incident) => incident.id === id);
    expect(shown).toHaveLength(1);
    expect(shown[0]!.incident_updates.map((update) => update.id).sort()).toEqual(rounds.sort());
  }
}

/** The events of one kind. */
export function of<K extends EventKind>(events: readonly IncidentEvent[], kind: K): EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => event.kind === kind);
}

/** Waits for something; the error says what was seen last. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 60_000,
  seen: () => string = () => '',
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  let trouble = '';
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      trouble = (error as Error).message;
    }
    if (Date.now() > giveUpAt) throw new Error(`not within ${withinMs} ms: ${what}. ${seen()} ${trouble}`.trim());
    await sleep(100);
  }
}

type DeclarationInput = IncidentInput['declaration'];

/** A declaration without anything that would cause an effect; `over` adds what a test is about. */
export function declarationOf(id: string, over: Partial<DeclarationInput> = {}): DeclarationInput {
  const now = new Date().toISOString();
  return {
    id,
    title: 'Leaked deploy key',
    kind: 'credential-leak',
    howItOccurred: 'A deploy key stood in a public build log',
    severity: 'sev1',
    owner: 'oncall',
    detectedAt: now,
    declaredAt: now,
    declaredBy: 'oncall',
    source: 'audit log',
    affects: ['confidentiality'],
    systems: ['ci-runner'],
    serviceAffecting: false,
    assessment: { personalData: 'no' },
    ...over,
  };
}

let sources = 0;

/** What a declaration can ask for, all of it; half of the time for containment has gone by, which alarms. */
export function everything(suffix: string): Partial<DeclarationInput> {
  return {
    detectedAt: new Date(Date.now() - 72 * 60_000).toISOString(),
    serviceAffecting: true,
    assessment: wholeBreach,
    maliciousSources: [`203.0.113.${++sources}`],
    credentials: [
      { provider: 'cloudflare-token', ref: `ci-${suffix}` },
      { provider: 'postgres-role', ref: 'deploy' },
      { provider: 'webhook', ref: 'signing-key' },
    ],
    isolate: ['ci-runner'],
  };
}

/** The whole audience is affected; an Irish report is owed. */
export const wholeBreach: NonNullable<DeclarationInput['assessment']> = {
  personalData: 'yes',
  workspaces: 'all',
  likelyConsequences: 'Phishing with real names',
  individualSteps: ['Change your password'],
  dataSets: [
    {
      id: 'accounts',
      title: 'Account data',
      role: 'controller',
      categories: ['names'],
      records: 10,
      individuals: PEOPLE,
      residence: { IE: PEOPLE },
      risk: 'high',
      significantHarm: 'no',
    },
    {
      id: 'stored',
      title: 'Customer content',
      role: 'processor',
      categories: ['contents'],
      records: 900,
      individuals: 300,
      risk: 'unlikely',
      significantHarm: 'no',
    },
  ],
};

function writeDirectory(dir: string): void {
  mkdirSync(dir);
  const files = {
    'workspaces.csv': [
      'workspace_id,name,plan,owner_email,language,country',
      ...upTo(OWNERS).map((n) => `ws-${n},Workspace ${n},enterprise,${owner(n)},en,IE`),
    ],
    'individuals.csv': [
      'person_id,email,language,country,workspace_id,data_set',
      ...upTo(PEOPLE).map((n) => `p-${n},${person(n)},en,IE,ws-${n},accounts`),
    ],
    'subscribers.csv': ['subscriber_id,email,language', ...upTo(SUBSCRIBERS).map((n) => `s-${n},${subscriber(n)},en`)],
  };
  for (const [name, lines] of Object.entries(files)) writeFileSync(path.join(dir, name), `${lines.join('\n')}\n`);
}
