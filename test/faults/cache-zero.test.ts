/** A worker that keeps no workflow in memory, as under many incidents: each task replays the whole history. */
import { temporal as protos } from '@temporalio/proto';
import { injected } from '../setup/invariants/tally';
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
  for (const id of IDS) injected('a task with the whole history', await replayedTasks(world, id));
  for (const id of IDS) await world.expectSound(id);
  expect(worker.output()).not.toMatch(/nondeterminism/i);
  await worker.stop();
}, 250_000);

/** How many tasks after the first one replayed it all: none was meant for a worker that remembers, or any will do. */
async function replayedTasks({ temporal }: RealWorld, id: string): Promise<number> {
  const { events } = await temporal.workflow.getHandle(id).fetchHistory();
  const queues = (events ?? []).flatMap(({ workflowTaskScheduledEventAttributes: scheduled }) =>
    scheduled ? [scheduled.taskQueue!] : [],
  );
  const sticky = queues.filter(({ kind }) => kind === protos.api.enums.v1.TaskQueueKind.TASK_QUEUE_KIND_STICKY);
  expect({ id, keptInMemory: sticky.length }).toEqual({ id, keptInMemory: 0 });
  return queues.length - 1;
}
