/** The Temporal of `tocsin up` with its keys, and a worker of a fake world on it, as an attacker finds them. */

import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Activities } from '../../activities/types';
import { dataConverter } from '../../client/codec';
import { SEARCH_ATTRIBUTES } from '../../domain/incident/contract';
import { freePort } from '../../platform/free-port';
import { type SealedTemporal, startSealedTemporal } from '../../stack/sealed-temporal';
import { FakeWorld } from './fake-world';
import { afterFile, temporaryDir } from './helpers';
import { quietWorkers, startWorker } from './workflow-harness';

/** Opens its gateway. */
export const SESSION_KEY = 'the-key-of-the-session';

export interface SealedWorld {
  temporal: SealedTemporal;
  client: Client;
  world: FakeWorld;
  databaseFolder: string;
}

/** Stops with the file. `instead`: activities of the test in place of the world's. */
export async function startSealedWorld(instead: (usual: Activities) => Partial<Activities>): Promise<SealedWorld> {
  quietWorkers();
  const env = { ...process.env, TEMPORAL_ADDRESS: undefined, TOCSIN_ENCRYPTION_KEYS: undefined };
  const ports = { temporal: await freePort(), temporalUi: await freePort(), webUi: await freePort() };
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>) => {
    const part = await starting;
    afterFile(() => part.stop());
    return part;
  };
  const databaseFolder = path.join(temporaryDir(), 'temporal');
  const at = { dir: databaseFolder, ports, env, sessionKey: SESSION_KEY, keep };
  const temporal = await startSealedTemporal(at, { searchAttributes: SEARCH_ATTRIBUTES, env });
  const keys = temporal.encryptionKeys!;
  const { address } = temporal.server;
  const native = await NativeConnection.connect({ address });
  afterFile(() => native.close());
  const connection = await Connection.connect({ address });
  afterFile(() => connection.close());
  const client = new Client({ connection, dataConverter: dataConverter(keys) });
  const world = new FakeWorld(() => Date.now());
  await startWorker(native, world, instead(world.activities()), { keys });
  return { temporal, client, world, databaseFolder };
}
