/**
 * kill -9 of Temporal shortly before deadlines, and back shortly after them, the worker alive all the while: what rang or
 * went out meanwhile does so once Temporal is back, once. Then its database is lost altogether: all goes on from the register.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toMs } from '../../domain/kernel/time';
import { readIncidentEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { declarationOf, of, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { seeded } from '../setup/seeded';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { expectOk, tocsin } from './commands';
import { peopleClose } from './people';
import { duesOf, isTold, rests } from './standing';

/** From the declarations until Temporal is away; what falls due does so in the middle of the outage. */
const UNTIL_AWAY_MS = 20_000;
const AWAY_MS = 15_000;
/** By then what was due meanwhile has rung or gone out. */
const PROMPT_MS = 60_000;

/** Minutes after the detection at which something of the promises falls due, and what that is. */
const DUE = { 'half-of-containment': 60, 'silence-sends': 90, 'containment-missed': 120 };
const dueIds = Object.keys(DUE).flatMap((what) => [1, 2, 3].map((n) => `TEMPORAL-${what}-${n}`));

let world: RealWorld;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start({ lasting: true });
  await world.startWorker();
}, 120_000);

test('Temporal is away across deadlines: each alarm and each notice once, and promptly after it is back', async () => {
  const draw = seeded('temporal-killed');
  const dueAt = Date.now() + UNTIL_AWAY_MS + AWAY_MS / 2;
  for (const id of dueIds) {
    const minutes = DUE[id.replace(/^TEMPORAL-|-\d+$/g, '') as keyof typeof DUE];
    const detectedAt = new Date(dueAt - minutes * 60_000 + (draw() - 0.5) * 4_000).toISOString();
    await world.client.declare({ declaration: declarationOf(id, { detectedAt, serviceAffecting: true }), policy });
  }
  for (const id of dueIds) await rests(world, id);
  const entries = await Promise.all(dueIds.map(async (id) => (await readIncidentEvents(world.pool, id)).length));
  await sleep(Math.max(0, dueAt - AWAY_MS / 2 - Date.now()));
  await world.crashTemporal();
  await sleep(AWAY_MS);
  await world.startTemporalAgain();
  const back = Date.now();

  const tally = new Tally();
  for (const [n, id] of dueIds.entries()) {
    const rang = await until(`${id} rings`, async () => (await readIncidentEvents(world.pool, id)).length > entries[n]!)
      .then(() => true)
      .catch(() => false);
    tally.check('silent', rang, () => `${id}: nothing happened within a minute after Temporal was back`);
  }
  await Promise.all(dueIds.map((id) => peopleClose(world, id, 150_000)));
  for (const id of dueIds) {
    const missed = (await readIncidentEvents(world.pool, id)).filter(
      ({ kind, at }) => ['alarm-raised', 'dispatch-started'].includes(kind) && toMs(at) > dueAt - 5_000,
    );
    tally.check('silent', missed.length > 0, () => `${id}: its deadline passed without a word`);
    const first = Math.min(...missed.map(({ at }) => toMs(at)));
    tally.check('silent', first < back + PROMPT_MS, () => `${id}: only ${first - back} ms after Temporal was back`);
  }
  report(tally);
  expect(tally.found()).toEqual([]);
  for (const id of dueIds) await world.expectSound(id);
}, 300_000);

test('the database of Temporal is lost: every open incident is resumed from the register, and told on', async () => {
  const ids = ['TEMPORAL-lost-1', 'TEMPORAL-lost-2', 'TEMPORAL-lost-3'];
  for (const id of ids) {
    await world.client.declare({ declaration: declarationOf(id, { assessment: wholeBreach }), policy });
    await rests(world, id);
  }
  await world.client.send(ids[0]!, 'approve', { obligation: 'enterprise-notice', by: 'counsel', commandId: 'approve' });
  await isTold(world, ids[0]!, 'enterprise-notice');
  await rests(world, ids[0]!);
  const before = await Promise.all(ids.map((id) => duesOf(world, id)));
  await world.crashTemporal();
  for (const end of ['', '-wal', '-shm']) rmSync(path.join(world.dir, `temporal.db${end}`), { force: true });
  injected('the database of Temporal deleted');
  await world.startTemporalAgain();

  await expectOk(tocsin(world, 'resume', '--all', '--by', 'oncall'));
  const tally = new Tally();
  for (const [n, id] of ids.entries()) {
    await rests(world, id);
    tally.check('early', (await duesOf(world, id)) === before[n], () => `${id}: its deadlines moved`);
    const resumed = of(await readIncidentEvents(world.pool, id), 'resumed');
    tally.whole(resumed.length === 1, () => `${id}: resumed ${resumed.length} times`);
  }
  report(tally);
  expect(tally.found()).toEqual([]);
  await Promise.all(ids.map((id) => peopleClose(world, id, 150_000)));
  for (const id of ids) await world.expectSound(id);
}, 300_000);
