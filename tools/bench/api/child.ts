/**
 * The processes of the benchmark of the API: the worker of Tocsin's workflows without an outside world, the server in which
 * people and tools act, and a bare Fastify route.
 */
import { randomBytes } from 'node:crypto';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import Fastify from 'fastify';
import { workerDataConverter } from '../../../client/codec';
import { TASK_QUEUE } from '../../../domain/incident/contract';
import { LOOPBACK } from '../../../platform/free-port';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { startServer } from '../../../server/start-server';
import { answering } from '../../../worker/answers';
import { builtBundle } from '../../../worker/bundle';
import { workflowLimits } from '../../../worker/cache-size';
import { outsideWorld } from '../outside-world';

/** What a child gets: what it is, where Temporal is, the keys of all, and the bearer token of the server. */
export interface ChildInput {
  what: 'worker' | 'server' | 'bare';
  address: string;
  encryptionKeys: string[];
  sessionKey: string;
}

/** What it tells: that it is ready, with its address; of a worker, that an incident was opened, and how many messages were recorded. */
export type Told = { ready: string } | { declared: string } | { recorded: number; refused: number };

const tell = (told: Told) => void process.send!(told);
const policy = loadPolicy(DEFAULT_PACKS);

async function work({ address, encryptionKeys }: ChildInput): Promise<void> {
  // On a busy machine its core warns of every task that took long.
  const logging = { filter: makeTelemetryFilterString({ core: 'ERROR' }) };
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue: TASK_QUEUE,
    workflowBundle: builtBundle(),
    activities: outsideWorld(policy, (events) => {
      for (const { incidentId, kind } of events) if (kind === 'declared') tell({ declared: incidentId });
      const of = (wanted: string) => events.filter(({ kind }) => kind === wanted).length;
      tell({
        recorded: of('measure-recorded'),
        refused: of('rejected') + of('noted'),
      });
    }),
    dataConverter: workerDataConverter(encryptionKeys),
    interceptors: { activity: [answering] },
    ...workflowLimits(),
  });
  tell({ ready: '' });
  await worker.run();
}

async function serve({ address, encryptionKeys, sessionKey }: ChildInput): Promise<void> {
  const { url } = await startServer({
    settings: { origins: [], pages: {} },
    temporal: { address, namespace: 'default' },
    encryptionKeys,
    taskQueue: TASK_QUEUE,
    session: { key: sessionKey, who: 'on-call' },
    host: LOOPBACK,
    port: 0,
    pages: { policy: { packs: DEFAULT_PACKS } },
  });
  tell({ ready: url });
}

/** A page of the size of the board, made of nothing. */
async function serveBare(): Promise<void> {
  const app = Fastify();
  const page = `<!doctype html><title>Board</title><pre>${randomBytes(15_000).toString('hex')}</pre>`;
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  tell({ ready: await app.listen({ host: LOOPBACK, port: 0 }) });
}

// Nothing outlives who started it.
process.once('disconnect', () => process.exit(1));
process.once('message', (input: ChildInput) => {
  const starting = { worker: work, server: serve, bare: serveBare }[input.what](input);
  starting.catch((error) => {
    console.error(error);
    process.exit(1);
  });
});
