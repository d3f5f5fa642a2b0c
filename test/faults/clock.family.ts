/**
 * The clock of the worker is an hour fast, then an hour slow: deadlines keep the time of the server, nothing goes out early,
 * and what the evidence says lies within the dispatch. Its own code reads a shifted Date; with TOCSIN_FAULTS_FAKETIME, the path of
 * libfaketimeMT.so.1 (Debian has it in libfaketime), all of its process reads a shifted clock of the machine, native code too.
 */
import { injected } from '../setup/invariants/tally';
import { declarationOf, everything, policy, RealWorld } from '../setup/real-world';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

const HOUR_MS = 3_600_000;
const FAKETIME = process.env.TOCSIN_FAULTS_FAKETIME;

/** What loads the library into a process. Time-outs are measured by the other clock, which no machine has wrong. */
const shiftedMachine = (aheadMs: number) => ({
  LD_PRELOAD: FAKETIME,
  FAKETIME: `${aheadMs < 0 ? '-' : '+'}${Math.abs(aheadMs) / 1_000}s`,
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
});
let world: RealWorld;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  await world.leakRole();
}, 120_000);

test.each([
  ['fast', HOUR_MS],
  ['slow', -HOUR_MS],
])(
  'an hour %s',
  async (name, clockAheadMs) => {
    const worker = await world.startWorker(FAKETIME ? { env: shiftedMachine(clockAheadMs) } : { clockAheadMs });
    const ids = [`CLOCK-${name}-1`, `CLOCK-${name}-2`];
    for (const id of ids) await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
    await Promise.all(ids.map((id) => peopleClose(world, id, 120_000)));
    const ahead = worker.clockAheadMs();
    const whose = FAKETIME ? "the clock of a worker's machine" : "a worker's clock";
    injected(`${whose} that is an hour ${name}`, Number(Math.abs(ahead - clockAheadMs) < 5_000));
    for (const id of ids) await world.expectSound(id);
    await worker.stop();
  },
  200_000,
);
