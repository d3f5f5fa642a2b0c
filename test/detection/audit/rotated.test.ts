/** A log that goes on in the next file: verified through all of them, followed by the watch; what is missing is damage. */
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type pg from 'pg';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { placeOfLine, verifyParts } from '../../../detection/audit/verify';
import { watchedLogs } from '../../../detection/audit/watched-logs';
import { LogWatcher } from '../../../detection/audit/watcher';
import { createPool } from '../../../postgres/pool';
import { createTestDatabase, temporaryDir } from '../../setup/helpers';
import { inputs } from '../../setup/inputs';
import { aLog, bytesOf, forged } from './helpers';

const log = aLog(30);
const headOf = (line: string) => {
  const { seq, hash } = JSON.parse(line) as { seq: number; hash: string };
  return { seq, hash };
};
const caseFile = (name: string) => path.join(__dirname, '../../cases/audit', name);

async function verify(...argv: string[]) {
  let text = '';
  const sink = { write: (part: string) => (text += part) };
  return { code: await runCommand(['audit', 'verify', ...argv], new Shell({}, sink, sink)), text };
}

describe('one chain in two files', () => {
  const [seg1, seg2] = [caseFile('seg1.jsonl'), caseFile('seg2.jsonl')];
  const HEAD = '916f03d13541ed325c893ddb1de9b4b3a68dabbe49ad8ee939183f06c863fdbc';

  test.each<[string, string[], number, RegExp]>([
    ['both files', [seg1, seg2], 0, /✓ seg1\.jsonl, seg2\.jsonl: 7 entries, intact\n {2}head 7:/],
    ['the second after the head of the first', [seg2, '--after', `4:${HEAD}`], 0, /3 entries, intact/],
    ['the second alone', [seg2], 1, /deletion at line 1[\s\S]*give that one before it, or --after NUMBER:HASH/],
    [
      'the second after another entry',
      [seg2, '--after', `4:${'0'.repeat(64)}`],
      1,
      /edit at line 1[\s\S]*not the hash 0{64}/,
    ],
    ['the second after an earlier one', [seg2, '--after', `3:${HEAD}`], 1, /✗ seg2\.jsonl: \w+ at line 1/],
    ['both the wrong way round', [seg2, seg1], 1, /✗ seg2\.jsonl, seg1\.jsonl/],
    [
      'a log that begins anew each day',
      [caseFile('day1.jsonl'), caseFile('day2.jsonl')],
      1,
      /insertion at line 1\n {2}in day2\.jsonl: another log begins here[\s\S]*14 entries before it hold/,
    ],
    ['a hash without its number', [seg2, '--after', HEAD], 2, /give the number too/],
    ['a file and the database', [seg1, 'db'], 2, /verify it alone/],
  ])('%s', async (_what, argv, code, says) => {
    expect(await verify(...argv)).toEqual({ code, text: expect.stringMatching(says) });
  });
});

/** The log cut into files, anywhere. */
const cuts = fc.uniqueArray(fc.integer({ min: 1, max: log.length - 1 }), { maxLength: 5 }).map((list) => {
  const at = [0, ...list.sort((a, b) => a - b), log.length];
  return at.slice(1).map((end, i) => log.slice(at[i], end));
});
const chunks = (parts: string[][]) => parts.map((part) => [bytesOf(part)]);

test('cut anywhere into files, it verifies with all of them, and each with the head of the one before', async () => {
  await fc.assert(
    fc.asyncProperty(cuts, async (parts) => {
      expect(await verifyParts(chunks(parts))).toMatchObject({
        ok: true,
        entries: log.length,
        head: headOf(log.at(-1)!),
      });
      for (const [i, part] of parts.entries()) {
        const before = i === 0 ? undefined : { ...headOf(parts[i - 1]!.at(-1)!), line: 0, offset: 0 };
        expect(await verifyParts(chunks([part]), { from: before })).toMatchObject({ ok: true, entries: part.length });
      }
    }),
    { numRuns: inputs(1_000) },
  );
});

test('a line that is missing is damage at its file, wherever the log is cut; so is one that was changed', async () => {
  await fc.assert(
    fc.asyncProperty(cuts, fc.nat(log.length - 2), fc.boolean(), async (parts, n, changed) => {
      const gone = log[n]!;
      const damaged = parts.map((part) =>
        part.flatMap((line) =>
          line !== gone ? [line] : changed ? [forged(line, (entry) => Object.assign(entry, { actor: 'mallory' }))] : [],
        ),
      );
      const result = await verifyParts(chunks(damaged));
      expect(result.ok).toBe(false);
      if (changed) return;
      const { part, line } = placeOfLine(result.damage!.line, result.parts);
      // The line after the gap is the first bad one, whichever file it lies in.
      expect(damaged[part]?.[line - 1]).toBe(log[n + 1]);
    }),
    { numRuns: inputs(1_000) },
  );
});

describe('the watch follows a rotation', () => {
  let pool: pg.Pool;
  let count = 0;
  beforeAll(async () => {
    pool = createPool((await createTestDatabase()).url);
  });
  afterAll(() => pool?.end());

  function watched(lines: string[]) {
    const name = `rotated-${++count}`;
    const file = path.join(temporaryDir(name), 'audit.jsonl');
    writeFileSync(file, bytesOf(lines));
    let now = new Date('2026-04-01T00:00:00.000Z');
    const start = () => new LogWatcher(pool, watchedLogs(`${name}=${file}`), () => now);
    let watcher = start();
    return {
      file,
      look: () => watcher.look(name, undefined),
      restart: () => (watcher = start()),
      nextDay: () => (now = new Date(now.getTime() + 25 * 3_600_000)),
    };
  }

  test.each([
    ['renamed', (file: string) => renameSync(file, `${file}.1`)],
    ['renamed by date', (file: string) => renameSync(file, file.replace('.jsonl', '-2026-04-01.jsonl'))],
    [
      'packed',
      (file: string) => {
        writeFileSync(`${file}-20260401.gz`, gzipSync(bytesOf(log.slice(0, 14))));
        rmSync(file);
      },
    ],
  ])(
    '%s, with entries that no look had seen yet: what the old file holds leads into the new one',
    async (_how, rotate) => {
      const { file, look, restart, nextDay } = watched(log.slice(0, 10));
      expect(await look()).toMatchObject({ outcome: 'intact', head: { seq: 10 } });
      appendFileSync(file, bytesOf(log.slice(10, 14)));
      rotate(file);
      writeFileSync(file, '');
      expect(await look()).toMatchObject({ outcome: 'intact', head: { seq: 14 }, line: 0, offset: 0 });
      writeFileSync(file, bytesOf(log.slice(14, 20)));
      expect(await look()).toMatchObject({ outcome: 'intact', head: { seq: 20 }, line: 6 });
      appendFileSync(file, bytesOf(log.slice(20, 22)));
      expect(await look()).toMatchObject({ outcome: 'intact', whole: false, entries: 2, head: { seq: 22 }, line: 8 });
      // Whole again, a day later and after a restart: the entry before its first is known.
      nextDay();
      expect(await look()).toMatchObject({ outcome: 'intact', whole: true, entries: 8 });
      restart();
      expect(await look()).toMatchObject({ outcome: 'intact', whole: true, entries: 8 });
      // And what happens to it is damage as ever.
      const lines = log.slice(14, 22);
      writeFileSync(file, bytesOf([...lines.slice(0, 2), lines[2]!.replace('user-', 'usr-'), ...lines.slice(3)]));
      restart();
      expect(await look()).toMatchObject({ outcome: 'damaged', damage: { line: 3, kind: 'edit' } });
    },
  );

  test('the old file is gone, and the new one goes on right after the last good head', async () => {
    const { file, look } = watched(log.slice(0, 10));
    await look();
    writeFileSync(file, bytesOf(log.slice(10, 15)));
    expect(await look()).toMatchObject({ outcome: 'intact', head: { seq: 15 }, line: 5 });
  });

  test.each<[string, (file: string) => void, object]>([
    [
      'the new file begins later than the old one ends',
      (f) => writeFileSync(f, bytesOf(log.slice(11, 15))),
      { line: 1, kind: 'deletion', reason: 'entry 11 is missing before this line' },
    ],
    [
      'entries are missing between the files',
      (f) => {
        renameSync(f, `${f}.1`);
        writeFileSync(f, bytesOf(log.slice(12, 15)));
      },
      { line: 1, kind: 'deletion', reason: 'entries 11 to 12 are missing before this line' },
    ],
    [
      'the old file was changed after it had been seen',
      (f) => {
        writeFileSync(
          `${f}.1`,
          bytesOf([...log.slice(0, 9), forged(log[9]!, (e) => Object.assign(e, { actor: 'x' })), log[10]!]),
        );
        writeFileSync(f, bytesOf(log.slice(11, 15)));
      },
      { line: 10, kind: 'edit', reason: expect.stringMatching(/^in audit\.jsonl\.1: /) },
    ],
    ['emptied, with nothing beside it', (f) => truncateSync(f, 0), { line: 1, kind: 'truncation' }],
    [
      'begun anew',
      (f) => writeFileSync(f, bytesOf(aLog(3).map((line) => forged(line, (e) => Object.assign(e, { actor: 'y' }))))),
      { kind: expect.any(String) },
    ],
  ])('%s: damage', async (_what, happens, damage) => {
    const { file, look } = watched(log.slice(0, 10));
    await look();
    happens(file);
    expect(await look()).toMatchObject({ outcome: 'damaged', damage });
    expect(await look()).toMatchObject({ outcome: 'damaged', damage });
  });
});
