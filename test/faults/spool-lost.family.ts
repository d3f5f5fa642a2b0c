/**
 * Postgres is away, a notice went out from the spool of a worker, and that machine is gone for good, with its disk. Whoever is on call
 * hears of it at once and again, Postgres is back after twenty minutes, the spool after an hour and a half not: then the delivery has gone
 * on without it, everybody was told once and is counted, and every legal clock has rung. Temporal's clock skips, the rest is real.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { obligationOf } from '../../domain/case/alarm';
import { readIncidentEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { AUDIENCE, declarationOf, of, policy, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';
import { halfIsOverIn, isTold, rests } from './standing';

const OBLIGATION = 'enterprise-notice';
const MINUTE_MS = 60_000;
/** Half of the time for containment passes while the machine is gone. */
const HALF_IN_MS = 30 * MINUTE_MS;
const POSTGRES_AWAY_MIN = 20;
const GONE_MIN = 90;

let world: RealWorld;
let worker: WorkerChild | undefined;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start({ skipping: true });
}, 120_000);

afterEach(() => worker?.stop());

const folder = (name: string) => path.join(world.dir, `folder-${name}`);
/** As in production: the signing key is on each machine, and nothing else of the folder. */
const envOf = (name: string) => ({
  TOCSIN_DATA_DIR: folder(name),
  TOCSIN_LOG_KEYS: path.join(world.dir, 'signing-keys.json'),
});

async function pass(minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n += 5) await world.pass(5 * MINUTE_MS);
}

test('lost before anybody counted who was told from it, and never back', async () => {
  const id = 'SPOOL-lost';
  // Without a cache: this Temporal goes on asking a worker that is dead for what it had in memory.
  worker = await world.startWorker({ env: envOf('gone'), gated: true, cached: 0 });
  const declaration = declarationOf(id, { ...halfIsOverIn(HALF_IN_MS), assessment: wholeBreach });
  await world.client.declare({ declaration, policy });
  await rests(world, id);
  await world.stopPostgres();
  const held = world.gates.temporal.hold({ request: [/delivered/, /"spool"/, /enterprise-notice/], stage: 'request' });
  await world.client.send(id, 'approve', { obligation: OBLIGATION, by: 'counsel', commandId: `approve ${id}` });
  await until('all are told from the spool, and it is about to be said', () => held.count() > 0, 200_000);
  expect(world.notices(id, OBLIGATION)).toHaveLength(230);
  await worker.kill();
  world.gates.temporal.cut();
  const spool = path.join(folder('gone'), 'spool');
  expect(existsSync(spool) && readdirSync(spool).filter((file) => file.endsWith('.jsonl'))).toHaveLength(1);
  rmSync(folder('gone'), { recursive: true });
  injected('a spool lost');

  worker = await world.startWorker({ env: envOf('next') });
  const tally = new Tally();
  const isToldOf = (text: string) =>
    until(
      'on-call is told',
      () => world.mails(id).some((mail) => isOfHost(mail.text) && mail.text!.includes(text)),
      200_000,
    ).then(
      () => true,
      () => false,
    );
  tally.check('silent', await isToldOf('is gone'), () => `${id}: its spool is gone, and nobody is told`);
  await pass(POSTGRES_AWAY_MIN);
  await world.startAgain();
  await pass(GONE_MIN - POSTGRES_AWAY_MIN);
  tally.check('silent', await isToldOf('others go on without it'), () => `${id}: nobody is told that others go on`);
  await isTold(world, id, OBLIGATION, 200_000);
  tally.once(
    `${id}: ${OBLIGATION}`,
    AUDIENCE[OBLIGATION]!,
    world.notices(id, OBLIGATION).flatMap(({ to }) => to),
  );
  const elapsed = of(await readIncidentEvents(world.pool, id), 'alarm-raised').filter(
    ({ data }) => obligationOf(data) === 'containment' && data.threshold.kind === 'elapsed',
  );
  tally.check('silent', elapsed.length > 0, () => `${id}: half of its time for containment passed without an alarm`);
  report(tally);
  expect(tally.found()).toEqual([]);
  await peopleClose(world, id, 200_000);
  await world.expectSound(id, AUDIENCE, { skipped: true });
}, 1_500_000);

function isOfHost(text: string | null | undefined): text is string {
  return text?.includes(hostname()) ?? false;
}
