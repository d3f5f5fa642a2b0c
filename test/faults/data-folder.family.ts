/**
 * The data folder of a worker is lost: while it works, while it is down in the middle of a delivery, with a spool while Postgres
 * is away; and it is exchanged for that of another. Everybody is told once, and nothing stands still.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { readIncidentEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { AUDIENCE, declarationOf, of, policy, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';
import { rests } from './standing';

const OBLIGATION = 'enterprise-notice';
let world: RealWorld;
let worker: WorkerChild | undefined;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
}, 120_000);

afterEach(async () => {
  world.gates.mailbox.lift();
  await worker?.stop();
});

const folder = (name: string) => path.join(world.dir, `folder-${name}`);
/** As in production: the signing key is on each machine, and nothing else of the folder. */
const workerIn = (name: string) =>
  world.startWorker({
    env: { TOCSIN_DATA_DIR: folder(name), TOCSIN_LOG_KEYS: path.join(world.dir, 'signing-keys.json') },
  });

function lose(name: string): void {
  injected('files of a data folder lost', readdirSync(folder(name), { recursive: true }).length);
  rmSync(folder(name), { recursive: true });
}

async function drafted(id: string): Promise<void> {
  await world.client.declare({ declaration: declarationOf(id, { assessment: wholeBreach }), policy });
  await rests(world, id);
}

/** Approves, and holds the batch of some owner in the middle. */
async function inTheMiddle(id: string, stage: 'request' | 'answer') {
  const inOrder = AUDIENCE[OBLIGATION]!.map((address) => `ws-${/\d+/.exec(address)}`).sort();
  const second = new RegExp(`owner-${inOrder[150]!.slice(3)}@`);
  const held = world.gates.mailbox.hold({ request: [/POST \/emails\/batch/, new RegExp(id), second], stage });
  await approve(id);
  await until('the second batch is under way', () => held.count() > 0);
}

const approve = (id: string) =>
  world.client.send(id, 'approve', { obligation: OBLIGATION, by: 'counsel', commandId: 'approve' });

async function endsWell(id: string): Promise<void> {
  await peopleClose(world, id, 200_000);
  await world.expectSound(id);
}

test('lost under a running worker, with a notice drafted: it is sent, and the incident ends well', async () => {
  const id = 'FOLDER-running';
  worker = await workerIn('running');
  await drafted(id);
  lose('running');
  await approve(id);
  await endsWell(id);
}, 300_000);

test.each(['request', 'answer'] as const)(
  'lost with its worker in the middle of a delivery, at the %s of a batch: each is told once',
  async (stage) => {
    const id = `FOLDER-middle-${stage}`;
    worker = await workerIn(id);
    await drafted(id);
    await inTheMiddle(id, stage);
    await worker.kill();
    lose(id);
    world.gates.mailbox.lift();
    worker = await workerIn(id);
    await endsWell(id);
  },
  300_000,
);

test('lost with the spool while Postgres is away: on-call is told which worker is waited for, and nobody is told twice meanwhile', async () => {
  const id = 'FOLDER-spool';
  worker = await workerIn('spool');
  await drafted(id);
  await world.stopPostgres();
  await approve(id);
  await until('all are told from the spool', () => world.notices(id, OBLIGATION).length === 230, 120_000);
  const spool = path.join(folder('spool'), 'spool');
  await until(
    'the spool has a journal',
    () => existsSync(spool) && readdirSync(spool).some((f) => f.endsWith('.jsonl')),
  );
  await worker.kill();
  lose('spool');
  await world.startAgain();
  worker = await workerIn('spool');
  // It is waited for in steps of a quarter of an hour; then the delivery goes on without it.
  const isTold = async () =>
    of(await readIncidentEvents(world.pool, id), 'alarm-raised').some(({ data }) => data.detail?.includes(hostname()));
  const told = await until('on-call is told', isTold, 150_000).then(
    () => true,
    () => false,
  );
  const tally = new Tally();
  tally.check('silent', told, () => `${id}: its spool is gone, and nobody is told`);
  const addresses = world.notices(id, OBLIGATION).flatMap(({ to }) => to);
  tally.once(`${id}: ${OBLIGATION}`, AUDIENCE[OBLIGATION]!, addresses);
  report(tally);
  expect(tally.found()).toEqual([]);
}, 400_000);

test('split: two workers exchange their folders while a delivery is under way', async () => {
  const id = 'FOLDER-exchanged';
  const [one, two] = [await workerIn('one'), await workerIn('two')];
  await drafted(id);
  await inTheMiddle(id, 'answer');
  await Promise.all([one.kill(), two.kill()]);
  world.gates.mailbox.lift();
  renameSync(folder('one'), folder('kept'));
  renameSync(folder('two'), folder('one'));
  renameSync(folder('kept'), folder('two'));
  injected('folders exchanged');
  worker = await workerIn('one');
  const other = await workerIn('two');
  await endsWell(id);
  await other.stop();
}, 300_000);
