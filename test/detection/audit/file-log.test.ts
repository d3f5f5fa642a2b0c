import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { openAuditFile } from '../../../detection/audit/file-log';
import { readLog } from '../../../detection/audit/sources';
import { verifyAuditLog } from '../../../detection/audit/verify';
import { packageRoot } from '../../../platform/package-root';
import { temporaryDir } from '../../setup/helpers';
import { aLog, anAuditEvent, bytesOf, forged } from './helpers';

const dir = temporaryDir('audit');
let n = 0;
const newFile = () => path.join(dir, `log-${++n}.jsonl`);
const verify = (file: string) => verifyAuditLog(readLog(file));

async function written(entries: number): Promise<string> {
  const file = newFile();
  const log = await openAuditFile(file);
  await Promise.all(Array.from({ length: entries }, (_, i) => log.append(anAuditEvent(i + 1))));
  await log.close();
  return file;
}

test('what is appended at once stands in order, and each caller is told its place', async () => {
  const file = newFile();
  const log = await openAuditFile(file);
  const places = await Promise.all(Array.from({ length: 500 }, (_, i) => log.append(anAuditEvent(i + 1))));
  expect(places.map(({ seq }) => seq)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
  await log.close();
  expect(await verify(file)).toMatchObject({ ok: true, entries: 500, head: places.at(-1), reformatted: 0 });
  expect(readFileSync(file)).toEqual(bytesOf(aLog(500)));
});

test('a log goes on where it ended', async () => {
  const file = await written(3);
  const log = await openAuditFile(file);
  expect(log.head.seq).toBe(3);
  await log.append(anAuditEvent(4));
  await log.close();
  expect(readFileSync(file)).toEqual(bytesOf(aLog(4)));
});

test.each([1, 2, 5])('a torn last line after %i entries is cut off, and an entry says so', async (entries) => {
  for (const cut of [1, 20, 200]) {
    const file = await written(entries + 1);
    const whole = readFileSync(file);
    truncateSync(file, whole.length - cut);
    const log = await openAuditFile(file);
    await log.append(anAuditEvent(9));
    await log.close();
    expect(await verify(file)).toMatchObject({ ok: true, entries: entries + 2 });
    const recovered = JSON.parse(readFileSync(file, 'utf8').split('\n')[entries]!) as Record<string, unknown>;
    expect(recovered).toMatchObject({ action: 'audit-log.recovered', seq: entries + 1 });
  }
});

test.each<[string, (lines: string[]) => Buffer, RegExp]>([
  [
    'a changed last line',
    (l) => bytesOf([...l.slice(0, -1), l.at(-1)!.replace('user', 'mallory')]),
    /hash of the last line/,
  ],
  ['a line missing before the last', (l) => bytesOf([...l.slice(0, -2), l.at(-1)!]), /does not chain/],
  [
    'a forged line before the last',
    (l) => bytesOf([...l.slice(0, -2), forged(l.at(-2)!, (e) => Object.assign(e, { actor: 'x' })), l.at(-1)!]),
    /does not chain/,
  ],
  ['text', () => Buffer.from('hello\n'), /is not an entry/],
  ['only a later entry', (l) => bytesOf([l[4]!]), /not entry 1/],
  ['an empty line at the end', (l) => bytesOf([...l, '']), /is not an entry \(it is empty\)/],
])('a log that ends with %s is refused and left alone', async (_, damage, why) => {
  const file = newFile();
  const bytes = damage(aLog(6));
  writeFileSync(file, bytes);
  await expect(openAuditFile(file)).rejects.toThrow(why);
  expect(readFileSync(file)).toEqual(bytes);
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test('there is one writer at a time', async () => {
  const file = newFile();
  const log = await openAuditFile(file);
  await expect(openAuditFile(file)).rejects.toThrow('is being written by process');
  await log.close();
  await (await openAuditFile(file)).close();
});

test('a line that something else wrote meanwhile is noticed, and nothing is written behind it', async () => {
  const file = newFile();
  const log = await openAuditFile(file);
  await log.append(anAuditEvent(1));
  appendFileSync(file, 'x\n');
  await expect(log.append(anAuditEvent(2))).rejects.toThrow('something else writes to it');
  await expect(log.append(anAuditEvent(3))).rejects.toThrow('something else writes to it');
  await log.close();
});

test('what cannot be an entry is refused alone', async () => {
  const file = newFile();
  const log = await openAuditFile(file);
  const bad = [
    { ...anAuditEvent(1), data: { text: '\ud800' } },
    { ...anAuditEvent(1), actor: '' },
    { ...anAuditEvent(1), at: 'yesterday' },
    { ...anAuditEvent(1), data: { n: Number.NaN } },
    { ...anAuditEvent(1), data: JSON.parse('{"a":'.repeat(70) + '1' + '}'.repeat(70)) as never },
    { ...anAuditEvent(1), secret: 'x' } as never,
  ];
  const outcomes = await Promise.allSettled([...bad, anAuditEvent(1)].map((event) => log.append(event)));
  expect(outcomes.map(({ status }) => status)).toEqual([...bad.map(() => 'rejected'), 'fulfilled']);
  await log.close();
  expect(await verify(file)).toMatchObject({ ok: true, entries: 1 });
});

test('what was acknowledged is there after the process was killed', async () => {
  const file = newFile();
  const script = `
    const { openAuditFile } = require(process.argv[1]);
    openAuditFile(process.argv[2]).then(async (log) => {
      for (let n = 1; ; n++) {
        const { seq } = await log.append({ actor: 'a', action: 'b', data: { n, text: 'x'.repeat(n * 50) } });
        process.stdout.write(seq + '\\n');
        if (n === 40) process.kill(process.pid, 'SIGKILL');
      }
    });`;
  const child = await promisify(execFile)(process.execPath, [
    '-e',
    script,
    path.join(packageRoot(), 'dist', 'detection', 'audit', 'file-log.js'),
    file,
  ]).catch((error: { stdout: string }) => error);
  const acknowledged = child.stdout.trim().split('\n').length;
  const log = await openAuditFile(file); // the lock of the dead process is taken over
  expect(log.head.seq).toBeGreaterThanOrEqual(acknowledged);
  await log.close();
  expect(await verify(file)).toMatchObject({ ok: true });
});
