import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type pg from 'pg';
import { appendAudit } from '../../../detection/audit/append';
import { readHead } from '../../../detection/audit/heads';
import { watchedLogs } from '../../../detection/audit/watched-logs';
import { LogWatcher } from '../../../detection/audit/watcher';
import { createPool } from '../../../postgres/pool';
import { createTestDatabase, temporaryDir } from '../../setup/helpers';
import { aLog, anAuditEvent, bytesOf, forged } from './helpers';

const dir = temporaryDir('watch');
const log = aLog(40);
let pool: pg.Pool;
let now = new Date('2026-04-01T00:00:00.000Z');
let files = 0;

beforeAll(async () => {
  pool = createPool((await createTestDatabase()).url);
});
afterAll(() => pool?.end());

function watched(bytes: Buffer) {
  const name = `log-${++files}`;
  const file = path.join(dir, `${name}.jsonl`);
  writeFileSync(file, bytes);
  const start = () => new LogWatcher(pool, watchedLogs(`${name}=${file}`), () => now);
  let watcher = start();
  let lines = 0;
  return {
    name,
    file,
    look: () => watcher.look(name, (sofar) => (lines = sofar.lines)),
    restart: () => (watcher = start()),
    lines: () => lines,
  };
}

test('a growing log is verified whole at the start, then only what was added', async () => {
  const { file, look, name } = watched(bytesOf(log.slice(0, 10)));
  expect(await look()).toMatchObject({ outcome: 'intact', whole: true, entries: 10 });
  expect(await look()).toMatchObject({ outcome: 'intact', whole: false, entries: 0, head: { seq: 10 } });
  appendFileSync(file, bytesOf(log.slice(10, 25)));
  appendFileSync(file, log[25]!.slice(0, 50)); // being written right now
  expect(await look()).toMatchObject({ outcome: 'intact', whole: false, entries: 15, head: { seq: 25 } });
  appendFileSync(file, `${log[25]!.slice(50)}\n`);
  expect(await look()).toMatchObject({ outcome: 'intact', entries: 1, head: { seq: 26 }, line: 26 });
  expect(await readHead(pool, name)).toMatchObject({ seq: 26, line: 26 });
});

test.each<[string, (file: string) => void, object]>([
  ['an entry added wrongly', (f) => appendFileSync(f, bytesOf([log[5]!])), { line: 31, kind: 'insertion' }],
  ['an entry left out', (f) => appendFileSync(f, bytesOf([log[31]!])), { line: 31, kind: 'deletion' }],
  ['the end cut off', (f) => truncateSync(f, bytesOf(log.slice(0, 22)).length), { line: 23, kind: 'truncation' }],
  [
    'the end cut off within a line',
    (f) => truncateSync(f, bytesOf(log.slice(0, 22)).length + 9),
    { line: 23, kind: 'truncation' },
  ],
  ['the whole log emptied', (f) => truncateSync(f, 0), { line: 1, kind: 'truncation' }],
  [
    'the head edited',
    (f) => writeFileSync(f, bytesOf([...log.slice(0, 29), forged(log[29]!, (e) => Object.assign(e, { actor: 'x' }))])),
    { line: 30, kind: 'edit' },
  ],
  [
    'the end rewritten and grown',
    (f) => writeFileSync(f, bytesOf([...log.slice(0, 28), ...rewritten(28, 35)])),
    { line: 30, kind: 'edit' },
  ],
])('%s is found at the next look', async (_, damage, found) => {
  const { file, look } = watched(bytesOf(log.slice(0, 30)));
  expect(await look()).toMatchObject({ outcome: 'intact' });
  damage(file);
  expect(await look()).toMatchObject({ outcome: 'damaged', whole: true, damage: found });
  expect(await look()).toMatchObject({ outcome: 'damaged', damage: found });
});

/** Lines from..to as someone who can compute hashes would write them anew. */
function rewritten(from: number, to: number): string[] {
  let prev = (JSON.parse(log[from - 1]!) as { hash: string }).hash;
  return log.slice(from, to).map((line) => {
    const anew = forged(line, (entry) => Object.assign(entry, { prev, actor: 'mallory' }));
    prev = (JSON.parse(anew) as { hash: string }).hash;
    return anew;
  });
}

test('an edit before the last good head is found by the daily whole verification, and by one at a start', async () => {
  for (const when of ['a day later', 'after a restart']) {
    const { file, look, restart } = watched(bytesOf(log));
    expect(await look()).toMatchObject({ outcome: 'intact', whole: true });
    const lines = [...log.slice(0, 4), log[4]!.replace('user-5', 'user-6'), ...log.slice(5)];
    writeFileSync(file, bytesOf(lines));
    expect(await look()).toMatchObject({ outcome: 'intact', whole: false }); // nothing new to look at
    if (when === 'a day later') now = new Date(now.getTime() + 24 * 3_600_000);
    else restart();
    expect(await look()).toMatchObject({ outcome: 'damaged', whole: true, damage: { line: 5, kind: 'edit' } });
  }
});

test('a log that is gone, and one that never was a log, are unreadable', async () => {
  const { file, look } = watched(bytesOf(log));
  await look();
  rmSync(file);
  expect(await look()).toEqual({ outcome: 'unreadable', reason: expect.stringContaining('it does not exist') });
  const other = watched(Buffer.from('hello\n'));
  expect(await other.look()).toEqual({ outcome: 'unreadable', reason: expect.stringContaining('not an audit log') });
});

test('a packed log is verified whole each time', async () => {
  const file = path.join(dir, 'packed.jsonl.gz');
  writeFileSync(file, gzipSync(bytesOf(log)));
  const watcher = new LogWatcher(pool, watchedLogs(file), () => now);
  for (let n = 0; n < 2; n++) {
    expect(await watcher.look('packed.jsonl.gz', undefined)).toMatchObject({ outcome: 'intact', entries: 40 });
  }
});

test("Tocsin's own log is watched from head to head", async () => {
  const watcher = new LogWatcher(pool, watchedLogs('db'), () => now);
  const append = (from: number, to: number) =>
    appendAudit(
      pool,
      log.slice(from, to).map((_, i) => ({ key: `k${from + i}`, event: anAuditEvent(from + i) })),
    );
  expect(await watcher.look('db', undefined)).toMatchObject({ outcome: 'intact', entries: 0 });
  await append(0, 5);
  expect(await watcher.look('db', undefined)).toMatchObject({ outcome: 'intact', whole: true, entries: 5 });
  await append(5, 12);
  expect(await watcher.look('db', undefined)).toMatchObject({ outcome: 'intact', whole: false, entries: 7 });
});

test('while Postgres is away, files are verified all the same', async () => {
  const { file } = watched(bytesOf(log));
  const away = createPool('postgres://127.0.0.1:1/none');
  const watcher = new LogWatcher(away, watchedLogs(`x=${file},db`), () => now);
  expect(await watcher.look('x', undefined)).toMatchObject({ outcome: 'intact', whole: true });
  appendFileSync(file, 'x\n');
  expect(await watcher.look('x', undefined)).toMatchObject({ outcome: 'damaged', damage: { line: 41 } });
  expect(await watcher.look('db', undefined)).toEqual({ outcome: 'unreadable', reason: 'Postgres cannot be reached' });
  await away.end();
});

test('the list of logs: names, and what is refused', () => {
  expect(watchedLogs('db, platform=/var/log/audit.jsonl,https://u:p@logs.example.com/a.jsonl?k=1')).toEqual([
    { name: 'db', location: 'db' },
    { name: 'platform', location: '/var/log/audit.jsonl' },
    { name: 'logs.example.com/a.jsonl', location: 'https://u:p@logs.example.com/a.jsonl?k=1' },
  ]);
  expect(watchedLogs('')).toEqual([]);
  expect(() => watchedLogs('/a/x.jsonl,/b/x.jsonl')).toThrow('two logs have the name "x.jsonl"');
  expect(() => watchedLogs('-')).toThrow('standard input');
  expect(() => watchedLogs('postgres://h/d')).toThrow('only "db"');
});
