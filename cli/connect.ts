/** The connection to Temporal: as the environment or a profile says, else that of the stack that runs on this machine. */
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { refused, usage } from '../client/errors';
import { dataDir } from '../platform/folders';
import { readRunningStack } from '../platform/stack-file';

/** Where Temporal is, and how that is known. */
export interface TemporalTarget {
  connectionOptions: ConnectionOptions;
  address: string;
  namespace: string;
  /** `TEMPORAL_ADDRESS`, `profile "x"` or `the running stack`. */
  origin: string;
  /** Web UI of the running stack. */
  uiUrl?: string;
}

/** Finds Temporal. Throws an error that says what to do when there is none. */
export function temporalTarget(env: NodeJS.ProcessEnv = process.env): TemporalTarget {
  let configured: ReturnType<typeof loadClientConnectConfig>;
  try {
    configured = loadClientConnectConfig({ overrideEnvVars: env as Record<string, string> });
  } catch (error) {
    throw usage(
      `the Temporal profile cannot be used: ${(error as Error).message}. Check TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE`,
    );
  }
  const { address } = configured.connectionOptions;
  if (address) {
    const origin = env.TEMPORAL_ADDRESS ? 'TEMPORAL_ADDRESS' : `profile "${env.TEMPORAL_PROFILE ?? 'default'}"`;
    const namespace = configured.namespace ?? 'default';
    return { connectionOptions: configured.connectionOptions as ConnectionOptions, address, namespace, origin };
  }
  const stack = readRunningStack(dataDir(env));
  if (!stack) throw refused('no Temporal: run `npx tocsin up` or set TEMPORAL_ADDRESS');
  const { temporal } = stack;
  return {
    connectionOptions: { address: temporal.address },
    address: temporal.address,
    namespace: temporal.namespace,
    origin: 'the running stack',
    uiUrl: temporal.uiUrl,
  };
}

/**
 * Connects. `dataConverter` is that of the workers: with a payload codec, both sides must have the same.
 * Close `connection` when done.
 */
export async function connectTemporal(target: TemporalTarget, dataConverter?: DataConverter): Promise<Client> {
  const { connectionOptions, address, namespace, origin } = target;
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: '10s' });
    return new Client({ connection, namespace, dataConverter });
  } catch (error) {
    throw refused(
      `Temporal at ${address} (${origin}) does not answer: ${(error as Error).message}. Check that it runs, its address and TLS`,
    );
  }
}
