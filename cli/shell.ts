/** What every command works with: outputs, environment, who acts, and the connections, opened when first needed. */

import os from 'node:os';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { CaseClient } from '../client/cases';
import { refused, usage } from '../client/errors';
import type { ServerTarget } from '../client/server/request';
import type { ServerClient } from '../client/server/server-client';
import type { ServerSettings } from '../client/settings';
import type { TocsinClient } from '../client/tocsin-client';
import { tocsin } from '../domain/kernel/command-lines';
import { unauthenticated } from '../domain/kernel/recorded-event';
import { isProduction } from '../platform/production';
import { type CliSettings, databaseOfCli, loadCliSettings, serverOfCli, temporalOfCli } from '../settings/cli';
import { runningStack } from '../settings/running-stack';
import type { TemporalSettings } from '../settings/temporal';
import { Output, type Sink } from './rendering/output';

/** Options that every verb takes. */
export interface CommonOptions {
  json?: boolean;
  by?: string;
}

export class Shell {
  readonly out: Output;
  readonly err: Output;
  private connected: TocsinClient | undefined;
  private pool: Pool | undefined;
  private loaded: CliSettings | undefined;
  private through: { target: ServerTarget; client: ServerClient } | undefined;
  /** Why commands go past the server, where somebody said so. */
  breakGlass: string | undefined;
  /** Where this process runs until it is stopped: what it says once it runs. */
  log: Logger | undefined;
  /** Whether its standard error is that of this process. */
  readonly isProcess: boolean;

  constructor(
    readonly env: NodeJS.ProcessEnv = process.env,
    stdout: Sink = process.stdout,
    stderr: Sink = process.stderr,
    /** Made by tests; else connected when first asked for. */
    private readonly given?: TocsinClient,
  ) {
    this.out = new Output(stdout, env);
    this.err = new Output(stderr, env);
    this.isProcess = stderr === process.stderr;
  }

  /** Whether the client was given, so that none has to be found. */
  get isGiven(): boolean {
    return this.given !== undefined;
  }

  /** What the command is set up with; read when first needed. @throws SettingsError */
  get settings(): CliSettings {
    if (this.loaded) return this.loaded;
    this.loaded = loadCliSettings(this.env);
    return this.loaded;
  }

  /** The queue and the keys; read only by what talks to Temporal. @throws SettingsError */
  get temporalSettings(): TemporalSettings {
    return temporalOfCli(this.env);
  }

  /** The server that TOCSIN_URL names; `undefined` where commands go straight to Temporal. @throws SettingsError */
  get server(): ServerSettings | undefined {
    return this.given ? undefined : serverOfCli(this.env);
  }

  /** Whether commands go through the server. */
  get isRemote(): boolean {
    return this.breakGlass === undefined && this.server !== undefined;
  }

  /** Whether it is known who acts, so that no command needs `--by`. */
  get actorIsSet(): boolean {
    return this.isRemote || this.settings.by !== undefined;
  }

  /**
   * Who acts on what the server has no part in: `--by`, else TOCSIN_BY, else the user of the operating system. Where a
   * server finds out who people are, and in production, the name says that nobody did here.
   */
  by(options: CommonOptions): string {
    const by = this.typedBy(options);
    const isTrusted = this.breakGlass === undefined && this.server === undefined && !isProduction(this.env);
    return isTrusted ? by : unauthenticated(by);
  }

  /**
   * Who sends a message, and why past the server where it is. Through the server it is whoever that knows, which `--by` may
   * only confirm. In production nothing is sent as whoever one says one is, but for a reason that entries then have.
   */
  async sender(options: CommonOptions): Promise<{ by: string; breakGlass?: string }> {
    const { breakGlass } = this;
    if (breakGlass !== undefined) return { by: unauthenticated(this.typedBy(options)), breakGlass };
    if (this.server) {
      const { by } = (await this.throughServer()).client.me;
      if (options.by === undefined || options.by === by) return { by };
      throw usage(`--by: the server knows you as "${by}": leave it out, or log in as ${options.by}`);
    }
    if (this.given === undefined && isProduction(this.env))
      throw usage(
        'TOCSIN_URL: is not set; in production the server finds out who acts. Set it, or say why you go past it: --break-glass REASON',
      );
    return { by: this.typedBy(options) };
  }

  private typedBy(options: CommonOptions): string {
    const by = options.by ?? this.settings.by ?? osUser();
    if (by) return by;
    throw usage('no actor given: use --by NAME or set TOCSIN_BY');
  }

  /** The client of incidents and cases: through the server where one is named, else straight at Temporal. Connects once. */
  async client(): Promise<CaseClient> {
    return this.isRemote ? (await this.throughServer()).client : this.temporal();
  }

  /** The client through the server. Throws a CommandError that says what to do where it is away or takes no such token. */
  async throughServer(): Promise<{ target: ServerTarget; client: ServerClient }> {
    if (this.through) return this.through;
    const { serverTarget } = await import('../client/server/bearer.js');
    const { connectServer } = await import('../client/server/server-client.js');
    const target = serverTarget(this.server!, runningStack(this.env));
    this.through = { target, client: await connectServer(target) };
    return this.through;
  }

  /** The client straight at Temporal, for what the server does not do. Connects once. */
  async temporal(): Promise<TocsinClient> {
    if (this.given) return this.given;
    // Loaded here: the gRPC stack takes longer to load than most commands take to run.
    const { temporalTarget } = await import('./connect.js');
    const { connectTo } = await import('../client/connect.js');
    const target = temporalTarget(this.env);
    const { encryptionKeys, taskQueue } = this.temporalSettings;
    this.connected ??= await connectTo(target, encryptionKeys, taskQueue);
    return this.connected;
  }

  /**
   * The register's database: DATABASE_URL, else that of the running stack. In production a login is refused that could
   * rewrite the past, but for `owner`: work that needs the owner's rights.
   */
  async register({ owner = false } = {}): Promise<Pool> {
    if (this.pool) return this.pool;
    const { createPool } = await import('../postgres/pool.js');
    this.pool = createPool(this.databaseUrl({ owner }), { refusePower: isProduction(this.env) && !owner });
    return this.pool;
  }

  /** Where the register's database is: DATABASE_URL, else that of the running stack. `owner`: it takes the login of its owner. */
  databaseUrl({ owner = false } = {}): string {
    const url = databaseOfCli(this.env);
    if (url) return url;
    if (this.server)
      throw refused(
        `this works on the register's database itself, which the server at ${this.server.url} does not pass on: set DATABASE_URL, or run it where that is set`,
      );
    const local = isProduction(this.env) ? '' : `, or bring up a local one with \`${tocsin('up', {})}\``;
    throw refused(
      owner
        ? `DATABASE_URL is not set: give the address of your Postgres, with the login of its owner${local}`
        : `DATABASE_URL is not set, so there is no register: give the address of your Postgres${local}. \`${tocsin('register verify', { file: 'FILE' })}\` works on an export, and \`audit verify FILE\` on an audit log`,
    );
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.connected?.close(), this.pool?.end()]);
  }
}

function osUser(): string | undefined {
  try {
    return os.userInfo().username;
  } catch {
    return undefined; // no entry for this user id, as in some containers
  }
}
