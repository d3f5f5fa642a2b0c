/** The Temporal of `tocsin up` with its keys, and a worker of a fake world on it, as an attacker finds them. */

import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Activities } from '../../activities/types';
import { dataConverter, workerDataConverter } from '../../client/codec';
import { SEARCH_ATTRIBUTES, TASK_QUEUE } from '../../domain/incident/contract';
import { freePort } from '../../platform/free-port';
import { type SealedTemporal, startSealedTemporal } from '../../stack/sealed-temporal';
import { answering } from '../../worker/answers';
import { workflowLimits } from '../../worker/cache-size';
import { FakeWorld } from './fake-world';
import { afterFile, temporaryDir, workflowBundle } from './helpers';
import { quietWorkers } from './workflow-harness';

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
  const usual = world.activities();
  const worker = await Worker.create({
    connection: native,
    taskQueue: TASK_QUEUE,
    workflowBundle: workflowBundle(),
    activities: { ...usual, ...instead(usual) },
    dataConverter: workerDataConverter(keys),
    interceptors: { activity: [answering] },
    shutdownForceTime: '5 seconds',
    ...workflowLimits(),
  });
  const running = worker.run();
  afterFile(async () => {
    worker.shutdown();
    await running;
  });
  return { temporal, client, world, databaseFolder };
}
