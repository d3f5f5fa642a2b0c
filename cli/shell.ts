/** What every command works with: outputs, environment, who acts, and the connections, opened when first needed. */
import os from 'node:os';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { CaseClient } from '../client/case-client';
import { refused, usage } from '../client/errors';
import type { TocsinClient } from '../client/tocsin-client';
import type { CliSettings } from '../settings/cli';
import { Output, type Sink } from './rendering/output';

/** Options that every verb takes. */
export interface CommonOptions {
  json?: boolean;
  by?: string;
}

export class Shell {
  readonly out: Output;
  readonly err: Output;
  private temporal: Client | undefined;
  private pool: Pool | undefined;
  private loaded: CliSettings | undefined;

  constructor(
    readonly env: NodeJS.ProcessEnv = process.env,
    stdout: Sink = process.stdout,
    stderr: Sink = process.stderr,
    /** Made by tests; else connected when first asked for. */
    private client?: TocsinClient,
  ) {
    this.out = new Output(stdout, env);
    this.err = new Output(stderr, env);
  }

  /** What the command is set up with; read when first needed. @throws SettingsError */
  get settings(): CliSettings {
    if (this.loaded) return this.loaded;
    const { loadCliSettings } = require('../settings/cli') as typeof import('../settings/cli');
    this.loaded = loadCliSettings(this.env);
    return this.loaded;
  }

  /** Who acts: `--by`, else TOCSIN_BY, else the user of the operating system. */
  by(options: CommonOptions): string {
    const by = options.by ?? this.settings.by ?? osUser();
    if (by) return by;
    throw usage('no actor given: use --by NAME or set TOCSIN_BY');
  }

  /** The client of incidents. Connects once. */
  async incidents(): Promise<TocsinClient> {
    if (this.client) return this.client;
    // Loaded here: the gRPC stack takes longer to load than most commands take to run.
    const { temporalTarget } = require('./connect') as typeof import('./connect');
    const { connectTemporal } = require('../client/connect') as typeof import('../client/connect');
    const { dataConverter } = require('../client/codec') as typeof import('../client/codec');
    const { TocsinClient: Incidents } = require('../client/tocsin-client') as typeof import('../client/tocsin-client');
    const { encryptionKeys, taskQueue } = this.settings;
    this.temporal = await connectTemporal(temporalTarget(this.env), dataConverter(encryptionKeys));
    this.client = new Incidents(this.temporal, taskQueue);
    return this.client;
  }

  /** The client of cases, over the same connection. */
  async cases(): Promise<CaseClient> {
    const { temporal } = await this.incidents();
    const { CaseClient: Cases } = require('../client/case-client') as typeof import('../client/case-client');
    return new Cases(temporal, this.settings.taskQueue);
  }

  /** The register's database: DATABASE_URL, else that of the running stack. */
  register(): Pool {
    if (this.pool) return this.pool;
    const { createPool } = require('../postgres/pool') as typeof import('../postgres/pool');
    this.pool = createPool(this.databaseUrl());
    return this.pool;
  }

  /** Where the register's database is: DATABASE_URL, else that of the running stack. */
  databaseUrl(): string {
    const url = this.settings.databaseUrl;
    if (url) return url;
    throw refused(
      'no register: run `npx tocsin up` or set DATABASE_URL. `tocsin register verify FILE` works on an export',
    );
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.temporal?.connection.close(), this.pool?.end()]);
  }
}

function osUser(): string | undefined {
  try {
    return os.userInfo().username;
  } catch {
    return undefined; // no entry for this user id, as in some containers
  }
}
