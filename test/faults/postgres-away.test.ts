/** Postgres goes away: no notice waits for it, nobody is told twice, and the register has everything once it is back. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toInstant, toMs } from '../../domain/kernel/time';
import { packageRoot } from '../../platform/package-root';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { readIncidentEvents } from '../../register/read-incident';
import { temporaryDir } from '../setup/helpers';
import { report, Tally } from '../setup/invariants/tally';
import {
  audienceOf,
  declarationOf,
  OWNERS,
  of,
  policy,
  RealWorld,
  wholeBreach,
  writeDirectory,
} from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';
import { rests } from './standing';

let world: RealWorld;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
}, 120_000);

const spooled = () => {
  const dir = path.join(world.dir, 'data', 'spool');
  return existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.jsonl')) : [];
};

/** The people of an exercise stand in examples/directory. */
const owners = ['owner@aurora.example.com', 'datenschutz@borealis.example.com', 'privacy@cedar.example.org'];
const subscribers = Array.from(
  { length: 15 },
  (_, i) => `status${i + 1}@subscribers.example.${['com', 'org', 'net'][i % 3]}`,
);
const told = { 'enterprise-notice': owners, 'status-subscribers': subscribers };
const startMs = Date.parse('2026-03-01T00:00:00Z');
const at = (minutes: number) => toInstant(startMs + minutes * 60_000);

/** An exercise that begins at `at(0)`. */
async function exercised(id: string): Promise<void> {
  const stored = wholeBreach.dataSets![1]!;
  const declaration = declarationOf(id, {
    detectedAt: at(0),
    declaredAt: at(0),
    serviceAffecting: true,
    assessment: { ...wholeBreach, dataSets: [stored], workspaces: ['ws-aurora', 'ws-borealis', 'ws-cedar'] },
  });
  await world.client.declare({ declaration, policy, exercise: { speed: 3_600, startAt: at(0) } });
}

async function paceTo(id: string, minutes: number): Promise<void> {
  await until(`T+${minutes} min`, async () => {
    await world.client.pace(id, { until: at(minutes) });
    const { clock } = await world.view(id);
    return toMs(clock.incidentAt) >= toMs(at(minutes));
  });
}

/** The policy with another time for containment. */
function containedWithin(period: string) {
  const name = 'trust-center';
  const text = readFileSync(path.join(packageRoot(), 'policy', 'packs', `${name}.yaml`), 'utf8');
  const file = path.join(temporaryDir('packs'), `${name}.yaml`);
  writeFileSync(file, text.replace(/(- id: containment\n[^-]*within: )PT2H/, `$1${period}`));
  const altered = loadPolicy(DEFAULT_PACKS.replace(name, file));
  expect(altered.pack.obligations.find(({ id }) => id === 'containment')!.clocks).toMatchObject([{ within: period }]);
  return altered;
}

test('ten minutes of incident time without Postgres, the worker killed meanwhile: notices go from the spool, entries follow', async () => {
  const id = 'OUTAGE-exercise';
  const first = await world.startWorker();
  await exercised(id);
  await paceTo(id, 80);
  await rests(world, id);
  const written = (await readIncidentEvents(world.pool, id)).length;

  await world.stopPostgres();
  // At 90 minutes the status notices go out on silence; counsel approves the enterprise notice.
  const held = world.gates.mailbox.hold({ request: [/POST \/emails\/batch/, /enterprise-notice/], stage: 'answer' });
  await paceTo(id, 90);
  await world.client.send(id, 'approve', { by: 'counsel', obligation: 'enterprise-notice', commandId: 'approve-1' });
  await until('the subscribers are told', () => world.notices(id, 'status-subscribers').length === subscribers.length);
  await until('the status notices count', async () => {
    const { obligations } = (await world.view(id)).state;
    return obligations['status-subscribers']!.fulfilledAt && obligations['status-page-update']!.fulfilledAt;
  });
  await until('the enterprise notice is on its way', () => held.count() > 0);
  await first.kill();
  world.gates.mailbox.lift();

  const second = await world.startWorker();
  await until(
    'the enterprise notice counts, still without Postgres',
    async () => (await world.view(id)).state.obligations['enterprise-notice']!.fulfilledAt,
    120_000,
  );
  expect(spooled().length).toBeGreaterThan(0);
  const backlog = (await world.view(id)).registerBacklog;
  expect(backlog).toBeGreaterThan(5);

  await world.startAgain();
  await until('the register has caught up', async () => (await world.view(id)).registerBacklog === 0, 90_000);
  await until('the spool is merged', () => spooled().length === 0, 90_000);
  await peopleClose(world, id, 60_000);
  await world.expectSound(id, told);
  const events = await readIncidentEvents(world.pool, id);
  expect(events.length).toBeGreaterThan(written + backlog);
  for (const { data } of of(events, 'obligation-fulfilled')) expect(data.lateByMs).toBe(0);
  await second.stop();
}, 300_000);

test('Postgres is away for all of the time for containment: each of its alarms rings, notices go out, and entries follow', async () => {
  const id = 'OUTAGE-containment';
  const worker = await world.startWorker();
  await world.stopPostgres();
  const detectedMs = Date.now();
  const over = { detectedAt: toInstant(detectedMs), serviceAffecting: true, assessment: wholeBreach };
  await world.client.declare({ declaration: declarationOf(id, over), policy: containedWithin('PT80S') });
  await until(
    'the notice is drafted',
    async () => (await world.view(id)).state.obligations['enterprise-notice']?.draft,
    80_000,
  );
  await world.client.send(id, 'approve', { by: 'counsel', obligation: 'enterprise-notice', commandId: 'approve-1' });
  const mailedMs = () =>
    world.mails(id).flatMap(({ request, text, created_at }) => {
      const isAlarm = request!.key.startsWith(`alarm/${id}/`) && /containment/i.test(text ?? '');
      return isAlarm ? [Date.parse(created_at)] : [];
    });
  const tally = new Tally();
  for (const percent of [50, 75, 90, 100]) {
    const pointMs = detectedMs + percent * 800;
    await sleep(Math.max(0, pointMs - Date.now()));
    const rang = await until('it rings', () => mailedMs().some((at) => at >= pointMs), 30_000).catch(() => false);
    tally.check('silent', rang, () => `${id}: ${percent} % of its time for containment, and no alarm in the mailbox`);
  }
  report(tally);
  expect(tally.found()).toEqual([]);
  await until('all are told', () => world.notices(id, 'enterprise-notice').length === OWNERS);
  const { state, registerBacklog } = await world.view(id);
  expect(state.obligations.containment!.missedDueAt).toBeDefined();
  expect(registerBacklog).toBe(state.seq);

  await world.startAgain();
  await until('the register has caught up', async () => (await world.view(id)).registerBacklog === 0, 90_000);
  await until('the spool is merged', () => spooled().length === 0, 90_000);
  await peopleClose(world, id, 150_000);
  await world.expectSound(id);
  await worker.stop();
}, 500_000);

/** More than go out side by side: four batches of 100. */
const MANY = 530;

test('Postgres cut in the middle of a delivery: the rest goes from the spool at once, every mail once', async () => {
  const id = 'OUTAGE-cut';
  const worker = await world.startWorker();
  writeDirectory(path.join(world.dir, 'directory'), MANY);
  const held = world.gates.mailbox.hold({ request: [/POST \/emails\/batch/, new RegExp(id)], stage: 'answer' });
  await world.client.declare({ declaration: declarationOf(id, { assessment: wholeBreach }), policy });
  await until(
    'the notice is drafted',
    async () => (await world.view(id)).state.obligations['enterprise-notice']?.draft,
  );
  await world.client.send(id, 'approve', { by: 'counsel', obligation: 'enterprise-notice', commandId: 'approve-1' });
  await until('four batches are stored and unheard', () => held.count() === 4);
  expect(world.notices(id, 'enterprise-notice')).toHaveLength(400);

  await world.stopPostgres();
  world.gates.mailbox.lift();
  await until('the others go without Postgres', () => world.notices(id, 'enterprise-notice').length === MANY);
  expect((await world.view(id)).state.obligations['enterprise-notice']!.status).toBe('dispatching');

  await world.startAgain();
  await peopleClose(world, id, 150_000);
  await world.expectSound(id, audienceOf(MANY));
  await worker.stop();
}, 250_000);
