// After a restart, a query may reach a worker before the task that is due: it must not spoil the history.

import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import { STEP_LIMIT } from '../../worker/cache-size';
import { workflowBundle } from '../setup/helpers';
import { declarationOf, policy, RealWorld } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

const IDS = ['COLD-1', 'COLD-2', 'COLD-3'];

/** Whether an activity of an incident has not ended yet. */
async function isActing(world: RealWorld, id: string): Promise<boolean> {
  const { raw } = await world.temporal.workflow.getHandle(id).describe();
  return (raw.pendingActivities ?? []).length > 0;
}

test('a query before the due task, with an update waiting: the incident goes on, and its history can be replayed', async () => {
  quietWorkers();
  const world = await RealWorld.start();
  const first = await world.startWorker({ does: 'workflows' });
  for (const id of IDS) {
    await world.client.declare({ declaration: declarationOf(id, { maliciousSources: ['198.51.100.1'] }), policy });
  }
  for (const id of IDS) await until('effects are asked for', async () => (await world.view(id)).inFlight.length > 0);
  await first.kill();

  // Asked while nobody listens; then activities end, then an update comes; then a worker finds all of it.
  const views = IDS.map((id) => world.view(id));
  for (const view of views) view.catch(() => undefined);
  await sleep(500);
  await world.startWorker({ does: 'activities' });
  await until('the rule is made', () => world.recorder.rules().length > 0);
  for (const id of IDS) await until('activities have ended', async () => !(await isActing(world, id)));
  const updates = IDS.map((id) =>
    world.client.send(id, 'status', {
      by: 'oncall',
      status: 'contained',
      despite: 'what is not blocked is switched off',
    }),
  );
  await sleep(500);
  await world.startWorker();

  for (const receipt of await Promise.all(updates))
    expect(receipt.events.map(({ kind }) => kind)).toContain('status-changed');
  // One whose time was over before a worker was up asks again.
  for (const [n, view] of views.entries())
    expect((await view.catch(() => world.view(IDS[n]!))).state.caseId).toBe(IDS[n]);
  await Promise.all(IDS.map((id) => peopleClose(world, id, 60_000)));
  for (const id of IDS) {
    const history = await world.temporal.workflow.getHandle(id).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle: workflowBundle(), ...STEP_LIMIT }, history, id);
  }
}, 150_000);

test('a query while a frozen worker has the task: another worker answers none that would spoil the history', async () => {
  quietWorkers();
  const world = await RealWorld.start();
  const frozen = await world.startWorker({ does: 'workflows' });
  const ids = ['FROZEN-1', 'FROZEN-2', 'FROZEN-3'];
  for (const [n, id] of ids.entries())
    await world.client.declare({ declaration: declarationOf(id, { maliciousSources: [`198.51.100.${n}`] }), policy });
  for (const id of ids) await until('effects are asked for', async () => (await world.view(id)).inFlight.length > 0);

  frozen.freeze();
  const other = await world.startWorker();
  // They go on until a task is under way that the frozen worker has, and beyond its time-out of ten seconds.
  await Promise.all(
    ids.map(async (id) => {
      for (let asked = 0; asked < 8; asked++) {
        await world.view(id).catch(() => undefined);
        await sleep(300);
      }
      const update = { by: 'oncall', status: 'contained', despite: 'what is not blocked is switched off' } as const;
      await until('it is contained', () =>
        world.client.send(id, 'status', { ...update, commandId: `contained ${id}` }),
      );
    }),
  );
  frozen.thaw();
  await Promise.all(ids.map((id) => peopleClose(world, id, 60_000)));
  for (const id of ids) await world.expectSound(id);
  await Promise.all([frozen.stop(), other.stop()]);
}, 200_000);

test('queries with the whole history between refused messages and what comes after them: it can be replayed', async () => {
  quietWorkers();
  const world = await RealWorld.start();
  // Each query finds the worker that remembers the incident too slow, and comes with the whole history.
  const worker = await world.startWorker({ remembersFor: '1ms' });
  const ids = ['DROPPED-1', 'DROPPED-2', 'DROPPED-3', 'DROPPED-4'];
  for (const id of ids) await world.client.declare({ declaration: declarationOf(id), policy });
  const measure = (text: string) => ({ by: 'oncall', text });
  await Promise.all(
    ids.map(async (id) => {
      for (let n = 0; n < 8; n++) {
        // The server drops the task of this one: what comes next has the numbers of its events.
        await world.client.send(id, 'release', { by: 'oncall', obligation: 'none' }).catch(() => undefined);
        const views = [world.view(id), world.view(id), world.view(id)];
        const update = sleep(n % 5)
          .then(() => world.client.signal(id, 'measure', measure(`signal ${n}`)))
          .then(() => world.client.send(id, 'measure', measure(`update ${n}`)));
        await Promise.allSettled([...views, update]);
      }
    }),
  );
  for (const id of ids) {
    const history = await world.temporal.workflow.getHandle(id).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle: workflowBundle(), ...STEP_LIMIT }, history, id);
  }
  await worker.stop();
}, 300_000);
