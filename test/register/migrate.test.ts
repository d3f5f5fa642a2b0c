// A register that an earlier version made goes on after the migration: its entries, its guards, and what is appended next.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { guardFaults } from '../../register/guards/expected-guards';
import { readGuards } from '../../register/guards/read-guards';
import { verifyRegister } from '../../register/verify';
import { afterFile, createTestDatabase } from '../setup/helpers';
import { emptyDatabase, eventsOf, migrateInOwnProcess } from './helpers';

const MIGRATIONS = path.join(__dirname, '../../postgres/migrations');

/** A database as the migrations before `first` leave it. */
async function databaseBefore(first: string): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: await emptyDatabase() });
  afterFile(() => pool.end());
  await pool.query(`
    CREATE SCHEMA tocsin;
    CREATE TABLE tocsin.schema_migrations (id serial PRIMARY KEY, name text NOT NULL, run_on timestamp NOT NULL)`);
  for (const file of readdirSync(MIGRATIONS).sort()) {
    if (file >= first) break;
    await pool.query(readFileSync(path.join(MIGRATIONS, file), 'utf8'));
    await pool.query('INSERT INTO tocsin.schema_migrations (name, run_on) VALUES ($1, now())', [path.parse(file).name]);
  }
  return pool;
}

test('migrations are numbered without a gap, each number once', () => {
  const numbers = readdirSync(MIGRATIONS).map((file) => /^(\d{3})_[a-z_]+\.sql$/.exec(file)?.[1] ?? file);
  expect(numbers.length).toBeGreaterThan(0);
  expect(numbers.sort()).toEqual(numbers.map((_, n) => String(n + 1).padStart(3, '0')));
});

/** How entries were stored: as today, or with their hash beside them. */
const AS_TODAY = `
  INSERT INTO tocsin.register_entries (position, incident_id, seq, kind, bytes, content, sealed, appended_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const WITH_HASH = AS_TODAY.replace(', appended_at)', ', appended_at, hash)').replace(
  '$8)',
  "$8, sha256('\\x00'::bytea || $5))",
);

test.each([
  ['with their hash', '009', WITH_HASH],
  ['under domains', '010', AS_TODAY],
])(
  'entries that were stored %s are as they were, are guarded, and are followed by others',
  async (_, first, insert) => {
    const made = await createTestDatabase();
    const writer = createPool(made.url);
    afterFile(() => writer.end());
    const { head } = await appendEntries(writer, eventsOf('INC-1', 4));
    const { rows: entries } = await writer.query('SELECT * FROM tocsin.register_entries ORDER BY position');
    const { rows: keys } = await writer.query('SELECT incident_id, key FROM tocsin.register_keys');

    const old = await databaseBefore(first);
    for (const { incident_id, key } of keys) {
      await old.query('INSERT INTO tocsin.register_keys (incident_id, key) VALUES ($1, $2)', [incident_id, key]);
    }
    for (const { position, incident_id, seq, kind, bytes, content, sealed, appended_at } of entries) {
      await old.query(insert, [position, incident_id, seq, kind, bytes, content, sealed, appended_at]);
    }
    await migrateInOwnProcess(old.options.connectionString!);

    const migrated = createPool(old.options.connectionString!);
    afterFile(() => migrated.end());
    expect((await migrated.query('SELECT * FROM tocsin.register_entries ORDER BY position')).rows).toEqual(entries);
    expect(guardFaults(await readGuards(migrated))).toEqual([]);
    expect(await verifyRegister(migrated)).toMatchObject({ ok: true, entries: 4, head });
    expect(await appendEntries(migrated, eventsOf('INC-1', 6))).toMatchObject({ appended: 2, repeated: 4 });
    expect(await verifyRegister(migrated)).toMatchObject({ ok: true, entries: 6 });
    await expect(migrated.query(AS_TODAY, [0, 'INC-2', 1, 'noted', '', '', null, new Date()])).rejects.toThrow(
      'position_check',
    );
  },
);
