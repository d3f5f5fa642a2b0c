/** A worker that keeps no workflow in memory, as under many incidents: each task replays the whole history. */
import { declarationOf, everything, policy, RealWorld } from '../setup/real-world';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

const IDS = ['CACHE-1', 'CACHE-2', 'CACHE-3'];

test('nothing is cached: whole lifecycles of three incidents, every effect once', async () => {
  quietWorkers();
  const world = await RealWorld.start();
  await world.leakRole();
  const worker = await world.startWorker({ cached: 0 });
  for (const id of IDS) await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
  await Promise.all(IDS.map((id) => peopleClose(world, id, 150_000)));
  for (const id of IDS) await world.expectSound(id);
  expect(worker.output()).not.toMatch(/nondeterminism/i);
  await worker.stop();
}, 250_000);
