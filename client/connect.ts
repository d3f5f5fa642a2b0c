/** The connection of scripts and services to Temporal: `connectTocsin` finds it, and brings the client that speaks over it. */

import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { tocsin } from '../domain/kernel/command-lines';
import { keyRing } from '../platform/encryption-key';
import { dataDir } from '../platform/folders';
import { isProduction } from '../platform/production';
import { readSettings, SettingsError } from '../platform/settings/load';
import { readRunningStack } from '../platform/stack-file';
import type { CaseClient } from './cases';
import { dataConverter } from './codec';
import { refused, usage } from './errors';
import { LONG_HISTORIES } from './long-histories';
import { serverTarget } from './server/bearer';
import { connectServer } from './server/server-client';
import { type ServerSettings, serverClientSettings } from './settings';
import { TocsinClient } from './tocsin-client';
import { temporalTlsProblem } from './verified-temporal';

/** Where Temporal is, and how that is known. */
export interface TemporalTarget {
  connectionOptions: ConnectionOptions;
  /** `host:port` */
  address: string;
  namespace: string;
  /** For people: `TEMPORAL_ADDRESS`, `profile "x"`, or another origin. */
  origin: string;
}

/** How to reach Tocsin. What is left out is taken from the environment. */
export interface ConnectOptions {
  /** `tocsin serve`, which finds out who acts; else `TOCSIN_URL`. Its token is `TOCSIN_TOKEN`, or that of `tocsin login`. */
  url?: string;
  /** `host:port` of Temporal; else `TEMPORAL_ADDRESS`, else that of the profile `TEMPORAL_PROFILE`. */
  address?: string;
  /** Else `TEMPORAL_NAMESPACE` or the profile's, else `default`. */
  namespace?: string;
  /** What else the connection needs, such as `tls` and `apiKey`; else `TEMPORAL_TLS_…`, `TEMPORAL_API_KEY` or the profile's. */
  connection?: Omit<ConnectionOptions, 'address'>;
  /** The keys of the workers, each `ID:BASE64`, the first seals; else `TOCSIN_ENCRYPTION_KEYS`, else those of a local stack. */
  encryptionKeys?: string[];
  /** The queue of the workers; else `TOCSIN_TASK_QUEUE`, else `tocsin`. */
  taskQueue?: string;
  /** Read for all of the above; that of the process by default. */
  env?: Record<string, string | undefined>;
}

/**
 * Connects to the server where one is named, else to the Temporal that Tocsin's workers use. Throws a CommandError that says what to do when no address is
 * known, when the settings cannot be read, when production has no encryption keys or no TLS, or when nothing answers within 10 seconds.
 */
export async function connectTocsin(options: ConnectOptions = {}): Promise<CaseClient> {
  const env = options.env ?? process.env;
  // Whoever gives an address of Temporal means that.
  const server = options.address ? undefined : serverOf(options, env);
  if (server) return connectServer(serverTarget(server, readRunningStack(dataDir(env as NodeJS.ProcessEnv))));
  const target = targetOf(options, env);
  if (!target) {
    throw usage(
      `no Temporal: set TEMPORAL_ADDRESS, or give \`address\`. \`${tocsin('up', {})}\` prints that of a local one`,
    );
  }
  const problem = isProduction(env)
    ? temporalTlsProblem({ ...target.connectionOptions, address: target.address })
    : undefined;
  if (problem) throw usage(problem);
  const keys = options.encryptionKeys ?? keysOf(target, env);
  if (keys.length === 0 && isProduction(env)) {
    throw usage(
      'TOCSIN_ENCRYPTION_KEYS: is not set; in production payloads must be encrypted: give those of the workers',
    );
  }
  return connectTo(target, keys, options.taskQueue ?? (env.TOCSIN_TASK_QUEUE || undefined));
}

function serverOf({ url }: ConnectOptions, env: Record<string, string | undefined>): ServerSettings | undefined {
  const given = { ...env, ...(url !== undefined && { TOCSIN_URL: url }) };
  try {
    return readSettings(serverClientSettings, given as NodeJS.ProcessEnv);
  } catch (error) {
    throw error instanceof SettingsError ? usage('the server cannot be used', [...error.problems]) : error;
  }
}

/** The keys that are set, else those of the stack that runs on this machine, when it is meant. */
function keysOf({ address }: TemporalTarget, env: Record<string, string | undefined>): string[] {
  const set = keyRing(env.TOCSIN_ENCRYPTION_KEYS ?? '');
  if (set.length > 0 || isProduction(env)) return set;
  const stack = readRunningStack(dataDir(env as NodeJS.ProcessEnv));
  return stack?.temporal.address === address ? (stack.temporal.encryptionKeys ?? []) : [];
}

function targetOf(options: ConnectOptions, env: Record<string, string | undefined>): TemporalTarget | undefined {
  const { address, namespace, connection } = options;
  const configured = configuredTemporal(address ? { ...env, TEMPORAL_ADDRESS: address } : env);
  if (!configured) return undefined;
  return {
    ...configured,
    connectionOptions: { ...configured.connectionOptions, ...connection },
    namespace: namespace ?? configured.namespace,
    origin: address ? 'the address given' : configured.origin,
  };
}

/** Temporal as the environment or a profile says; `undefined` when neither names an address. Throws on a bad profile. */
export function configuredTemporal(env: Record<string, string | undefined>): TemporalTarget | undefined {
  let configured: ReturnType<typeof loadClientConnectConfig>;
  try {
    configured = loadClientConnectConfig({ overrideEnvVars: env as Record<string, string> });
  } catch (error) {
    throw usage(
      `the Temporal profile cannot be used: ${(error as Error).message}. Check TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE`,
    );
  }
  const { address } = configured.connectionOptions;
  if (!address) return undefined;
  return {
    connectionOptions: configured.connectionOptions as ConnectionOptions,
    address,
    namespace: configured.namespace ?? 'default',
    origin: env.TEMPORAL_ADDRESS ? 'TEMPORAL_ADDRESS' : `profile "${env.TEMPORAL_PROFILE ?? 'default'}"`,
  };
}

/** Connects to a Temporal that was found. `encryptionKeys` are those of the workers. Close the client when done. */
export async function connectTo(
  target: TemporalTarget,
  encryptionKeys: string[],
  taskQueue?: string,
): Promise<TocsinClient> {
  const { connectionOptions, address, namespace, origin } = target;
  const converter = converterOf(encryptionKeys);
  try {
    const channelArgs = { ...LONG_HISTORIES, ...connectionOptions.channelArgs };
    const connection = await Connection.connect({ ...connectionOptions, channelArgs, connectTimeout: '10s' });
    return new TocsinClient(new Client({ connection, namespace, dataConverter: converter }), taskQueue);
  } catch (error) {
    throw refused(
      `Temporal at ${address} (${origin}) does not answer: ${(error as Error).message}. Check that it runs, its address and TLS`,
    );
  }
}

/** Keys that are none are no fault of Temporal. */
function converterOf(encryptionKeys: string[]) {
  try {
    return dataConverter(encryptionKeys);
  } catch (error) {
    throw usage((error as Error).message);
  }
}
