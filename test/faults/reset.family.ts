/**
 * An incident is reset: to its first workflow task, to one in the middle, to the last; and when it is closed. A reset to the last
 * task is harmless; the fork of another one tells a person, does nothing else and ends itself at the first entry that the register
 * refuses, and the command that it names goes on from the register.
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
    await stopsItself(id);
    await expectOk(tocsin(world, 'resume', id, '--by', 'oncall'));
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

test('when it is closed: the fork stops itself, and the incident stays closed', async () => {
  const id = 'RESET-closed';
  await told(id);
  await peopleClose(world, id, 120_000);
  const entries = (await readIncidentEvents(world.pool, id)).length;
  await reset(id, (await tasksOf(id))[0]!);
  await stopsItself(id);
  expect(await world.client.stands(id)).toBe('closed');
  expect(await tocsin(world, 'list', '--json')).toMatchObject({ out: expect.not.stringContaining(id) });
  const tally = new Tally();
  const now = (await readIncidentEvents(world.pool, id)).length;
  tally.whole(now === entries, () => `${id}: ${now} entries after the reset, ${entries} before`);
  report(tally);
  expect(tally.found()).toEqual([]);
}, 300_000);

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

/** The fork ends; a person was told by one mail, which names the command; and nothing but alarms has gone out since the reset. */
async function stopsItself(id: string): Promise<void> {
  const notices = () => Object.keys(AUDIENCE).flatMap((obligation) => world.notices(id, obligation)).length;
  const before = notices();
  const handle = world.temporal.workflow.getHandle(id);
  await until('the fork has ended', async () => (await handle.describe()).status.name === 'FAILED', 90_000);
  const tally = new Tally();
  const told = world.mails(id).filter(({ text }) => text?.includes('the workflow has stopped itself'));
  tally.check('silent', told.length >= 1, () => `${id}: the fork has stopped, and nobody was told`);
  tally.check('doubled', told.length <= 1, () => `${id}: ${told.length} mails about one stop`);
  tally.check('early', notices() === before, () => `${id}: the fork has sent ${notices() - before} notices`);
  report(tally);
  expect(tally.found()).toEqual([]);
  expect(told[0]!.text).toContain(`npx tocsin resume ${id}`);
}
