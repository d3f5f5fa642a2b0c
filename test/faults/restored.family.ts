/**
 * Postgres is restored from an older backup while incidents run: what was written and told since comes back from the running
 * workflows, in order, and nobody is told twice; a delivery in the middle goes on to everybody.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readIncidentEvents } from '../../register/read-incident';
import { afterFile } from '../setup/helpers';
import { injected, report, Tally } from '../setup/invariants/tally';
import { AUDIENCE, declarationOf, policy, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { peopleClose } from './people';
import { duesOf, isTold, rests } from './standing';

const OBLIGATION = 'enterprise-notice';
const [IDLE, OPENED, TOLD, NEW, MIDDLE] = ['idle', 'opened', 'told', 'new', 'middle'].map(
  (name) => `RESTORED-${name}`,
) as [string, string, string, string, string];

let world: RealWorld;
let worker: WorkerChild;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  worker = await world.startWorker();
}, 120_000);

const declare = (id: string) =>
  world.client.declare({ declaration: declarationOf(id, { ...late(), assessment: wholeBreach }), policy });
const approve = (id: string) =>
  world.client.send(id, 'approve', { obligation: OBLIGATION, by: 'counsel', commandId: `approve ${id}` });
const entries = (id: string) =>
  readIncidentEvents(world.pool, id).then(
    ({ length }) => length,
    () => 0,
  );

/** A cold copy of the cluster's folder, or the other way round. */
function copy(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  execFileSync('cp', ['-a', from, to]);
}

test('restored from before incidents were told, declared, and in the middle of a delivery', async () => {
  for (const id of [IDLE, OPENED, TOLD, MIDDLE]) await declare(id);
  for (const id of [IDLE, OPENED, TOLD, MIDDLE]) await rests(world, id);
  const held = world.gates.mailbox.hold({ request: [/POST \/emails\/batch/, new RegExp(OPENED)], stage: 'answer' });
  await approve(OPENED);
  await until('a delivery is open', () => held.count() > 0);
  const { dir } = world.postgres;
  afterFile(() => rmSync(`${dir}.backup`, { recursive: true, force: true }));
  await world.stopPostgres();
  copy(dir!, `${dir}.backup`);
  await world.startAgain();
  world.gates.mailbox.lift();
  await isTold(world, OPENED, OBLIGATION);

  await approve(TOLD);
  await isTold(world, TOLD, OBLIGATION);
  await declare(NEW);
  for (const id of [OPENED, TOLD, NEW]) await rests(world, id);
  const inOrder = AUDIENCE[OBLIGATION]!.map((address) => `ws-${/\d+/.exec(address)}`).sort();
  const second = new RegExp(`owner-${inOrder[150]!.slice(3)}@`);
  const half = world.gates.mailbox.hold({
    request: [/POST \/emails\/batch/, new RegExp(MIDDLE), second],
    stage: 'answer',
  });
  await approve(MIDDLE);
  await until('the second batch is stored and unheard', () => half.count() > 0);
  const all = [IDLE, OPENED, TOLD, NEW, MIDDLE];
  const before = await Promise.all(all.map((id) => duesOf(world, id)));
  const had = await entries(TOLD);

  await world.crashPostgres();
  copy(`${dir}.backup`, dir!);
  await world.startAgain();
  injected('a register that lost entries', Number((await entries(TOLD)) < had && (await entries(NEW)) === 0));
  world.gates.mailbox.lift();

  const tally = new Tally();
  for (const [n, id] of all.entries())
    tally.check('early', (await duesOf(world, id)) === before[n], () => `${id}: its clocks moved`);
  report(tally);
  expect(tally.found()).toEqual([]);
  await Promise.all(all.map((id) => peopleClose(world, id, 280_000)));
  for (const id of all) await world.expectSound(id, AUDIENCE, { ledgerLost: [OPENED, TOLD, MIDDLE].includes(id) });
  expect(worker.output()).not.toMatch(/nondeterminism/i);
  await worker.stop();
}, 500_000);
