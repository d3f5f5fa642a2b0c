/** Whatever is repeated, overlaps, or gets no answer: one effect each, on the real parts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { injected } from '../setup/invariants/tally';
import { declarationOf, everything, policy, RealWorld, type WorkerChild } from '../setup/real-world';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

let world: RealWorld;
let worker: WorkerChild | undefined;
let leaked: string;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  leaked = await world.leakRole();
}, 120_000);

afterEach(async () => {
  world.mailbox.faults.set({});
  world.recorder.faults.set({});
  await worker?.stop();
  worker = undefined;
});

async function lifecycle(id: string): Promise<void> {
  await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
  await peopleClose(world, id, 120_000);
  await world.expectSound(id);
}

/** Sends a message that is refused again and again: each is a workflow task that leaves no event of its own. */
async function refusedUntil(id: string, done: Promise<void>): Promise<void> {
  let over = false;
  const end = done.finally(() => {
    over = true;
  });
  let refused = 0;
  while (!over) {
    await world.client.send(id, 'release', { by: 'oncall', obligation: 'none' }).catch(() => refused++);
    await sleep(20);
  }
  await end;
  expect(refused).toBeGreaterThan(20);
  injected('a message refused', refused);
}

const rolls = (id: string) => world.recorder.requests({ method: 'PUT', path: `/tokens/ci-${id}/` }).length;

test('each activity done twice: one mail, rule, update, alarm, task and entry each', async () => {
  worker = await world.startWorker({ repeats: 'twice' });
  await lifecycle('REPEAT-twice');
  injected('an activity done twice', worker.repeated());
  expect(rolls('REPEAT-twice')).toBe(1);
  expect(await world.canLogIn(leaked)).toBe(false);
  expect(await world.canLogIn((await world.secret('postgres-role/deploy'))!)).toBe(true);
}, 150_000);

test('each activity overlapping itself, as after a time-out of one that still runs: one effect each', async () => {
  worker = await world.startWorker({ repeats: 'overlapping' });
  await lifecycle('REPEAT-overlapping');
  injected('an activity that overlaps itself', worker.repeated());
  expect(await world.canLogIn((await world.secret('postgres-role/deploy'))!)).toBe(true);
}, 150_000);

test('messages are refused all the while: what a replay shows is what the register holds', async () => {
  worker = await world.startWorker({ repeats: 'overlapping' });
  const ids = ['REPEAT-refused-1', 'REPEAT-refused-2'];
  await Promise.all(ids.map((id) => refusedUntil(id, lifecycle(id))));
}, 150_000);

describe('mailbox and providers fail, each time six times', () => {
  let steady: WorkerChild;
  beforeAll(async () => {
    steady = await world.startWorker();
  }, 120_000);
  afterAll(() => steady?.stop());

  test.each([
    ['error 500', { failNext: 6 }],
    ['connection cut after it was carried out', { dropNext: 6 }],
    ['429 with retry-after', { failNext: 6, failStatus: 429, failName: 'rate_limit_exceeded' }],
  ])(
    'they answer with %s: every mail and every rule once',
    async (name, faults) => {
      world.mailbox.faults.set(faults);
      world.recorder.faults.set(faults);
      await lifecycle(`REPEAT-${name.split(' ')[0]}`);
      for (const { faults: box } of [world.mailbox, world.recorder]) {
        expect(box.current).toMatchObject({ failNext: 0, dropNext: 0 });
        injected(name, box.played);
      }
    },
    150_000,
  );
});
