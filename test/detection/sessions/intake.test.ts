/** From a signed request of the platform to a triage case: sign-ins over HTTP, judged, in the inbox, judged by its rules. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Inbox } from '../../../detection/intake/inbox/accept';
import { createIntake } from '../../../detection/intake/server/create-intake';
import { Health } from '../../../detection/intake/server/health';
import { authentication } from '../../../detection/intake/sources/authentication';
import { startIntake } from '../../../detection/intake/start-intake';
import { SessionConsumer } from '../../../detection/sessions/consumer';
import { pseudonymKey } from '../../../detection/sessions/pseudonyms';
import { judge } from '../../../domain/detection/judgement';
import { packageRoot } from '../../../platform/package-root';
import { loadDetectionRules } from '../../../policy/load-detection-rules';
import { createPool } from '../../../postgres/pool';
import { loadIntakeSettings } from '../../../settings/intake';
import { createTestDatabase, temporaryDir } from '../../setup/helpers';
import { at, event, NOW } from '../../unit/detection/sessions/fixtures';
import { createWorld, expected, type World } from './helpers';

const TOKEN = 'bearer-token-of-the-platform-0001';
let world: World;
let app: FastifyInstance;

beforeAll(async () => {
  world = await createWorld();
  app = await intakeOver(world.consumer());
});

afterAll(async () => {
  await app?.close();
  await world?.close();
});

function intakeOver(consumer: SessionConsumer): Promise<FastifyInstance> {
  const inbox = new Inbox(world.pool);
  return createIntake({
    sources: [
      { name: 'idp', adapter: authentication, secrets: [{ value: TOKEN }], scope: 'platform', perMinute: 100_000 },
    ],
    store: async (detections) => void (await inbox.accept(detections)),
    authEvents: consumer,
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
  });
}

const send = (payload: string, to = app, token = TOKEN) =>
  to.inject({
    method: 'POST',
    url: '/intake/idp',
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${token}` },
    payload,
  });

const attack = [
  ...Array.from({ length: 12 }, (_, i) =>
    event({ at: at(`12:${String(i).padStart(2, '0')}`), action: 'login-failed', ip: '203.0.113.1' }),
  ),
  event({ at: at('12:13'), ip: '203.0.113.1' }),
  event({ at: at('12:20'), ip: '203.0.113.1', action: 'mfa-changed' }),
];
const lines = attack.map((each) => JSON.stringify(each)).join('\n');

test('events are answered when they are judged; what they show waits in the inbox, once however often they come', async () => {
  expect((await send(lines)).statusCode).toBe(202);
  expect(await world.raised()).toEqual(expected(attack, world.through));
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => send(lines)));
  expect([...new Set(answers.map(({ statusCode }) => statusCode))]).toEqual([202]);
  expect(await world.raised()).toEqual(expected(attack, world.through));
});

test('by the rules that come with Tocsin they open triage, not incidents', async () => {
  const { rules } = loadDetectionRules();
  const detections = await world.detections();
  const judged = detections.map((detection) => [detection.type, judge(detection, rules)] as const);
  expect(judged).toMatchObject([
    ['auth.brute-force', { action: 'triage', rule: 'unusual-sign-in', severity: 'sev3' }],
    ['auth.privilege-after-unusual', { action: 'triage', rule: 'account-takeover', severity: 'sev2' }],
  ]);
});

test('forged ones are refused, and change nothing', async () => {
  const before = await world.raised();
  const forged = JSON.stringify(event({ at: at('12:30'), ip: '198.51.100.1' }));
  expect((await send(forged, app, 'guess')).statusCode).toBe(401);
  expect(await world.raised()).toEqual(before);
});

test('while Postgres is away the sender keeps its events: 503 and when to come again', async () => {
  const pool = createPool('postgres://postgres@127.0.0.1:1/none');
  const away = await intakeOver(new SessionConsumer({ ...world.through, pool, accept: async () => 0, now: () => NOW }));
  const answer = await send(lines, away);
  expect(answer.statusCode).toBe(503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  await away.close();
  await pool.end();
});

test('the intake process takes them by its settings: a key of pseudonyms is made once, for its owner only', async () => {
  const dir = temporaryDir('intake');
  const sourcesFile = path.join(dir, 'sources.yaml');
  writeFileSync(sourcesFile, 'sources: { idp: { format: authentication, secrets: [{ env: IDP_TOKEN }] } }');
  // Nothing is handed over to Temporal, which is away here.
  const rulesFile = path.join(dir, 'rules.yaml');
  const rules = readFileSync(path.join(packageRoot(), 'policy', 'detection.yaml'), 'utf8');
  const ignored = '{ id: none, title: None, when: { format: sessions }, action: ignore, reason: A test }';
  writeFileSync(rulesFile, rules.replace('\nrules:\n', `\nrules:\n  - ${ignored}\n`));
  const { url: databaseUrl } = await createTestDatabase();
  const start = () =>
    startIntake({
      settings: loadIntakeSettings({
        DATABASE_URL: databaseUrl,
        TOCSIN_DATA_DIR: dir,
        TOCSIN_SOURCES: sourcesFile,
        TOCSIN_DETECTION_RULES: rulesFile,
        TOCSIN_TASK_QUEUE: 'none',
      }),
      temporal: { address: '127.0.0.1:1', namespace: 'default' },
      dataConverter: {},
      secrets: { IDP_TOKEN: TOKEN },
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
    });
  const now = Date.now();
  const recent = attack.map((each, i) => ({ ...each, at: new Date(now - 600_000 + i * 1000).toISOString() }));
  const running = await start();
  const answer = await fetch(`${running.url}/intake/idp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(recent),
  });
  expect([answer.status, await answer.json()]).toEqual([202, { events: recent.length }]);
  await running.stop();
  const keyFile = path.join(dir, 'pseudonym.key');
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  const key = readFileSync(keyFile, 'utf8').trim();
  expect(pseudonymKey(dir).toString('hex')).toBe(key);
  const pool = createPool(databaseUrl);
  const { rows } = await pool.query('SELECT 1 FROM tocsin.inbox');
  expect(rows).toHaveLength(2);
  await pool.end();
});
