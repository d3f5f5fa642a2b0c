/** What every command works with: outputs, environment, who acts, and the connections, opened when first needed. */

import os from 'node:os';
import type { Pool } from 'pg';
import { refused, usage } from '../client/errors';
import type { TocsinClient } from '../client/tocsin-client';
import { tocsin } from '../domain/kernel/command-lines';
import { isProduction } from '../platform/production';
import { type CliSettings, databaseOfCli, loadCliSettings, temporalOfCli } from '../settings/cli';
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

  constructor(
    readonly env: NodeJS.ProcessEnv = process.env,
    stdout: Sink = process.stdout,
    stderr: Sink = process.stderr,
    /** Made by tests; else connected when first asked for. */
    private readonly given?: TocsinClient,
  ) {
    this.out = new Output(stdout, env);
    this.err = new Output(stderr, env);
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

  /** Who acts: `--by`, else TOCSIN_BY, else the user of the operating system. */
  by(options: CommonOptions): string {
    const by = options.by ?? this.settings.by ?? osUser();
    if (by) return by;
    throw usage('no actor given: use --by NAME or set TOCSIN_BY');
  }

  /** The client of incidents and cases. Connects once. */
  async client(): Promise<TocsinClient> {
    if (this.given) return this.given;
    // Loaded here: the gRPC stack takes longer to load than most commands take to run.
    const { temporalTarget } = await import('./connect.js');
    const { connectTo } = await import('../client/connect.js');
    const { encryptionKeys, taskQueue } = this.temporalSettings;
    this.connected ??= await connectTo(temporalTarget(this.env), encryptionKeys, taskQueue);
    return this.connected;
  }

  /**
   * The register's database: DATABASE_URL, else that of the running stack. In production a login is refused that could
   * rewrite the past, but for `owner`: work that needs the owner's rights.
   */
  async register({ owner = false } = {}): Promise<Pool> {
    if (this.pool) return this.pool;
    const { createPool } = await import('../postgres/pool.js');
    this.pool = createPool(this.databaseUrl(), { refusePower: isProduction(this.env) && !owner });
    return this.pool;
  }

  /** Where the register's database is: DATABASE_URL, else that of the running stack. */
  databaseUrl(): string {
    const url = databaseOfCli(this.env);
    if (url) return url;
    throw refused(
      `no register: ${isProduction(this.env) ? 'set' : `run \`${tocsin('up', {})}\` or set`} DATABASE_URL. \`${tocsin('register verify', { file: 'FILE' })}\` works on an export`,
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
