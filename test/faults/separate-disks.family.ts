/**
 * Two workers that share Temporal and Postgres and no folder: what one drafted and claimed, the other sends, at once and once; and
 * half of the time for containment passes meanwhile, which one of them rings.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { injected } from '../setup/invariants/tally';
import { audienceOf, declarationOf, policy, RealWorld, wholeBreach, writeDirectory } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';
import { halfIsOverIn, rings } from './standing';

let world: RealWorld;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
}, 120_000);

/** More than go out side by side: four batches of 100. */
const MANY = 530;

const folderOf = (name: string) => path.join(world.dir, `data-of-${name}`);
/** As in production: the signing key is on each machine, and nothing else of the folder. */
const workerWithDisk = (name: string) =>
  world.startWorker({
    env: { TOCSIN_DATA_DIR: folderOf(name), TOCSIN_LOG_KEYS: path.join(world.dir, 'signing-keys.json') },
  });

/** The journals in the spool of a worker. */
function spooled(name: string): string[] {
  const dir = path.join(folderOf(name), 'spool');
  return existsSync(dir) ? readdirSync(dir).filter((file) => file.endsWith('.jsonl')) : [];
}

/** Waits until all of the register is signed, by whichever worker. */
const allSigned = () =>
  until('all is signed', async () => {
    const { rows } = await world.pool.query(
      'SELECT size = (SELECT max(position) FROM tocsin.register_entries) AS whole FROM tocsin.log_signer',
    );
    return rows[0]?.whole;
  });

/** How often activities of a workflow had to be tried again, by type. */
async function repeated(workflowId: string): Promise<Record<string, number>> {
  const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
  const types = new Map<string, string>();
  const found: Record<string, number> = {};
  for (const {
    eventId,
    activityTaskScheduledEventAttributes: scheduled,
    activityTaskStartedEventAttributes: started,
  } of events ?? []) {
    if (scheduled) types.set(String(eventId), scheduled.activityType!.name!);
    const type = started && types.get(String(started.scheduledEventId));
    if (type && started.attempt! > 1) found[type] = (found[type] ?? 0) + started.attempt! - 1;
  }
  return found;
}

async function drafted(id: string, obligation = 'enterprise-notice') {
  const over = { ...halfIsOverIn(15_000), assessment: wholeBreach };
  await world.client.declare({ declaration: declarationOf(id, over), policy });
  await until(
    'the notice is drafted',
    async () => (await world.view(id)).state.obligations[obligation]?.draft,
    150_000,
  );
}

test('drafted by one worker, whose machine is then gone with its disk, and sent by another at the first attempt', async () => {
  const id = 'DISKS-moved';
  const one = await workerWithDisk('one');
  await drafted(id);
  await one.kill();
  rmSync(folderOf('one'), { recursive: true });
  injected('a disk is gone');

  const two = await workerWithDisk('two');
  await world.client.send(id, 'approve', { by: 'counsel', obligation: 'enterprise-notice', commandId: 'approve-1' });
  await until('all are told', () => world.notices(id, 'enterprise-notice').length === 230, 60_000);
  expect(await repeated(`${id}/enterprise-notice/1`)).toEqual({});
  await rings(world, id);
  await peopleClose(world, id, 150_000);
  await world.expectSound(id);
  // The signer's memory was on the disk that is gone: the other one goes on with the same log.
  await allSigned();
  await two.stop();
}, 300_000);

test('both at work on many incidents: no step is tried again for what lies on the other disk', async () => {
  const ids = ['DISKS-a', 'DISKS-b', 'DISKS-c'];
  const workers = [await workerWithDisk('three'), await workerWithDisk('four')];
  await Promise.all(ids.map((id) => drafted(id)));
  await Promise.all(ids.map((id) => rings(world, id)));
  await Promise.all(ids.map((id) => peopleClose(world, id, 200_000)));
  for (const id of ids) {
    await world.expectSound(id);
    for (const workflow of [id, `${id}/enterprise-notice/1`]) {
      expect({ workflow, repeated: await repeated(workflow) }).toEqual({ workflow, repeated: {} });
    }
  }
  await allSigned();
  const published = ['three', 'four'].filter((name) =>
    existsSync(path.join(folderOf(name), 'register', 'log', 'checkpoint')),
  );
  expect(published).toHaveLength(1);
  for (const name of ['three', 'four'])
    expect(existsSync(path.join(folderOf(name), 'artefacts', 'unsent'))).toBe(false);
  await Promise.all(workers.map((worker) => worker.stop()));
}, 300_000);

test('Postgres cut in the middle of a delivery: it goes on in the spool of one of them, every mail once', async () => {
  const id = 'DISKS-cut';
  const workers = [await workerWithDisk('five'), await workerWithDisk('six')];
  writeDirectory(path.join(world.dir, 'directory'), MANY);
  await drafted(id);
  const held = world.gates.mailbox.hold({ request: [/POST \/emails\/batch/, new RegExp(id)], stage: 'answer' });
  await world.client.send(id, 'approve', { by: 'counsel', obligation: 'enterprise-notice', commandId: 'approve-1' });
  await until('four batches are stored and unheard', () => held.count() === 4);
  expect(world.notices(id, 'enterprise-notice')).toHaveLength(400);

  await world.stopPostgres();
  world.gates.mailbox.lift();
  await until('the others go without Postgres', () => world.notices(id, 'enterprise-notice').length === MANY);
  const spools = ['five', 'six'].filter((name) => spooled(name).length > 0);
  expect(spools).toHaveLength(1);
  await rings(world, id);

  await world.startAgain();
  await peopleClose(world, id, 150_000);
  await world.expectSound(id, audienceOf(MANY));
  await until('the spool is merged', () => spooled(spools[0]!).length === 0);
  await Promise.all(workers.map((worker) => worker.stop()));
}, 300_000);
