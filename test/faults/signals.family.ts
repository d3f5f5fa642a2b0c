/**
 * Four thousand signals wait for an incident while no worker is there: it decides all of them in time, however many come at once.
 * And a thousand signals, some of them twice, to an incident that begins a new run every 150 events of history, whose worker
 * dies by kill -9 in between: each stands in the register exactly once, and the incident goes on to its end. A busy machine
 * begins fewer runs for as many signals: then more are sent, until four have begun anew.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { temporal as temporalProto } from '@temporalio/proto';
import { readIncidentEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { declarationOf, of, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { seeded } from '../setup/seeded';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { peopleClose } from './people';
import { runsOf } from './sizes';
import { rests } from './standing';

const SIGNALS = 1_000;
const SENDERS = 4;
/** Longest pause of a sender: also while a new run is begun, more comes in. */
const PAUSE_MS = 300;
const RUNS = 5;
/** Of what is sent beyond them, so many at a time. */
const BURST = 50;
const ID = 'SIGNALS-1';
const START_TO_CLOSE = temporalProto.api.enums.v1.TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE;

/** As a sender does that hears no answer on a busy machine: it cannot tell whether it was heard, and says the same again. */
async function taken(send: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!/DEADLINE_EXCEEDED|UNAVAILABLE/.test(String((error as Error).cause))) throw error;
      injected('a signal to which no answer came');
    }
  }
}

test('a thousand signals around the beginnings of new runs: none lost, none doubled', async () => {
  quietWorkers();
  const draw = seeded('signals');
  const world = await RealWorld.start({ newRunAfter: 150 });
  const first = await world.startWorker();
  await world.client.declare({ declaration: declarationOf(ID, { ...late(), assessment: wholeBreach }), policy });
  await until('it is declared', () => world.client.view(ID));

  const signal = async (n: number) => {
    const measure = { text: `Step ${n}`, by: 'detector', commandId: `step-${n}` };
    await taken(() => world.client.signal(ID, 'measure', measure));
    if (draw() < 0.2) await taken(() => world.client.signal(ID, 'measure', measure));
  };
  let sent = 0;
  const sending = Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (sent < SIGNALS) {
        await signal(++sent);
        await sleep(draw() * PAUSE_MS);
      }
    }),
  );
  await until('some were sent', () => sent > SIGNALS * (0.2 + draw() * 0.5));
  await first.kill();
  const second = await world.startWorker();
  await sending;
  const haveBegun = async () => {
    // It has read what was sent when it answers, and may begin a run before more comes.
    await world.client.view(ID);
    if ((await runsOf(world, ID)) >= RUNS) return true;
    for (let n = 0; n < BURST; n++) await signal(++sent);
    return false;
  };
  await until(
    `${RUNS} runs have begun`,
    haveBegun,
    400_000,
    () => `sent: ${sent}; the worker: ${second.output().slice(-2_000)}`,
  );
  await peopleClose(world, ID, 240_000);

  const tally = new Tally();
  tally.once(
    `${ID}: signals in the register`,
    Array.from({ length: sent }, (_, n) => `Step ${n + 1}`),
    of(await readIncidentEvents(world.pool, ID), 'measure-recorded').map(({ data }) => data.text),
  );
  const runs = await runsOf(world, ID);
  injected('a new run', runs - 1);
  tally.whole(runs >= RUNS, () => `${ID}: only ${runs} runs: no signal met the beginning of one`);
  report(tally);
  expect(tally.found()).toEqual([]);
  await world.expectSound(ID);
  expect(first.output() + second.output()).not.toMatch(/nondeterminism/i);
  await second.stop();
}, 900_000);

/** More than a run may have events before a new one is to begin. */
const WAITING = 4_000;
const WAITS = 'SIGNALS-WAITING';

test('four thousand signals that waited for a worker: no task of the incident runs out of time, none lost, none doubled', async () => {
  quietWorkers();
  const world = await RealWorld.start();
  const first = await world.startWorker();
  await world.client.declare({ declaration: declarationOf(WAITS, { ...late(), assessment: wholeBreach }), policy });
  await until('it is declared', () => world.client.view(WAITS));
  await rests(world, WAITS, 120_000);
  await first.stop();
  let sent = 0;
  await Promise.all(
    Array.from({ length: 5 * SENDERS }, async () => {
      while (sent < WAITING) {
        const n = ++sent;
        await world.client.signal(WAITS, 'measure', { text: `Step ${n}`, by: 'detector', commandId: `step-${n}` });
      }
    }),
  );
  injected('a signal that waited for a worker', sent);

  const second = await world.startWorker();
  const recorded = async () => of(await readIncidentEvents(world.pool, WAITS), 'measure-recorded');
  const all = async () => (await recorded()).length >= WAITING;
  await until('all stand in the register', all, 400_000, () => second.output().slice(-2_000));
  const tally = new Tally();
  tally.once(
    `${WAITS}: signals in the register`,
    Array.from({ length: WAITING }, (_, n) => `Step ${n + 1}`),
    (await recorded()).map(({ data }) => data.text),
  );
  const { overdue, longestMs } = await tasksOf(world, WAITS);
  tally.check(
    'silent',
    overdue === 0,
    () => `${WAITS}: ${overdue} tasks ran out of time; the longest took ${longestMs} ms`,
  );
  report(tally);
  expect(tally.found()).toEqual([]);
  await peopleClose(world, WAITS, 240_000);
  await world.expectSound(WAITS);
  await second.stop();
}, 900_000);

/** How many workflow tasks of all runs of it ended by a time-out or failed, and how long the longest of the others took. */
async function tasksOf({ temporal }: RealWorld, id: string): Promise<{ overdue: number; longestMs: number }> {
  let overdue = 0;
  let longestMs = 0;
  for await (const { runId } of temporal.workflow.list({ query: `WorkflowId="${id}"` })) {
    const { events } = await temporal.workflow.getHandle(id, runId).fetchHistory();
    const startedMs = new Map<string, number>();
    for (const event of events ?? []) {
      const atMs = Number(event.eventTime!.seconds) * 1_000 + Number(event.eventTime!.nanos) / 1e6;
      const completed = event.workflowTaskCompletedEventAttributes;
      if (event.workflowTaskStartedEventAttributes) startedMs.set(String(event.eventId), atMs);
      if (completed) longestMs = Math.max(longestMs, atMs - startedMs.get(String(completed.startedEventId))!);
      // The task that a worker was given before it stopped is no fault.
      const { timeoutType } = event.workflowTaskTimedOutEventAttributes ?? {};
      if (event.workflowTaskFailedEventAttributes || timeoutType === START_TO_CLOSE) overdue++;
    }
  }
  return { overdue, longestMs: Math.round(longestMs) };
}
