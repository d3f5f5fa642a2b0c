import fc from 'fast-check';
import pg from 'pg';
import { wellFormed } from '../../domain/kernel/text';
import { createPool } from '../../postgres/pool';
import { restoreBackup } from '../../register/backup/restore-backup';
import { createSetAside } from '../../register/backup/set-aside';
import { writeBackup } from '../../register/backup/write-backup';
import { createTestDatabase } from '../setup/helpers';
import { contentOf, folder, NOW, options } from './backup-helpers';
import { append } from './closed-incident';
import { emptyDatabase, eventsOf } from './helpers';

// The migration tool is an ES module, which jest cannot load here: the real one runs, in a process of its own.
jest.mock('../../postgres/migrate', () => ({
  migrate: (url: string) => (jest.requireActual('./helpers') as typeof import('./helpers')).migrateInOwnProcess(url),
}));

describe('a database with every table filled', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 }).map((s) => s.replaceAll('\0', '') || 'x');
  const line = fc.oneof(
    text,
    fc.constantFrom('a\nb', '"quoted", (b)\\', '\\x41', ',', '()', ' ', 'é\u2028😀', "'; --", '{"a":1}'),
  );
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((b) => Buffer.from(b));
  const sha256 = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16).padStart(64, '0'));
  const instant = fc.integer({ min: 0, max: 4_000_000_000_000_000 }).map((us) => `epoch ${us}`);
  const double = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0.1, -0, 1e-300, 5e-324));
  // What `jsonb` takes: no NUL, no half of a surrogate pair.
  const json = fc.jsonValue().filter((value) => !/\\u(0000|d[89a-f])/.test(JSON.stringify(value)));

  /** Columns of a row by table; instants are given in microseconds. */
  const ROWS: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
    deliveries: fc.record({
      ...{ incident_id: line, obligation_id: line, recipient_ref: line, channel: line, address: line, language: line },
      ...{ round: fc.integer({ min: 1, max: 9 }), batch_key: line, error_code: line, created_at: instant },
    }),
    delivery_events: fc.record({
      ...{ event_id: line, provider_message_id: line, kind: fc.constant('bounced'), reason: line, at: instant },
      ...{ received_at: instant, told_at: instant },
    }),
    stopped_rounds: fc.record({
      ...{ incident_id: line, obligation_id: line, channel: line, round: fc.integer({ min: 1, max: 9 }) },
      stopped_at: instant,
    }),
    inbox: fc.record({ source: line, event_id: line, payload: bytes, received_at: instant, rule: line, problem: line }),
    intake_untaken: fc.record({
      ...{ source: line, kind: line, count: fc.integer({ min: 1, max: 1e9 }), first_at: instant, last_at: instant },
      ...{ problem: line, sample: line },
    }),
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
    erased_report_requests: fc.record({ same_sender: bytes, network: bytes, mail_domain: bytes, asked_at: instant }),
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
    artefacts: fc.record({ sha256, incident_id: line, content: bytes, stored_at: instant }),
    artefact_lists: fc.record({ list: sha256, incident_id: line, refs: bytes, stored_at: instant }),
    log_signer: fc.record({
      ...{ origin: line, verifier_key: line, rotations: fc.array(line, { maxLength: 3 }), holder: line },
      ...{ held_until: instant, fence: fc.nat(), size: fc.nat(), root: fc.constant(Buffer.alloc(32, 7)) },
    }),
    log_anchored: fc.record({ statement: line }),
    effect_marks: fc.record({ mark: sha256, marked_at: instant }),
  };

  const isInstant = (value: unknown): value is string => typeof value === 'string' && value.startsWith('epoch ');

  async function insert(client: pg.Client, table: string, row: Record<string, unknown>): Promise<void> {
    const names = Object.keys(row);
    const values = names.map((name) => {
      const value = row[name];
      if (isInstant(value)) return Number(value.slice(6));
      if (name === 'data' || name === 'pending' || name === 'workflow_input') return JSON.stringify(value);
      return value;
    });
    const places = names.map((name, i) =>
      isInstant(row[name])
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
             SELECT report_id, 'confirmation', received_at FROM tocsin.vulnerability_reports`,
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
          const entries = after.register_entries!.filter((row) => !record.includes(row));
          expect({ ...after, register_entries: entries, register_keys: keys }).toEqual(before);
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
