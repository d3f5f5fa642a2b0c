/**
 * The real parts for tests of faults: a Temporal server, a Postgres that can be stopped, the mailbox, the recorder, the
 * site, and workers in processes of their own that can be killed. Gates stand between the workers and what they call.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Client as PgClient, type Pool } from 'pg';
import { fileVault } from '../../activities/containment';
import { LONG_HISTORIES } from '../../client/long-histories';
import { TocsinClient } from '../../client/tocsin-client';
import { type IncidentInput, type IncidentView, SEARCH_ATTRIBUTES, TASK_QUEUE } from '../../domain/incident/contract';
import type { EventKind, EventOf, IncidentEvent } from '../../domain/incident/events';
import { freePort } from '../../platform/free-port';
import { packageRoot } from '../../platform/package-root';
import { type ServerProcess, startServerProcess } from '../../platform/server-process';
import type { StandIns } from '../../platform/settings/stand-ins';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { createPool } from '../../postgres/pool';
import { LOCAL_API_KEY, LOCAL_API_TOKEN } from '../../stack';
import { type CloudflareRecorder, startCloudflareRecorder } from '../../stack/cloudflare-recorder';
import { type Mailbox, type StoredMessage, startMailbox } from '../../stack/mailbox';
import { type RunningPostgres, startPostgres } from '../../stack/postgres';
import { startSite } from '../../stack/site';
import { type RunningTemporal, startTemporal } from '../../stack/temporal';
import { Gate } from './gate';
import { afterFile, startDevServer, startTimeSkipping, type TimeSkipping, temporaryDir } from './helpers';
import { type Examined, examine } from './invariants/examine';
import { injected, report } from './invariants/tally';
import { NO_TEMPORAL } from './no-temporal';
import { startDevServerWith } from './workflow-harness';

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
  /** How many workflows it keeps in memory; 0: each task replays the whole history. */
  cached?: number;
  /** How long tasks wait for the worker that remembers the workflow; a short time, and queries come with the whole history. */
  remembersFor?: string;
  /** Its clock is wrong by so much. */
  clockAheadMs?: number;
  /** The built files of another release. */
  dist?: string;
  /** What it says to Temporal passes the gate before that, uncompressed. */
  gated?: boolean;
}

export interface WorldOptions {
  /** Temporal keeps its database in a file, so that it can be killed and started again. */
  lasting?: boolean;
  /** Temporal's clock skips, by `pass`, as no other's does; this one has no lists and no schedules. */
  skipping?: boolean;
  /** After so many events of history Temporal asks a workflow to begin a new run. */
  newRunAfter?: number;
  postgresDir?: string;
  /** Postgres answers once the disk has it; without this, what it answered last may be lost when it is killed. */
  durable?: boolean;
}

export interface WorkerChild {
  /** kill -9, and wait until it is gone. */
  kill(): Promise<void>;
  /** In order, as at a deployment. */
  stop(): Promise<void>;
  /** SIGSTOP: it does nothing, and its connections stay. */
  freeze(): void;
  /** SIGCONT: it goes on as if no time had passed. */
  thaw(): void;
  /** How many of its holds hang now. */
  hanging(): ActivityHold[];
  /** How many activities it did more than once, with `repeats`. */
  repeated(): number;
  /** By how much its clock is ahead, as its own code reads it in an activity. */
  clockAheadMs(): number;
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

/** Who must be told, by obligation, when all of `wholeBreach` is affected and there are so many owners. */
export const audienceOf = (owners: number): Record<string, string[]> => ({
  'enterprise-notice': upTo(owners).map(owner),
  'status-subscribers': upTo(SUBSCRIBERS).map(subscriber),
  'gdpr-art34-individuals': upTo(PEOPLE).map(person),
});
export const AUDIENCE = audienceOf(OWNERS);
/** What every address of the audience holds: a history or a log that holds it leaks. */
export const AUDIENCE_DOMAIN = 'audience.example';

export class RealWorld {
  postgres!: RunningPostgres;
  pool!: Pool;
  client!: TocsinClient;
  temporal!: Client;
  mailbox!: Mailbox;
  recorder!: CloudflareRecorder;
  gates!: { mailbox: Gate; recorder: Gate; postgres: Gate; temporal: Gate };
  /** The role that a leaked key could log in with. */
  readonly leakedRole = 'deploy';
  private local!: StandIns;
  temporalAddress!: { address: string; namespace: string };
  /** True when the file has ended: whoever still acts stops. */
  isOver = false;
  private children = 0;
  private durable = false;
  private lastingTemporal?: { server: RunningTemporal; port: number };
  private skippingTemporal?: TimeSkipping['env'];

  private constructor(readonly dir: string) {}

  /** Starts all but the workers. */
  static async start(options: WorldOptions = {}): Promise<RealWorld> {
    const world = new RealWorld(temporaryDir('world'));
    await world.bringUp(options);
    return world;
  }

  private async bringUp(options: WorldOptions): Promise<void> {
    const { lasting, skipping, postgresDir, newRunAfter, durable = false } = options;
    this.durable = durable;
    const port = await freePort();
    const in_ = (name: string) => path.join(this.dir, name);
    const [temporal, postgres, mailbox, recorder, site] = await Promise.all([
      lasting
        ? this.startTemporal(await freePort(steadyPort()))
        : skipping
          ? this.startSkippingTemporal()
          : this.startPassingTemporal(newRunAfter),
      startPostgres({ dir: postgresDir ?? in_('postgres'), port, durable, env: {} }),
      startMailbox({ dir: in_('mailbox'), apiKey: LOCAL_API_KEY }),
      startCloudflareRecorder({ dir: in_('recorder'), tokens: { local: LOCAL_API_TOKEN } }),
      startSite({ dir: in_('site') }),
    ]);
    Object.assign(this, { postgres, mailbox, recorder });
    this.gates = {
      mailbox: await Gate.before(mailbox.port),
      recorder: await Gate.before(recorder.port),
      postgres: await Gate.before(port),
      temporal: await Gate.before(Number(new URL(`http://${temporal.address}`).port)),
    };
    this.pool = createPool(postgres.url);
    const connection = Connection.lazy({ address: temporal.address, channelArgs: LONG_HISTORIES });
    this.temporal = new Client({ connection });
    this.temporalAddress = { address: temporal.address, namespace: temporal.namespace };
    // Its tests declare before there are workers.
    this.client = new TocsinClient(this.temporal, TASK_QUEUE, 0);
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
      await this.lastingTemporal?.server.stop();
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
    const journal = path.join(folder, 'journal.json');
    const { local, temporalAddress } = this;
    const gate = new URL(this.gates.temporal.through('http://127.0.0.1/')).host;
    const gated = { ...temporalAddress, address: gate, grpcCompression: { codec: 'none' } };
    const temporal = options.gated ? gated : temporalAddress;
    const child: ServerProcess = await startServerProcess({
      name: 'The worker',
      command: process.execPath,
      args: [path.join(__dirname, '..', 'faults', 'worker-child.js')],
      set: {
        ...this.workerEnv(),
        ...options.env,
        TOCSIN_TEST_WORKER: JSON.stringify({ ...options, env: undefined, local, temporal, holds, journal }),
      },
      ready: (output) => output.includes('worker ready'),
      readyWithinMs: 60_000,
    });
    afterFile(() => child.kill());
    const kill = async () => {
      if (child.ended()) throw new Error('the worker that is to be killed has ended before');
      await child.kill();
      injected('kill -9 of a worker');
    };
    return {
      kill,
      stop: () => child.stop(),
      freeze: () => {
        process.kill(child.pid, 'SIGSTOP');
        injected('SIGSTOP of a worker');
      },
      thaw: () => void process.kill(child.pid, 'SIGCONT'),
      hanging: () => holds.filter(({ marker }) => existsSync(marker)),
      repeated: () => seenIn(journal).repeated,
      clockAheadMs: () => seenIn(journal).now - statSync(journal).mtimeMs,
      output: () => child.output(),
    };
  }

  /** A Temporal that keeps all in memory. */
  private async startPassingTemporal(newRunAfter?: number): Promise<{ address: string; namespace: string }> {
    if (newRunAfter === undefined) return startDevServer(SEARCH_ATTRIBUTES);
    const { address } = await startDevServerWith({ 'limit.historyCount.suggestContinueAsNew': newRunAfter });
    return { address, namespace: 'default' };
  }

  private async startSkippingTemporal(): Promise<{ address: string; namespace: string }> {
    const { env } = await startTimeSkipping(SEARCH_ATTRIBUTES);
    this.skippingTemporal = env;
    return { address: env.address, namespace: env.namespace ?? 'default' };
  }

  /** Has so many milliseconds pass for a `skipping` Temporal; it stands still while somebody is at work, or asked for. */
  async pass(ms: number): Promise<void> {
    await this.skippingTemporal!.sleep(ms);
  }

  /** A Temporal whose database is a file, on a port that it keeps. */
  private async startTemporal(port: number): Promise<RunningTemporal> {
    const env = { ...process.env, ...NO_TEMPORAL };
    const database = path.join(this.dir, 'temporal.db');
    const server = await startTemporal({ searchAttributes: SEARCH_ATTRIBUTES, database, port, headless: true, env });
    this.lastingTemporal = { server, port };
    return server;
  }

  /** kill -9 of the Temporal of a `lasting` world. */
  async crashTemporal(): Promise<void> {
    await this.lastingTemporal!.server.crash!();
    injected('kill -9 of Temporal');
  }

  async startTemporalAgain(): Promise<void> {
    await this.startTemporal(this.lastingTemporal!.port);
  }

  /** kill -9 of Postgres; `startAgain` brings it back. */
  async crashPostgres(): Promise<void> {
    await this.postgres.crash!();
    injected('kill -9 of Postgres');
  }

  /** Stops Postgres in order; `startAgain` brings it back with all its data. */
  async stopPostgres(): Promise<void> {
    await this.postgres.stop();
    injected('Postgres stopped');
  }

  async startAgain(): Promise<void> {
    const { dir, port } = this.postgres;
    this.postgres = await startPostgres({ dir, port, durable: this.durable, env: {} });
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

  /** Nothing of a closed incident is lost, doubled, early or silent, as everything outside of its workflow shows it. */
  async expectSound(id: string, audience = AUDIENCE, how: Omit<Examined, 'audience'> = {}): Promise<void> {
    const tally = await examine(this, id, { audience, ...how });
    report(tally);
    expect(tally.found()).toEqual([]);
  }
}

/** Below those that systems give to connections: nothing else takes it while its server is away. */
export function steadyPort(): number {
  return 20_000 + Math.floor(Math.random() * 10_000);
}

/** The events of one kind. */
export function of<K extends EventKind>(events: readonly IncidentEvent[], kind: K): EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => event.kind === kind);
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

/** What a worker child notes in each activity. */
function seenIn(journal: string): { repeated: number; now: number } {
  return JSON.parse(readFileSync(journal, 'utf8'));
}

/** The directory as a world has it; written again with more owners, incidents that are declared from then on have more to tell. */
export function writeDirectory(dir: string, owners = OWNERS): void {
  mkdirSync(dir, { recursive: true });
  const files = {
    'workspaces.csv': [
      'workspace_id,name,plan,owner_email,language,country',
      ...upTo(owners).map((n) => `ws-${n},Workspace ${n},enterprise,${owner(n)},en,IE`),
    ],
    'individuals.csv': [
      'person_id,email,language,country,workspace_id,data_set',
      ...upTo(PEOPLE).map((n) => `p-${n},${person(n)},en,IE,ws-${n},accounts`),
    ],
    'subscribers.csv': ['subscriber_id,email,language', ...upTo(SUBSCRIBERS).map((n) => `s-${n},${subscriber(n)},en`)],
  };
  for (const [name, lines] of Object.entries(files)) writeFileSync(path.join(dir, name), `${lines.join('\n')}\n`);
}
