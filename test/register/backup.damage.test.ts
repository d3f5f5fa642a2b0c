import { cpSync, readdirSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type pg from 'pg';
import { migrate } from '../../postgres/migrate';
import { createPool } from '../../postgres/pool';
import { readManifest, writeManifest } from '../../register/backup/manifest';
import { restoreBackup } from '../../register/backup/restore-backup';
import { hashOf } from '../../register/backup/row-file';
import { writeBackup } from '../../register/backup/write-backup';
import { BackupError, OlderThanCheckpointError } from '../../register/errors';
import { createTestDatabase } from '../setup/helpers';
import { checkpointOf, filledRegister, folder, isUntouched, log, NOW, options } from './backup-helpers';
import { append, SECRET, secretive } from './closed-incident';
import { emptyDatabase, eventsOf } from './helpers';

// The migration tool is an ES module, which jest cannot load here: the real one runs, in a process of its own.
jest.mock('../../postgres/migrate', () => ({
  migrate: (url: string) => (jest.requireActual('./helpers') as typeof import('./helpers')).migrateInOwnProcess(url),
}));

let source: { url: string };
let pool: pg.Pool;
beforeAll(async () => {
  ({ pool, ...source } = await filledRegister());
});
afterAll(() => pool?.end());

describe('a backup that was damaged or altered', () => {
  let whole: string;
  let copy: string;
  let target: string;

  beforeAll(async () => {
    whole = folder();
    await writeBackup(source.url, whole, { now: NOW, log: { checkpoint: await checkpointOf(pool), rotations: [] } });
    target = await emptyDatabase();
    await migrate(target);
  });
  beforeEach(() => {
    copy = folder();
    cpSync(whole, copy, { recursive: true });
  });
  const files = () => readdirSync(whole);
  const restore = (from = copy) => restoreBackup(target, from, options({ verifierKey: log.verifierKey }));

  test('is refused wherever a byte was changed, a file was cut or is missing, and the message names the file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files()),
        fc.constantFrom('flip', 'cut', 'grow', 'remove'),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (name, how, place, flip) => {
          const altered = folder();
          cpSync(whole, altered, { recursive: true });
          const file = path.join(altered, name);
          const bytes = readFileSync(file);
          if (how === 'remove') unlinkSync(file);
          else if (how === 'cut') truncateSync(file, place % bytes.length);
          else if (how === 'grow') writeFileSync(file, Buffer.concat([bytes, Buffer.of(flip)]));
          else {
            bytes[place % bytes.length]! ^= flip;
            writeFileSync(file, bytes);
          }
          const refusal = restore(altered);
          await expect(refusal).rejects.toThrow(BackupError);
          await expect(refusal).rejects.toThrow(name);
        },
      ),
      { numRuns: 150, endOnFailure: true },
    );
    expect(await isUntouched(target)).toBe(true);
    expect(files()).toContain('manifest.json');
  }, 120_000);

  /** What somebody does who also knows how the manifest is made. */
  async function alter(from: string, table: string, change: (lines: string[]) => string[]): Promise<void> {
    const { sha256: _, ...manifest } = await readManifest(from);
    const entry = manifest.tables.find(({ name }) => name === table)!;
    const file = path.join(from, entry.file);
    const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
    const changed = change(lines);
    if (changed.join('\n') === lines.join('\n')) throw new Error('nothing was altered');
    writeFileSync(file, gzipSync(`${changed.join('\n')}\n`));
    [entry.rows, entry.sha256] = [changed.length, await hashOf(file)];
    await writeManifest(from, manifest);
  }

  const swapHex = (line: string, at: number) => line.slice(0, at) + (line[at] === '0' ? '1' : '0') + line.slice(at + 1);

  test('also when the manifest was made anew: cut, swapped, edited, or with other keys', async () => {
    const entries: Array<(lines: string[]) => string[]> = [
      (lines) => lines.slice(0, -1),
      (lines) => lines.filter((_, i) => i !== 3),
      (lines) => lines.map((line, i) => (i === 5 ? swapHex(line, line.indexOf('\\\\x') + 40) : line)),
      (lines) => lines.map((line, i) => (i === 7 ? swapHex(line, line.lastIndexOf('\\\\x') + 60) : line)),
    ];
    for (const change of entries) {
      const altered = folder();
      cpSync(whole, altered, { recursive: true });
      await alter(altered, 'register_entries', change);
      await expect(restore(altered)).rejects.toThrow(BackupError);
    }
    await alter(copy, 'register_keys', (lines) => lines.map((line) => swapHex(line, line.indexOf('\\\\x') + 10)));
    await expect(restore()).rejects.toThrow('cannot be opened');
    expect(await isUntouched(target)).toBe(true);
  }, 60_000);

  test('a whole register rewritten in it does not agree with the checkpoint', async () => {
    const other = await createTestDatabase();
    const theirs = createPool(other.url);
    await append(theirs, secretive('INC-A').events);
    const note = await checkpointOf(pool);
    const forged = folder();
    await writeBackup(other.url, forged, { now: NOW });
    const refusal = restoreBackup(
      target,
      forged,
      options({ outside: { checkpoint: note, rotations: [], source: 'the witness' } }),
    );
    await expect(refusal).rejects.toThrow(OlderThanCheckpointError);
    await append(theirs, eventsOf('filler', 200) as never);
    const longer = folder();
    await writeBackup(other.url, longer, { now: NOW });
    const again = restoreBackup(
      target,
      longer,
      options({ outside: { checkpoint: note, rotations: [], source: 'the witness' } }),
    );
    await expect(again).rejects.toThrow('the witness signs another tree');
    await theirs.end();
  }, 60_000);

  test('rows that the tables cannot hold, of another schema, or fewer than named are refused, naming the file', async () => {
    await alter(copy, 'deliveries', (lines) => lines.map((line) => line.replace(',sent,', ',vanished,')));
    const refusal = restore();
    await expect(refusal).rejects.toThrow(/deliveries\.rows\.gz holds rows that the register cannot hold/);
    await expect(refusal).rejects.not.toThrow(SECRET);
    const { sha256: _, ...manifest } = await readManifest(whole);
    const older = folder();
    cpSync(whole, older, { recursive: true });
    await writeManifest(older, { ...manifest, migrations: manifest.migrations.slice(0, -1) });
    await expect(restore(older)).rejects.toThrow('is of another schema');
    const fewer = folder();
    cpSync(whole, fewer, { recursive: true });
    const tables = manifest.tables.map((t) => (t.name === 'deliveries' ? { ...t, rows: t.rows + 1 } : t));
    await writeManifest(fewer, { ...manifest, tables });
    await expect(restore(fewer)).rejects.toThrow('holds 5 rows, its manifest names 6');
    expect(await isUntouched(target)).toBe(true);
  }, 60_000);

  test('after all these refusals the same empty database takes the whole backup', async () => {
    expect(await restore(whole)).toMatchObject({ anchors: [{ signed: true }] });
  }, 30_000);
});
