/** Whatever is repeated, overlaps, or gets no answer: one effect each, on the real parts. */
import { declarationOf, everything, policy, RealWorld, type WorkerChild } from '../setup/real-world';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

let world: RealWorld;
let worker: WorkerChild | undefined;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
}, 120_000);

afterEach(async () => {
  world.mailbox.faults.set({});
  world.recorder.faults.set({});
  await worker?.stop();
});

async function lifecycle(id: string): Promise<void> {
  await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
  await peopleClose(world, id, 120_000);
  await world.expectSound(id);
}

const rolls = (id: string) => world.recorder.requests({ method: 'PUT', path: `/tokens/ci-${id}/` }).length;

test('each activity done twice: one mail, rule, update, alarm, task and entry each', async () => {
  const leaked = await world.leakRole();
  worker = await world.startWorker({ repeats: 'twice' });
  await lifecycle('REPEAT-twice');
  expect(rolls('REPEAT-twice')).toBe(1);
  expect(await world.canLogIn(leaked)).toBe(false);
  expect(await world.canLogIn((await world.secret('postgres-role/deploy'))!)).toBe(true);
}, 150_000);

test('each activity overlapping itself, as after a time-out of one that still runs: one effect each', async () => {
  worker = await world.startWorker({ repeats: 'overlapping' });
  await lifecycle('REPEAT-overlapping');
  expect(await world.canLogIn((await world.secret('postgres-role/deploy'))!)).toBe(true);
}, 150_000);

test.each([
  ['error 500', { failNext: 6 }],
  ['connection cut after it was carried out', { dropNext: 6 }],
  ['429 with retry-after', { ratePerSecond: 4 }],
])(
  'mailbox and providers answer with %s: every mail and every rule once',
  async (name, faults) => {
    const id = `REPEAT-${name.split(' ')[0]}`;
    worker = await world.startWorker();
    world.mailbox.faults.set(faults);
    world.recorder.faults.set(faults);
    await lifecycle(id);
  },
  150_000,
);
