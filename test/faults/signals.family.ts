/**
 * A thousand signals, some of them twice, to an incident that begins a new run every 150 events of history, whose worker
 * dies by kill -9 in between: each stands in the register exactly once, and the incident goes on to its end. A busy machine
 * begins fewer runs for as many signals: then more are sent, until four have begun anew.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readIncidentEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { declarationOf, of, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { seeded } from '../setup/seeded';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { peopleClose } from './people';
import { runsOf } from './sizes';

const SIGNALS = 1_000;
const SENDERS = 4;
/** Longest pause of a sender: also while a new run is begun, more comes in. */
const PAUSE_MS = 300;
const RUNS = 5;
/** Of what is sent beyond them, so many at a time. */
const BURST = 50;
const ID = 'SIGNALS-1';

test('a thousand signals around the beginnings of new runs: none lost, none doubled', async () => {
  quietWorkers();
  const draw = seeded('signals');
  const world = await RealWorld.start({ newRunAfter: 150 });
  const first = await world.startWorker();
  await world.client.declare({ declaration: declarationOf(ID, { ...late(), assessment: wholeBreach }), policy });
  await until('it is declared', () => world.client.view(ID));

  const signal = async (n: number) => {
    const measure = { text: `Step ${n}`, by: 'detector', commandId: `step-${n}` };
    await world.client.signal(ID, 'measure', measure);
    if (draw() < 0.2) await world.client.signal(ID, 'measure', measure);
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
