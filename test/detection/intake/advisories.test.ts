/** Advisories that come by webhook: kept before the answer, the newest of each, and found by the next dependency check. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { configuredDependencies } from '../../../detection/dependencies/configured';
import { dependencyActivities } from '../../../detection/dependencies/dependency-activities';
import { keepAdvisories } from '../../../detection/dependencies/store/advisories';
import { Inbox } from '../../../detection/intake/inbox/accept';
import { checkingAdvisories, createCheckStarter } from '../../../detection/intake/inbox/advisory-checks';
import { isTemporalAway } from '../../../detection/intake/inbox/hand-over';
import { createIntake } from '../../../detection/intake/server/create-intake';
import { Health } from '../../../detection/intake/server/health';
import { osv } from '../../../detection/intake/sources/osv';
import { startIntake } from '../../../detection/intake/start-intake';
import type { Detection } from '../../../domain/detection/detection';
import { DAY_MS } from '../../../domain/kernel/time';
import type { CheckSummary } from '../../../domain/patch/dependencies';
import { DEPENDENCY_CHECK, DEPENDENCY_SCHEDULE } from '../../../domain/patch/patch-task';
import { createPool } from '../../../postgres/pool';
import { loadIntakeSettings } from '../../../settings/intake';
import { afterFile, createTestDatabase, startDevServer, temporaryDir } from '../../setup/helpers';
import { LODASH, lock, MINIMIST, record } from '../../unit/detection/dependencies/records';
import { OSV_RECORD } from './samples';

const TOKEN = 'bearer-token-of-the-feed-0001';
let pool: Pool;
let app: FastifyInstance;

beforeEach(async () => {
  const own = createPool((await createTestDatabase()).url);
  afterFile(() => own.end());
  pool = own;
  app = await intakeOver(pool);
});

async function intakeOver(to: Pool, stored?: Detection[]): Promise<FastifyInstance> {
  const inbox = new Inbox(to);
  const intake = await createIntake({
    sources: [{ name: 'feed', adapter: osv, secrets: [{ value: TOKEN }], scope: 'platform', perMinute: 100_000 }],
    store: async (detections) => void (stored ? stored.push(...detections) : await inbox.accept(detections)),
    advisories: { consume: async (records) => void (await keepAdvisories(to, records)) },
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
  });
  afterFile(() => intake.close());
  return intake;
}

const send = (body: unknown, to = app, token = TOKEN) =>
  to.inject({
    method: 'POST',
    url: '/intake/feed',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
const kept = async () => {
  const { rows } = await pool.query<{ id: string; modified: Date; record: string; received: string }>(
    'SELECT id, modified_at AS modified, record, received_at::text AS received FROM tocsin.advisories ORDER BY id',
  );
  return rows.map(({ id, modified, record: text, received }) => ({
    id,
    modified: modified.toISOString(),
    record: JSON.parse(text),
    received,
  }));
};
const detections = async () => (await pool.query('SELECT FROM tocsin.inbox')).rowCount;

test('kept once, however often and by however many it is taken, with what the check reads and no more', async () => {
  const credited = { ...OSV_RECORD, credits: [{ name: 'A Finder', contact: ['mailto:finder@example.com'] }] };
  expect((await send(credited)).statusCode).toBe(202);
  const first = await kept();
  expect(first).toHaveLength(1);
  expect(first[0]!.record).toEqual({
    id: OSV_RECORD.id,
    modified: OSV_RECORD.modified,
    aliases: OSV_RECORD.aliases,
    summary: OSV_RECORD.summary,
    severity: OSV_RECORD.severity,
    affected: [{ package: { ecosystem: 'npm', name: 'semver' }, ranges: OSV_RECORD.affected[0]!.ranges }],
    database_specific: { severity: 'HIGH' },
  });
  // Another process, which remembers nothing.
  const second = await intakeOver(pool);
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) => send(n % 2 ? credited : [credited, MINIMIST], n % 3 ? app : second)),
  );
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]));
  const after = await kept();
  expect(after.map(({ id }) => id)).toEqual([OSV_RECORD.id, MINIMIST.id]);
  expect(after[0]).toEqual(first[0]);
  expect(await detections()).toBe(2);
});

test('a newer version replaces, an older one does not, in whatever order they come', async () => {
  const version = (modified: string, summary: string) => ({ ...MINIMIST, modified, summary });
  const old = version('2022-01-01T00:00:00Z', 'old');
  const mid = version('2023-01-01T00:00:00Z', 'mid');
  const last = version('2024-01-01T01:00:00+01:00', 'last');
  expect((await send(mid)).statusCode).toBe(202);
  expect((await send(old)).statusCode).toBe(202);
  expect(await kept()).toMatchObject([{ record: { summary: 'mid' } }]);
  expect((await send([last, old, mid])).statusCode).toBe(202);
  expect((await send([mid, old])).json()).toEqual({ repeated: true });
  expect(await kept()).toMatchObject([{ modified: '2024-01-01T00:00:00.000Z', record: { summary: 'last' } }]);
});

test.each<[string, unknown, number, string?]>([
  ['no object', [7], 422, '(body)'],
  ['no id', { modified: '2026-01-01T00:00:00Z' }, 422, 'id'],
  ['an id that is none', record('a b', 'x', []), 422, 'id'],
  ['a time without a zone', record('X-1', 'x', [], { modified: '2026-01-01T00:00:00' }), 422, 'modified'],
  ['a time before Postgres has any', record('X-1', 'x', [], { modified: '0000-01-01T00:00:00Z' }), 422, 'modified'],
  ['a package that is a text', record('X-1', 'x', [], { affected: [{ package: 'x' }] }), 422, 'affected.0.package'],
  ['a bound that is a number', record('X-1', 'x', [{ fixed: 7 }]), 422, 'affected.0.ranges.0.events.0.fixed'],
  ['two of two', [record('X-1', 'x', [], { aliases: 'Y-1' }), {}], 422, '0.aliases'],
  [
    'one that grows beyond what is kept',
    record('X-1', 'x', [], {
      affected: Array.from({ length: 4 }, () => ({ ranges: new Array(18_000).fill({ type: 'A' }) })),
    }),
    422,
    '(body)',
  ],
  ['JSON that is cut off', '{"id":"X-1"', 400, undefined],
])('malformed, and nothing of it stored: %s', async (_, body, status, field) => {
  const answer = await send(body);
  expect({ status: answer.statusCode, field: answer.json().errors?.[0].field }).toEqual({ status, field });
  expect([await kept(), await detections()]).toEqual([[], 0]);
});

test('one that is malformed costs itself: the other is kept, and the answer names what was refused', async () => {
  const answer = await send([MINIMIST, record('X-1', 'x', [], { aliases: 'Y-1' })]);
  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toMatchObject({ detections: 1, refused: [{ field: '1.aliases' }] });
  expect([(await kept()).length, await detections()]).toEqual([1, 1]);
});

test('forged ones are refused and change nothing', async () => {
  expect((await send(MINIMIST, app, 'guess')).statusCode).toBe(401);
  expect(await kept()).toEqual([]);
});

test('while Postgres is away: 503, nothing is stored anywhere, and the same request is taken when it is back', async () => {
  const none = createPool('postgres://postgres@127.0.0.1:1/none');
  const stored: Detection[] = [];
  const answer = await send(MINIMIST, await intakeOver(none, stored));
  expect(answer.statusCode).toBe(503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(stored).toEqual([]);
  await none.end();
  expect((await send(MINIMIST)).statusCode).toBe(202);
  expect(await kept()).toHaveLength(1);
});

test('the next check finds what came, opens a task, and lets go of it when the advisory is withdrawn', async () => {
  const dir = temporaryDir('advisories');
  const file = path.join(dir, 'package-lock.json');
  writeFileSync(file, lock({ minimist: '1.2.5', lodash: '4.17.21' }));
  const raised: Detection[] = [];
  const activities = dependencyActivities({
    dependencies: configuredDependencies(pool, dir, {
      inventories: [`web=${file}`],
      advisories: [],
      vex: [],
      exploitation: [],
    }),
    detections: { accept: async (given) => void raised.push(...given) },
  });
  const check = () => new MockActivityEnvironment().run(activities.checkDependencies) as Promise<CheckSummary>;
  // Nothing was read: that is no clean check, and is told.
  expect(await check()).toMatchObject({
    advisories: 0,
    findings: { critical: 0 },
    problems: [expect.stringContaining('no advisory has come yet')],
  });
  expect(raised.splice(0).map(({ type }) => type)).toEqual(['dependency.check-incomplete']);
  expect((await send([MINIMIST, LODASH])).statusCode).toBe(202);
  expect(await check()).toMatchObject({
    advisories: 2,
    findings: { critical: 1, high: 0 },
    problems: [],
    undecided: 0,
  });
  expect(raised.map(({ facts }) => facts)).toMatchObject([{ package: 'minimist' }]);
  const [opened] = await activities.nextPatchActions({ limit: 10 });
  await activities.donePatchActions({ done: [{ key: opened!.key, revision: opened!.revision, settled: false }] });
  const withdrawn = { ...MINIMIST, modified: '2026-01-01T00:00:00Z', withdrawn: '2026-01-01T00:00:00Z' };
  expect((await send(withdrawn)).statusCode).toBe(202);
  expect(await check()).toMatchObject({ advisories: 2, findings: { critical: 0 }, problems: [] });
  expect(await activities.nextPatchActions({ limit: 10 })).toMatchObject([
    { what: { do: 'tell', checked: { outcome: 'withdrawn' } } },
  ]);
});

describe('a check soon after', () => {
  const MINUTE = 60_000;
  const base = 1_000_000 * MINUTE;
  const scheduled = { getHandle: () => ({ describe: async () => ({ state: { paused: false } }) }) };
  const temporalOf = (start: (name: string, options: object) => Promise<unknown>, schedule: object = scheduled) =>
    ({ workflow: { start }, schedule }) as unknown as Client;

  test('a burst is one check after the minute in which it came; the next minute has its own', async () => {
    const started: Array<{ workflowId: string; startDelay: number }> = [];
    const ids = new Set<string>();
    const temporal = temporalOf(async (name, options) => {
      const { workflowId } = options as { workflowId: string };
      if (ids.has(workflowId)) throw new WorkflowExecutionAlreadyStartedError('there', workflowId, name);
      ids.add(workflowId);
      started.push(options as (typeof started)[number]);
    });
    let now = base;
    const both = [createCheckStarter(temporal, 'q', () => now), createCheckStarter(temporal, 'q', () => now)];
    for (; now < base + 2 * MINUTE; now += 1_000) await Promise.all(both.map((startCheck) => startCheck()));
    expect(started).toMatchObject([
      { workflowId: 'dependency-check-advisories-1000000', startDelay: MINUTE + 5_000 },
      { workflowId: 'dependency-check-advisories-1000001', startDelay: MINUTE + 5_000 },
    ]);
  });

  test('while Temporal is away the detection waits, and has the check started when it is back', async () => {
    let up = false;
    let starts = 0;
    const temporal = temporalOf(async () => {
      if (!up) throw Object.assign(new Error('no server'), { code: 14 });
      starts++;
    });
    const handed: Detection[] = [];
    const handOver = checkingAdvisories(
      async (detection) => {
        handed.push(detection);
        return { state: 'ignored', rule: 'advisory' };
      },
      createCheckStarter(temporal, 'q', () => base),
    );
    const request = { headers: {}, body: Buffer.from(JSON.stringify(MINIMIST)) };
    const [detection] = osv.parse(request, { source: 'feed', scope: 'platform', now: base }).detections;
    const fault = await handOver(detection!).catch((error: unknown) => error);
    expect([isTemporalAway(fault), handed]).toEqual([true, []]);
    up = true;
    await handOver(detection!);
    await handOver({ ...detection!, format: 'github' });
    expect([starts, handed.length]).toEqual([1, 2]);
  });

  test('by the intake process, on a real server: where a check is scheduled, one is started; elsewhere none', async () => {
    const { address } = await startDevServer();
    const dir = temporaryDir('feed');
    const sourcesFile = path.join(dir, 'sources.yaml');
    writeFileSync(sourcesFile, 'sources: { feed: { format: osv, secrets: [{ env: FEED_TOKEN }] } }');
    const { url: databaseUrl } = await createTestDatabase();
    const running = await startIntake({
      settings: loadIntakeSettings({
        DATABASE_URL: databaseUrl,
        TOCSIN_DATA_DIR: dir,
        TOCSIN_SOURCES: sourcesFile,
        TOCSIN_TASK_QUEUE: 'none',
      }),
      temporal: { address, namespace: 'default' },
      dataConverter: {},
      secrets: { FEED_TOKEN: TOKEN },
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
    });
    const connection = await Connection.connect({ address });
    const own = createPool(databaseUrl);
    try {
      const { workflow, schedule } = new Client({ connection });
      const post = async (n: number) => {
        const body = JSON.stringify(record(`X-${n}`, 'x', [{ introduced: '0' }]));
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
        return (await fetch(`${running.url}/intake/feed`, { method: 'POST', headers, body })).status;
      };
      const settled = async (count: number) => {
        for (;;) {
          const { rowCount } = await own.query(`SELECT FROM tocsin.inbox WHERE state = 'ignored'`);
          if (rowCount === count) return;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      };
      const minutes = [0, 1, 2].map((n) => Math.floor(Date.now() / MINUTE) + n);
      const checks = async () => {
        const found = await Promise.allSettled(
          minutes.map((minute) => workflow.getHandle(`${DEPENDENCY_SCHEDULE}-advisories-${minute}`).describe()),
        );
        return found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      };
      await createCheckStarter({ workflow, schedule }, 'none')();
      expect(await checks()).toEqual([]);
      await schedule.create({
        scheduleId: DEPENDENCY_SCHEDULE,
        spec: { intervals: [{ every: DAY_MS }] },
        action: { type: 'startWorkflow', workflowType: DEPENDENCY_CHECK, taskQueue: 'none', args: [] },
      });
      for (let n = 0; n < 3; n++) expect(await post(n)).toBe(202);
      await settled(3);
      // A second one as well when the minute has turned meanwhile.
      const started = await checks();
      expect(started.length).toBeGreaterThan(0);
      for (const { type, taskQueue } of started) expect([type, taskQueue]).toEqual([DEPENDENCY_CHECK, 'none']);
    } finally {
      await own.end();
      await connection.close();
      await running.stop();
    }
  });
});
