/**
 * A running incident is reset: to its first workflow task, to one in the middle, to the last. The last is harmless; after the
 * others the register refuses what the fork records, which alarms, and the command that it names goes on from the register.
 */
import { readIncidentEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { AUDIENCE, declarationOf, of, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { seeded } from '../setup/seeded';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { expectOk, tocsin } from './commands';
import { peopleClose } from './people';
import { duesOf, isTold, rests } from './standing';

let world: RealWorld;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  await world.startWorker();
}, 120_000);

const draw = seeded('reset');

test.each<[string, (tasks: readonly number[]) => number]>([
  ['first', (tasks) => tasks[0]!],
  ['early', (tasks) => tasks[1 + Math.floor(draw() * (tasks.length / 2 - 1))]!],
  ['late', (tasks) => tasks[Math.floor((0.5 + draw() / 2) * (tasks.length - 1))]!],
])(
  'to a task that is not the last: %s',
  async (name, choose) => {
    const id = `RESET-${name}`;
    const before = await told(id);
    await reset(id, choose(await tasksOf(id)));
    await until('the fork tells that the register refuses its entries', () => tellsOfRegister(id));
    expect(await tocsin(world, 'resume', id)).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('--replace-running'),
    });
    await expectOk(tocsin(world, 'resume', id, '--replace-running', '--by', 'oncall'));
    await goesOn(id, before, { resumed: 1 });
  },
  200_000,
);

test('to its last task: nothing is lost, and nothing is to be done', async () => {
  const id = 'RESET-last';
  const before = await told(id);
  await reset(id, (await tasksOf(id)).at(-1)!);
  await goesOn(id, before, { resumed: 0 });
}, 200_000);

/** An incident with an alarm, of which one notice was sent; the others are still owed. */
async function told(id: string): Promise<string> {
  const declaration = declarationOf(id, { ...late(), serviceAffecting: true, assessment: wholeBreach });
  await world.client.declare({ declaration, policy });
  await rests(world, id);
  await world.client.send(id, 'approve', { obligation: 'enterprise-notice', by: 'counsel', commandId: 'approve' });
  await isTold(world, id, 'enterprise-notice');
  await rests(world, id);
  return duesOf(world, id);
}

async function goesOn(id: string, before: string, { resumed }: { resumed: number }): Promise<void> {
  await rests(world, id);
  const tally = new Tally();
  const now = await duesOf(world, id);
  tally.check('early', now === before, () => `${id}: its clocks moved: ${now} instead of ${before}`);
  const times = of(await readIncidentEvents(world.pool, id), 'resumed').length;
  tally.whole(times === resumed, () => `${id}: resumed ${times} times instead of ${resumed}`);
  report(tally);
  expect(tally.found()).toEqual([]);
  await peopleClose(world, id, 120_000);
  await world.expectSound(id, AUDIENCE, { forked: resumed > 0 });
}

/** The numbers of the events with which its workflow tasks ended: what it can be reset to. */
async function tasksOf(id: string): Promise<number[]> {
  const { events } = await world.temporal.workflow.getHandle(id).fetchHistory();
  return (events ?? []).flatMap(({ eventId, workflowTaskCompletedEventAttributes: completed }) =>
    completed ? [Number(eventId)] : [],
  );
}

async function reset(id: string, task: number): Promise<void> {
  await world.temporal.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: id },
    reason: 'a test',
    workflowTaskFinishEventId: task as never,
    requestId: `reset-${id}`,
  });
  injected('a reset');
}

async function tellsOfRegister(id: string): Promise<boolean> {
  const latest = await world.client.timeline(id).catch(() => []);
  return of(latest, 'alarm-raised').some(
    ({ data: { threshold } }) => threshold.kind === 'failing' && threshold.work === 'register',
  );
}
