/**
 * The clock of the worker is an hour fast, then an hour slow (its own code reads a shifted Date): deadlines keep the time of
 * the server, nothing goes out early, and what the evidence says lies within the dispatch.
 */
import { injected } from '../setup/invariants/tally';
import { declarationOf, everything, policy, RealWorld } from '../setup/real-world';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

const HOUR_MS = 3_600_000;
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
    const worker = await world.startWorker({ clockAheadMs });
    const ids = [`CLOCK-${name}-1`, `CLOCK-${name}-2`];
    for (const id of ids) await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
    await Promise.all(ids.map((id) => peopleClose(world, id, 120_000)));
    const ahead = worker.clockAheadMs();
    injected(`a worker's clock that is an hour ${name}`, Number(Math.abs(ahead - clockAheadMs) < 5_000));
    for (const id of ids) await world.expectSound(id);
    await worker.stop();
  },
  200_000,
);
