/**
 * SIGSTOP of a worker in the middle of its work, while it holds the lock of the register's appender: another worker goes on,
 * and the register with it. After SIGCONT, past the time-out of all that it had begun, it ends what others have done meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { APPEND_LOCK } from '../../register/append/appender';
import { readIncidentEvents } from '../../register/read-incident';
import { report, Tally } from '../setup/invariants/tally';
import { declarationOf, everything, policy, RealWorld, type WorkerChild } from '../setup/real-world';
import { seeded } from '../setup/seeded';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

/** The time-out of a step is a minute: what the frozen worker had begun is begun again by the other one. */
const FROZEN_MS = 75_000;
const IDS = ['FROZEN-1', 'FROZEN-2', 'FROZEN-3', 'FROZEN-4', 'FROZEN-5', 'FROZEN-6'];
/** Whoever is frozen still holds its polls: some of the work goes into its hands, and waits there for the time-out. */
const LATER = Array.from({ length: 12 }, (_, n) => `FROZEN-later-${n + 1}`);
/** The holder of the lock is ended when it was silent for five seconds. */
const REGISTER_GOES_ON_MS = 30_000;

test('a worker frozen with the append lock in its hand: the register goes on, and nothing is done twice when it wakes', async () => {
  quietWorkers();
  const draw = seeded('worker-frozen');
  const world = await RealWorld.start();
  await world.leakRole();
  const frozen = await world.startWorker();
  for (const id of IDS) await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
  const people = IDS.map((id) => peopleClose(world, id, 280_000));
  for (const each of people) each.catch(() => undefined);
  await sleep(draw() * 4_000);
  await frozenWithLock(world, frozen);

  const healthy = await world.startWorker();
  const since = Date.now();
  for (const id of LATER) await world.client.declare({ declaration: declarationOf(id), policy });
  const written = async () => (await Promise.all(LATER.map((id) => readIncidentEvents(world.pool, id)))).flat().length;
  const went = await until('the register goes on', async () => (await written()) > 0, REGISTER_GOES_ON_MS)
    .then(() => true)
    .catch(() => false);
  const tally = new Tally();
  tally.check('silent', went, () => `the register stood still for ${Date.now() - since} ms, and nobody was told`);
  await sleep(Math.max(0, FROZEN_MS - (Date.now() - since)));
  frozen.thaw();

  await Promise.all([...people, ...LATER.map((id) => peopleClose(world, id, 120_000))]);
  for (const id of [...IDS, ...LATER]) await world.expectSound(id);
  report(tally);
  expect(tally.found()).toEqual([]);
  expect(healthy.output() + frozen.output()).not.toMatch(/nondeterminism/i);
  await Promise.all([frozen.stop(), healthy.stop()]);
}, 400_000);

/** Freezes the worker at a moment at which it holds the lock: whoever is seen holding it once it stands still. */
async function frozenWithLock(world: RealWorld, worker: WorkerChild): Promise<void> {
  await until(
    'it is frozen with the lock',
    async () => {
      if (!(await isHeld(world))) return false;
      worker.freeze();
      await sleep(150);
      if (await isHeld(world)) return true;
      worker.thaw();
      return false;
    },
    60_000,
  );
}

/** A lock with a key of 64 bits stands in two halves: https://www.postgresql.org/docs/current/view-pg-locks.html */
async function isHeld(world: RealWorld): Promise<boolean> {
  const sql = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND ((classid::bigint << 32) | objid::bigint) = $1`;
  return ((await world.pool.query(sql, [String(APPEND_LOCK)])).rowCount ?? 0) > 0;
}
