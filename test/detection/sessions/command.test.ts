/** `tocsin sessions test` and `feed`, as people type them. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { packageRoot } from '../../../platform/package-root';
import { createPool } from '../../../postgres/pool';
import { createTestDatabase, temporaryDir } from '../../setup/helpers';
import { Screen } from '../../unit/cli/helpers';

const dir = temporaryDir('sessions-command');
const EXAMPLE = path.join(packageRoot(), 'examples', 'auth-events.jsonl');

async function run(argv: string[], env: NodeJS.ProcessEnv = {}) {
  const [out, err] = [new Screen(), new Screen()];
  const exitCode = await runCommand(argv, new Shell({ TOCSIN_DATA_DIR: dir, ...env }, out, err));
  return { exitCode, out: out.text, err: err.text };
}

function file(name: string, lines: unknown[]): string {
  const whole = path.join(dir, name);
  writeFileSync(whole, lines.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n'));
  return whole;
}

test('the example shows what is found, in which line, and why', async () => {
  const { exitCode, out } = await run(['sessions', 'test', EXAMPLE]);
  expect(exitCode).toBe(0);
  expect(out).toContain('line 13  sev3  auth.spray');
  expect(out).toContain('- 10 accounts failed from one address within PT15M, at least 10 count');
  expect(out).toContain('line 19  sev2  auth.privilege-after-unusual');
  expect(out).toContain('5 findings in 19 events');
  expect(out).not.toContain('user-10'); // accounts are told as pseudonyms
});

test('--json is for scripts; with the key set the pseudonyms are those of the detections', async () => {
  const env = { TOCSIN_PSEUDONYM_KEY: 'a key of more than sixteen bytes' };
  const first = JSON.parse((await run(['sessions', 'test', EXAMPLE, '--json'], env)).out);
  expect(first).toEqual(JSON.parse((await run(['sessions', 'test', EXAMPLE, '--json'], env)).out));
  expect(first).toMatchObject({ events: 19, others: 0 });
  expect(first.findings[1]).toMatchObject({
    line: 16,
    type: 'auth.spray',
    severity: 'sev2',
    indicators: ['203.0.113.66'],
  });
});

test('an audit log is read by the table of actions', async () => {
  const entry = (seq: number, action: string, ip = '203.0.113.9') => ({
    seq,
    at: new Date(Date.UTC(2026, 3, 1) + seq * 1000).toISOString(),
    actor: 'anna',
    action,
    target: '',
    ip,
    data: {},
    prev: '',
    hash: '',
  });
  const log = [
    ...Array.from({ length: 10 }, (_, i) => entry(i + 1, 'login.failed')),
    entry(11, 'login'),
    entry(12, 'page.viewed'),
  ];
  const { out } = await run(['sessions', 'test', file('audit.jsonl', log)]);
  expect(out).toContain('line 11  sev3  auth.brute-force');
  expect(out).toContain('1 finding in 11 events; 1 other entries of the audit log');
});

test('what cannot be read is named by line and field, with exit code 2', async () => {
  const bad = file('bad.jsonl', [{ eventId: 'e', at: 'today', actor: 'a', action: 'login' }, 'no json', '', '[]']);
  const { exitCode, err } = await run(['sessions', 'test', bad]);
  expect(exitCode).toBe(2);
  expect(err).toContain('line 1: at: must be a date and time with a zone');
  expect(err).toContain('line 2: is not valid JSON');
  expect(err).toContain('line 4:');
  expect(await run(['sessions', 'test', path.join(dir, 'none')])).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('it does not exist'),
  });
  expect(await run(['sessions', 'test', EXAMPLE, '--policy', path.join(dir, 'none.yaml')])).toMatchObject({
    exitCode: 1,
  });
});

test('feed takes events into the rules that run, each once however often it is repeated', async () => {
  const { url } = await createTestDatabase();
  const start = Date.now() - 3_600_000;
  const events = Array.from({ length: 11 }, (_, i) => ({
    eventId: `e-${i}`,
    at: new Date(start + i * 1000).toISOString(),
    actor: 'anna',
    action: i < 10 ? 'login-failed' : 'login',
    ip: '203.0.113.9',
  }));
  const given = file('feed.jsonl', events);
  const feed = () => run(['sessions', 'feed', given, '--source', 'audit-log'], { DATABASE_URL: url });
  expect(await feed()).toMatchObject({ exitCode: 0, out: '11 events taken, 1 new detection.\n' });
  expect(await feed()).toMatchObject({
    exitCode: 0,
    out: '0 events taken, 0 new detections; 11 had been taken before.\n',
  });
  const pool = createPool(url);
  const { rows } = await pool.query<{ source: string }>('SELECT source FROM tocsin.inbox');
  expect(rows).toEqual([{ source: 'sessions' }]);
  await pool.end();
  expect(await run(['sessions', 'feed', given, '--source', 'No Name'], { DATABASE_URL: url })).toMatchObject({
    exitCode: 2,
  });
});

describe('a log whose numbers begin anew each day', () => {
  // The days of the example lie where the rules still remember them.
  const day = (name: string, daysAgo: number) => {
    const lines = readFileSync(path.join(__dirname, '../../cases/audit', name), 'utf8')
      .trim()
      .split('\n');
    const entries = lines.map((line) => JSON.parse(line) as { at: string });
    const shift = Date.now() - daysAgo * 86_400_000 - Date.parse(entries[0]!.at);
    const moved = entries.map((entry) => ({ ...entry, at: new Date(Date.parse(entry.at) + shift).toISOString() }));
    return file(`moved-${name}`, moved);
  };

  test('the brute force of the second day is found, and what was known already is said to be', async () => {
    const { url } = await createTestDatabase();
    const feed = (given: string) => run(['sessions', 'feed', given, '--source', 'audit-log'], { DATABASE_URL: url });
    const [first, second] = [day('day1.jsonl', 2), day('day2.jsonl', 1)];
    expect(await feed(first)).toMatchObject({ exitCode: 0, out: '14 events taken, 0 new detections.\n' });
    expect((await feed(second)).out).toMatch(/^13 events taken, [1-9]\d* new detections?\.\n$/);
    const pool = createPool(url);
    const { rows } = await pool.query<{ payload: Buffer }>('SELECT payload FROM tocsin.inbox');
    const types = rows.map(({ payload }) => (JSON.parse(payload.toString()) as { type: string }).type);
    expect(types).toContain('auth.brute-force');
    await pool.end();
    expect((await feed(second)).out).toBe('0 events taken, 0 new detections; 13 had been taken before.\n');
  });

  test('what is older than the memory of the rules is said to be left out', async () => {
    const { url } = await createTestDatabase();
    const given = day('day1.jsonl', 400);
    const { out } = await run(['sessions', 'feed', given, '--source', 'audit-log'], { DATABASE_URL: url });
    expect(out).toBe('0 events taken, 0 new detections; 14 events left out, as older than the memory of the rules.\n');
  });
});
