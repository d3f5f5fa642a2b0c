import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { ensureSearchAttributes, type SearchAttributes, searchAttributeArgs } from '../client/search-attributes';
import { dataDir } from '../platform/folders';
import { freePort, LOOPBACK } from '../platform/free-port';
import type { Step } from '../platform/report-step';
import { startServerProcess } from '../platform/server-process';
import { resolveTemporalExecutable } from './temporal-executable';

export type { SearchAttributes, SearchAttributeType } from '../client/search-attributes';
export { temporalExecutable } from './temporal-executable';

/** How to bring up Temporal. */
export interface TemporalOptions {
  /** Registered before this resolves. */
  searchAttributes?: SearchAttributes;
  /** The SQLite file of the dev server; `temporal/temporal.db` in the data folder by default, 'memory' for none. */
  database?: string | 'memory';
  /** Loopback ports of the dev server; free ones when not given. */
  port?: number;
  uiPort?: number;
  /** The loopback address of the Web UI; 127.0.0.1 by default. */
  uiHost?: string;
  /** Where the Web UI has payloads opened. */
  codecEndpoint?: string;
  /** No Web UI. */
  headless?: boolean;
  /** The environment to read settings from; that of the process by default. */
  env?: NodeJS.ProcessEnv;
  /** Hears what is under way. */
  step?: Step;
}

/** A Temporal to use. */
export interface RunningTemporal {
  /** `host:port` of the front end. */
  address: string;
  namespace: string;
  /** Address of the Web UI, of the dev server only. */
  uiUrl?: string;
  /** How to connect: address, and for an existing Temporal its TLS, key and headers as configured. */
  connectionOptions: ConnectionOptions;
  /** For people: which of the ways was taken. */
  chosen: string;
  /** What people must still do, for example search attributes that could not be registered. */
  warning?: string;
  /** The `temporal` command that runs the dev server. */
  executable?: string;
  /** Process id of the dev server. */
  pid?: number;
  /** Stops the dev server; does nothing to an existing Temporal. */
  stop(): Promise<void>;
  /** Ends the dev server as a crash would. */
  crash?(): Promise<void>;
  /** Of the dev server: resolves when it ends though nobody stopped it. */
  failed?: Promise<Error>;
}

const silent: Step = { progress: () => {}, chose: () => {} };

/**
 * Temporal to work with: the one configured by `TEMPORAL_ADDRESS` or an envconfig profile (`TEMPORAL_PROFILE`,
 * `TEMPORAL_CONFIG_FILE`), else a dev server on loopback run by the first `temporal` command that works.
 * Rejects when the configured Temporal does not answer, when no command can be found or installed, or when the dev
 * server does not start; the message says what to do.
 */
export async function startTemporal(options: TemporalOptions = {}): Promise<RunningTemporal> {
  const env = options.env ?? process.env;
  const step = options.step ?? silent;
  const configured = readConfiguration(env);
  if (configured.connectionOptions.address) return useExisting(configured, options, step, env);
  return startDevServer(options, step, env, configured.namespace ?? 'default');
}

function readConfiguration(env: NodeJS.ProcessEnv): ClientConnectConfig {
  try {
    return loadClientConnectConfig({ overrideEnvVars: env as Record<string, string> });
  } catch (error) {
    throw new Error(
      `the Temporal configuration (TEMPORAL_* settings and ${env.TEMPORAL_CONFIG_FILE ?? 'the default temporal.toml'}) ` +
        `cannot be read: ${(error as Error).message}. A file needs at least one [profile.NAME] table`,
    );
  }
}

async function useExisting(
  configured: ClientConnectConfig,
  options: TemporalOptions,
  step: Step,
  env: NodeJS.ProcessEnv,
): Promise<RunningTemporal> {
  const address = configured.connectionOptions.address!;
  const namespace = configured.namespace ?? 'default';
  const origin = env.TEMPORAL_ADDRESS ? 'TEMPORAL_ADDRESS' : `profile "${env.TEMPORAL_PROFILE ?? 'default'}"`;
  step.progress(`connecting to ${address}`);
  const connectionOptions = configured.connectionOptions as ConnectionOptions;
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout: '10s' }).catch((error: Error) => {
    throw new Error(
      `Temporal at ${address} (${origin}) does not answer: ${error.message}. Check the address, TLS and key, or unset ` +
        'TEMPORAL_ADDRESS to use an embedded server',
    );
  });
  let warning: string | undefined;
  try {
    warning = await ensureSearchAttributes(connection, namespace, options.searchAttributes ?? {});
  } finally {
    await connection.close();
  }
  const chosen = `${origin}: ${address}, namespace ${namespace}${warning ? `\n    warning: ${warning}` : ''}`;
  step.chose(chosen);
  return { address, namespace, connectionOptions, chosen, warning, stop: async () => {} };
}

async function startDevServer(
  options: TemporalOptions,
  step: Step,
  env: NodeJS.ProcessEnv,
  namespace: string,
): Promise<RunningTemporal> {
  const executable = await resolveTemporalExecutable(step, env);
  step.progress('starting the dev server');
  const port = options.port ?? (await freePort());
  const uiPort = options.headless ? undefined : (options.uiPort ?? (await freePort()));
  const args = ['server', 'start-dev', '--ip', LOOPBACK, '--port', String(port), '--log-level', 'error'];
  const uiHost = options.uiHost ?? LOOPBACK;
  args.push(...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-ip', uiHost]));
  if (options.codecEndpoint) args.push('--ui-codec-endpoint', options.codecEndpoint);
  // It takes orders from any page of any site, and nothing of ours speaks to it.
  args.push('--dynamic-config-value', 'frontend.httpAllowedHosts=["nobody.invalid"]');
  if (namespace !== 'default') args.push('--namespace', namespace);
  const database = options.database ?? path.join(dataDir(env), 'temporal', 'temporal.db');
  if (database !== 'memory') {
    mkdirSync(path.dirname(database), { recursive: true, mode: 0o700 });
    // Nearly doubles the throughput of its one SQLite connection; a crash of the machine may lose the last moments.
    args.push('--db-filename', database, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1');
  }
  args.push(...searchAttributeArgs(options.searchAttributes ?? {}));

  const address = `${LOOPBACK}:${port}`;
  const server = await startServerProcess({
    name: 'The Temporal dev server',
    command: executable.path,
    args,
    env,
    ready: () => answers(address, namespace),
    readyWithinMs: 60_000,
  });
  await registerLaterAttributes(address, namespace, options.searchAttributes ?? {}).catch(async (error: Error) => {
    await server.stop();
    throw error;
  });
  const uiUrl = uiPort === undefined ? undefined : `http://${uiHost}:${uiPort}`;
  const chosen = `dev server from ${executable.chosen}`;
  step.chose(chosen);
  return {
    address,
    namespace,
    uiUrl,
    connectionOptions: { address },
    chosen,
    executable: executable.path,
    pid: server.pid,
    failed: server.failed,
    stop: () => server.stop(),
    crash: () => server.kill(),
  };
}

// The flags count only while a database is new: attributes that a later version of Tocsin uses are added here.
async function registerLaterAttributes(address: string, namespace: string, wanted: SearchAttributes): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const warning = await ensureSearchAttributes(connection, namespace, wanted);
    if (warning) throw new Error(warning);
  } finally {
    await connection.close();
  }
}

async function answers(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: '2s' });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } finally {
    await connection.close();
  }
}
