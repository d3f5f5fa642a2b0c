// The restore drill: what was backed up comes back whole and verified, or not at all.
import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import pg from 'pg';
import { wellFormed } from '../../domain/incident';
import { loadRetention } from '../../policy/load-retention';
import { eraseInBackup } from '../../register/backup/erase-in-backup';
import { readManifest, writeManifest } from '../../register/backup/manifest';
import { type RestoreOptions, restoreBackup } from '../../register/backup/restore-backup';
import { hashOf } from '../../register/backup/row-file';
import { createSetAside } from '../../register/backup/set-aside';
import { writeBackup } from '../../register/backup/write-backup';
import { eraseIncident } from '../../register/erase/erase-incident';
import { BackupError, OlderThanCheckpointError } from '../../register/errors';
import { claimBatch } from '../../register/ledger/claim-batch';
import { signCheckpoint } from '../../register/log/checkpoint';
import { Frontier } from '../../register/log/frontier';
import { createSigner } from '../../register/log/note';
import { migrate } from '../../register/migrate';
import { createPool } from '../../register/pool';
import { readEntries } from '../../register/read-entries';
import { readIncidentEvents } from '../../register/read-incident';
import { verifyRegister } from '../../register/verify';
import { createTestDatabase, type TestDatabase, temporaryDir } from '../setup/helpers';
import { tocsin } from '../unit/client/helpers';
import { append, deliver, disclosures, SECRET, secretive } from './closed-incident';
import { emptyDatabase, eventsOf } from './helpers';

// The migration tool is an ES module, which jest cannot load here: the real one runs, in a process of its own.
jest.mock('../../register/migrate', () => ({
  migrate: (url: string) => (jest.requireActual('./helpers') as typeof import('./helpers')).migrateInOwnProcess(url),
}));

const NOW = new Date('2026-11-25T02:00:00.000Z');
const dir = temporaryDir('backup');
const log = createSigner('example.com/log', randomBytes(32));
const options = (over: Partial<RestoreOptions> = {}): RestoreOptions => ({
  ...{ by: 'oncall', now: NOW, disclosures },
  ...over,
});
let source: TestDatabase;
let pool: pg.Pool;
let folders = 0;
const folder = () => path.join(dir, `b${folders++}`);

beforeAll(async () => {
  source = await createTestDatabase();
  pool = createPool(source.url);
  await append(pool, secretive('INC-A').events);
  await append(pool, secretive('INC-B', 'open').events);
  await deliver(pool, 'INC-A', ['sent', 'failed', 'pending', 'sending', 'unknown']);
});
afterAll(() => pool?.end());

/** All rows of all tables of the schema, as text. */
async function contentOf(url: string): Promise<Record<string, string[]>> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
        WHERE table_schema = 'tocsin' AND table_name <> 'schema_migrations' ORDER BY 1`,
    );
    const content: Record<string, string[]> = {};
    for (const { name } of rows) {
      const held = await client.query<{ row: string }>(`SELECT h::text AS row FROM tocsin.${name} AS h`);
      content[name] = held.rows.map(({ row }) => row).sort();
    }
    return content;
  } finally {
    await client.end();
  }
}

/** What a restored database holds beside what was backed up: the entry of the restore, and the register's own key. */
function withoutRecord(content: Record<string, string[]>, record: string[]): Record<string, string[]> {
  return { ...content, register_entries: content.register_entries!.filter((row) => !record.includes(row)) };
}

async function checkpointOf(from: pg.Pool, signer = log): Promise<string> {
  const tree = new Frontier();
  for await (const { hash } of readEntries(from)) tree.push(Buffer.from(hash, 'hex'));
  return signCheckpoint(tree.size, tree.root(), signer);
}

/** Whether nothing of the backup is in a database. */
async function isUntouched(url: string): Promise<boolean> {
  const content = await contentOf(url);
  return Object.entries(content).every(([name, rows]) => name === 'vulnerability_report_key' || rows.length === 0);
}

describe('the drill', () => {
  test('backup, a new empty database, restore, verify; it goes on where it ended, and nobody is mailed twice', async () => {
    const backup = folder();
    const checkpoint = await checkpointOf(pool);
    const made = await writeBackup(source.url, backup, { now: NOW, checkpoint });
    expect(made.head).toEqual((await verifyRegister(pool)).head);
    const target = await emptyDatabase();
    const restored = await restoreBackup(target, backup, options({ verifierKey: log.verifierKey }));
    expect(restored).toMatchObject({ entries: made.head.position, anchored: made.head.position, head: made.head });

    const there = createPool(target);
    const record = (await readIncidentEvents(there, 'REGISTER')) as unknown as Array<Record<string, unknown>>;
    expect(record).toMatchObject([
      {
        kind: 'register-restored',
        by: 'oncall',
        data: { madeAt: NOW.toISOString(), entries: made.head.position, anchored: made.head.position },
      },
    ]);
    expect(await verifyRegister(there, { expectedHead: made.head })).toMatchObject({ ok: true });
    expect((await readIncidentEvents(there, 'INC-A'))[0]!.by).toContain(SECRET);

    // The same entries again are repetitions; the next ones follow.
    const open = secretive('INC-B', 'open');
    expect(await append(there, open.events)).toMatchObject({ appended: 0, repeated: open.events.length });
    const next = open.send('measure', { text: 'Keys replaced', by: 'oncall' });
    expect(await append(there, next)).toMatchObject({ appended: next.length });
    expect(await verifyRegister(there)).toMatchObject({ ok: true, entries: made.head.position + 1 + next.length });

    // The open batch is handed out under its own key, as it was before: a provider that has it does not send it again.
    const group = { incidentId: 'INC-A', obligationId: 'gdpr-art34-individuals', channel: 'email', round: 1 };
    const [before, after] = [await claimBatch(pool, group, 10, NOW), await claimBatch(there, group, 10, NOW)];
    expect(after).toEqual(before);
    expect(after).toMatchObject({ isNew: false });
    // New rows get ids that were never given.
    const { rows } = await there.query<{ id: string }>(
      `INSERT INTO tocsin.deliveries (incident_id, obligation_id, recipient_ref, channel, address, language, round)
       VALUES ('n', 'o', 'r', 'email', 'a', 'en', 1) RETURNING id`,
    );
    expect(Number(rows[0]!.id)).toBe(6);
    await there.end();
  }, 60_000);

  test('on the command line, with the log that is published', async () => {
    const [backup, published] = [folder(), folder()];
    const target = await emptyDatabase();
    cpSync(path.join(__dirname, 'helpers.ts'), path.join(published, 'helpers.ts'));
    writeFileSync(path.join(published, 'checkpoint'), await checkpointOf(pool));
    const run = (url: string, ...argv: string[]) => tocsin(['register', ...argv], {}, { DATABASE_URL: url });
    expect((await run(source.url, 'backup', backup, '--log', path.join(dir, 'nowhere'))).exitCode).toBe(2);
    const made = await run(source.url, 'backup', backup, '--log', published);
    expect([made.exitCode, made.err]).toEqual([0, expect.stringContaining('backing up register_entries')]);
    expect(made.out).toMatch(/Manifest [0-9a-f]{64}: note it elsewhere/);
    const { sha256, head } = await readManifest(backup);
    expect((await readIncidentEvents(pool, 'REGISTER')).at(-1)).toMatchObject({
      kind: 'register-backed-up',
      by: 'oncall',
      data: { manifest: sha256, entries: head.position, head: head.hash },
    });
    expect((await run(source.url, 'backup', backup)).err).toContain('is not empty');
    expect((await run(source.url, 'backup', backup, '--keys-only')).exitCode).toBe(0);
    const { sha256: changed } = await readManifest(backup);
    expect((await readIncidentEvents(pool, 'REGISTER')).at(-1)).toMatchObject({
      kind: 'register-backup-erased',
      data: { manifest: changed, head: head.hash },
    });
    const restored = await run(target, 'restore', backup, '--key', log.verifierKey, '--by', 'oncall');
    expect(restored.exitCode).toBe(0);
    expect(restored.out).toMatch(/anchored: entries 1 to \d+; unanchored: 0/);
    const again = await run(target, 'restore', backup);
    expect([again.exitCode, again.err]).toEqual([1, expect.stringContaining('holds a register already')]);
  }, 60_000);

  test('without a key the checkpoint inside the backup vouches for nothing, one from outside does', async () => {
    const backup = folder();
    const note = await checkpointOf(pool);
    const { head } = await writeBackup(source.url, backup, { now: NOW, checkpoint: note });
    expect(await restoreBackup(await emptyDatabase(), backup, options())).toMatchObject({ anchored: 0 });
    const outside = { note, source: 'usb/checkpoint' };
    const restored = await restoreBackup(await emptyDatabase(), backup, options({ checkpoint: outside }));
    expect(restored.anchored).toBe(head.position);
  }, 60_000);
});

describe('a rollback', () => {
  let backup: string;
  let later: { note: string; source: string };

  beforeAll(async () => {
    const database = await createTestDatabase();
    const rolled = createPool(database.url);
    await append(rolled, secretive('INC-R').events.slice(0, 10));
    backup = folder();
    await writeBackup(database.url, backup, { now: NOW });
    await append(rolled, secretive('INC-R').events);
    later = { note: await checkpointOf(rolled), source: 'later' };
    await rolled.end();
  });

  test('an older backup than the checkpoint is refused, saying how many signed entries are missing', async () => {
    const target = await emptyDatabase();
    const refusal = restoreBackup(target, backup, options({ checkpoint: later, verifierKey: log.verifierKey }));
    await expect(refusal).rejects.toThrow(OlderThanCheckpointError);
    await expect(refusal).rejects.toThrow(/holds 10 entries, later signs \d+: \d+ are missing/);
    expect(await isUntouched(target)).toBe(true);
    writeFileSync(path.join(dir, 'later'), later.note);
    const argv = ['register', 'restore', backup, '--checkpoint', path.join(dir, 'later')];
    expect((await tocsin(argv, {}, { DATABASE_URL: target })).exitCode).toBe(1);
  }, 30_000);

  test('a person may accept it, which the register then says', async () => {
    const target = await emptyDatabase();
    const restored = await restoreBackup(target, backup, options({ checkpoint: later, acceptOlder: true }));
    expect(restored).toMatchObject({ entries: 10, anchored: 0, missing: { source: 'later' } });
    const there = createPool(target);
    const [record] = (await readIncidentEvents(there, 'REGISTER')) as unknown as Array<{ data: object }>;
    expect(record!.data).toMatchObject({ acceptedOlderThan: { size: restored.missing!.size } });
    await there.end();
  }, 30_000);

  test("another tree of the same size, another log's signature, and a note that is none are refused", async () => {
    const other = await createTestDatabase();
    const theirs = createPool(other.url);
    await append(theirs, secretive('INC-R').events.slice(0, 10));
    const note = await checkpointOf(theirs);
    const restore = (over: Partial<RestoreOptions>) =>
      emptyDatabase().then((url) => restoreBackup(url, backup, options(over)));
    await expect(restore({ checkpoint: { note, source: 'theirs' } })).rejects.toThrow(
      'theirs signs another tree of 10',
    );
    const foreign = createSigner('example.com/log', randomBytes(32));
    const mine = await checkpointOf(theirs, foreign);
    await expect(
      restore({ checkpoint: { note: mine, source: 'forged' }, verifierKey: log.verifierKey }),
    ).rejects.toThrow('forged: the checkpoint is not signed by example.com/log');
    await expect(restore({ checkpoint: { note: 'hello', source: 'x' } })).rejects.toThrow(BackupError);
    await theirs.end();
  }, 60_000);
});

describe('a backup that was damaged or altered', () => {
  let whole: string;
  let copy: string;
  let target: string;

  beforeAll(async () => {
    whole = folder();
    await writeBackup(source.url, whole, { now: NOW, checkpoint: await checkpointOf(pool) });
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
    const refusal = restoreBackup(target, forged, options({ checkpoint: { note, source: 'the witness' } }));
    await expect(refusal).rejects.toThrow(OlderThanCheckpointError);
    await append(theirs, eventsOf('filler', 200) as never);
    const longer = folder();
    await writeBackup(other.url, longer, { now: NOW });
    const again = restoreBackup(target, longer, options({ checkpoint: { note, source: 'the witness' } }));
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

describe('a database with every table filled', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 }).map((s) => s.replaceAll('\0', '') || 'x');
  const line = fc.oneof(
    text,
    fc.constantFrom('a\nb', '"quoted", (b)\\', '\\x41', ',', '()', ' ', 'é\u2028😀', "'; --", '{"a":1}'),
  );
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((b) => Buffer.from(b));
  const instant = fc.integer({ min: 0, max: 4_000_000_000_000_000 }).map((us) => `epoch ${us}`);
  const double = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0.1, -0, 1e-300, 5e-324));
  const json = fc.jsonValue().map((v) => JSON.parse(JSON.stringify(v).replaceAll(/\\u0000|\\ud[89a-f]../g, '')));

  /** Columns of a row by table; instants are given in microseconds. */
  const ROWS: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
    deliveries: fc.record({
      ...{ incident_id: line, obligation_id: line, recipient_ref: line, channel: line, address: line, language: line },
      ...{ round: fc.integer({ min: 1, max: 9 }), batch_key: line, error_code: line, created_at: instant },
    }),
    inbox: fc.record({ source: line, event_id: line, payload: bytes, received_at: instant, rule: line, problem: line }),
    audit_entries: fc.record({
      ...{ seq: fc.integer({ min: 1, max: 1e9 }), key: line, at: instant, action: line, target: line, bytes },
      hash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => Buffer.from(b)),
    }),
    audit_heads: fc.record({
      ...{ log: line, seq: fc.nat(), hash: fc.constant('a'.repeat(64)), line: fc.nat(), offset: fc.nat() },
      ...{ whole: fc.boolean(), verified_at: instant },
    }),
    vulnerability_reports: fc.record({
      report_id: fc.integer({ min: 0, max: 0xffffffff }).map((n) => `VR-20260401-${n.toString(16).padStart(8, '0')}`),
      ...{ received_at: instant, via: fc.constant('form'), content: line, reporter_email: line, salt: bytes },
      ...{ length: fc.integer({ min: 1, max: 9 }), commitment: fc.constant('b'.repeat(64)), workflow_input: json },
    }),
    auth_events: fc.record({
      ...{ source: line, event_id: line, account: line, at: instant, action: line, failed: fc.boolean() },
      ...{ lat: double, lon: double, exempt: fc.array(line, { maxLength: 4 }) },
    }),
    auth_places: fc.record({ account: line, place: line, first_at: instant, last_at: instant }),
    patch_tasks: fc.record({
      finding: fc.integer({ min: 0, max: 0xffffffff }).map((n) => n.toString(16).padStart(16, '0')),
      ...{ round: fc.constant(1), data: json, found_at: instant, task: fc.boolean(), pending: json },
    }),
    advisories: fc.record({ id: line, modified_at: instant, record: line }),
  };

  async function insert(client: pg.Client, table: string, row: Record<string, unknown>): Promise<void> {
    const names = Object.keys(row);
    const values = names.map((name) => {
      const value = row[name];
      if (typeof value === 'string' && value.startsWith('epoch ')) return Number(value.slice(6));
      if (name === 'data' || name === 'pending' || name === 'workflow_input') return JSON.stringify(value);
      return value;
    });
    const places = names.map((name, i) =>
      String(row[name]).startsWith('epoch ')
        ? `'epoch'::timestamptz + ($${i + 1}::bigint / 1000000) * interval '1 second' + ($${i + 1}::bigint % 1000000) * interval '1 microsecond'`
        : `$${i + 1}`,
    );
    await client.query(
      `INSERT INTO tocsin.${table} (${names.map((n) => `"${n}"`).join(', ')}) VALUES (${places.join(', ')})
       ON CONFLICT DO NOTHING`,
      values,
    );
  }

  test('comes back row by row, whatever its texts, numbers and instants are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          Object.fromEntries(
            Object.entries(ROWS).map(([t, row]) => [t, fc.array(row, { minLength: 1, maxLength: 8 })]),
          ),
        ),
        fc.array(line, { minLength: 1, maxLength: 5 }),
        async (tables, texts) => {
          const database = await createTestDatabase();
          const filled = createPool(database.url);
          const events = eventsOf('filled', texts.length).map((event, i) => ({
            ...event,
            data: { text: wellFormed(texts[i]!) },
          }));
          await append(filled, events as never);
          await filled.end();
          const client = new pg.Client(database.url);
          await client.connect();
          for (const [table, rows] of Object.entries(tables)) for (const row of rows) await insert(client, table, row);
          await client.query(
            `INSERT INTO tocsin.vulnerability_report_mails (report_id, mail, claimed_at)
             SELECT report_id, 'receipt', received_at FROM tocsin.vulnerability_reports`,
          );
          await client.end();
          const before = await contentOf(database.url);
          const known = [...Object.keys(ROWS), 'register_entries', 'register_keys', 'vulnerability_report_mails'];
          for (const table of known) expect([table, before[table]!.length]).not.toEqual([table, 0]);

          const backup = folder();
          await writeBackup(database.url, backup, { now: NOW });
          const target = await emptyDatabase();
          await restoreBackup(target, backup, options());
          const after = await contentOf(target);
          const record = after.register_entries!.filter((row) => row.includes(',REGISTER,'));
          expect(record).toHaveLength(1);
          const keys = after.register_keys!.filter((row) => !row.includes('REGISTER'));
          expect({ ...withoutRecord(after, record), register_keys: keys }).toEqual(before);
          await database.drop();
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
  }, 180_000);

  test('entries of the first form, which were set aside, come back with their guard', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client(database.url);
    await client.connect();
    await createSetAside(client);
    await client.query(
      `INSERT INTO tocsin.register_entries_v1 (position, incident_id, seq, kind, at, bytes, hash)
       VALUES (1, 'old', 1, 'declared', now(), 'x', sha256('\\x0078'))`,
    );
    await client.end();
    const backup = folder();
    await writeBackup(database.url, backup, { now: NOW });
    const target = await emptyDatabase();
    await restoreBackup(target, backup, options());
    expect((await contentOf(target)).register_entries_v1).toEqual((await contentOf(database.url)).register_entries_v1);
    const there = new pg.Client(target);
    await there.connect();
    await expect(there.query('DELETE FROM tocsin.register_entries_v1')).rejects.toThrow('append-only');
    await there.end();
  }, 60_000);
});

describe('one snapshot', () => {
  test('a backup made while the register grows is that of one moment', async () => {
    const database = await createTestDatabase();
    const growing = createPool(database.url);
    await append(growing, eventsOf('grows', 50) as never);
    let stop = false;
    const writer = (async () => {
      for (let seq = 51; !stop; seq++) await append(growing, eventsOf('grows', 1, seq) as never);
    })();
    const backup = folder();
    const made = await writeBackup(database.url, backup, { now: NOW });
    stop = true;
    await writer;
    await growing.end();
    const entries = made.tables.find(({ name }) => name === 'register_entries')!;
    expect(entries.rows).toBe(made.head.position);
    expect(await restoreBackup(await emptyDatabase(), backup, options())).toMatchObject({ entries: entries.rows });
  }, 30_000);

  test('a backup that fails leaves no folder that looks like one', async () => {
    const nothing = await emptyDatabase();
    const backup = folder();
    await expect(writeBackup(nothing, backup, { now: NOW })).rejects.toThrow('holds no register');
    expect(readdirSync(dir).filter((name) => name.startsWith(path.basename(backup)))).toEqual([]);
    await expect(restoreBackup(nothing, dir, options())).rejects.toThrow('manifest.json cannot be read');
  });
});

describe('erasure in older backups', () => {
  test('the key and the addresses go from the backup, and it restores and verifies without them', async () => {
    const database = await createTestDatabase();
    const erasing = createPool(database.url);
    await append(erasing, secretive('INC-E').events);
    await append(erasing, eventsOf('stays', 3) as never);
    await deliver(erasing, 'INC-E', ['sent', 'failed']);
    const backup = folder();
    await writeBackup(database.url, backup, { now: NOW });
    const holds = (word: string) =>
      readdirSync(backup)
        .filter((name) => name.endsWith('.gz'))
        .filter((name) => gunzipSync(readFileSync(path.join(backup, name))).includes(word));
    const { rows } = await erasing.query<{ key: Buffer }>(
      `SELECT key FROM tocsin.register_keys WHERE incident_id = 'INC-E'`,
    );
    const key = rows[0]!.key.toString('hex');
    expect([holds(SECRET), holds(key)]).toEqual([['deliveries.rows.gz'], ['register_keys.rows.gz']]);

    const erasure = { incidentId: 'INC-E', by: 'dpo', reason: 'over', workflowClosed: false };
    await eraseIncident(erasing, erasure, { table: loadRetention(), disclosures }, new Date('2031-06-01T00:00:00Z'));
    await eraseInBackup(database.url, backup);
    expect([holds(SECRET), holds(key)]).toEqual([[], []]);
    await eraseInBackup(database.url, backup);

    const target = await emptyDatabase();
    const restored = await restoreBackup(target, backup, options());
    const there = createPool(target);
    expect(await verifyRegister(there)).toMatchObject({ ok: true, entries: restored.entries + 1 });
    expect((await readIncidentEvents(there, 'INC-E'))[0]!.by).toBe('[erased]');
    expect((await readIncidentEvents(there, 'stays'))[0]!.data).toEqual({ text: 'step 1' });
    await there.end();
    await erasing.end();
    await expect(eraseInBackup(source.url, backup)).rejects.toThrow('is a backup of another register');
  }, 60_000);
});
