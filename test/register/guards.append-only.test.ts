import pg from 'pg';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { createTestDatabase, type TestDatabase } from '../setup/helpers';
import { emptyDatabase, eventsOf, migrateInOwnProcess } from './helpers';

let database: TestDatabase;
let writer: pg.Pool;
let owner: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  writer = createPool(database.url);
  owner = new pg.Pool({ connectionString: database.url });
  await appendEntries(writer, eventsOf('inc-1', 3));
});

afterAll(async () => {
  await Promise.all([writer?.end(), owner?.end()]);
});

const changes = [
  ['UPDATE', `UPDATE tocsin.register_entries SET incident_id = 'other'`],
  ['UPDATE of no row', `UPDATE tocsin.register_entries SET incident_id = 'other' WHERE position = 0`],
  ['DELETE', 'DELETE FROM tocsin.register_entries'],
  ['TRUNCATE', 'TRUNCATE tocsin.register_entries'],
  [
    'upsert',
    `INSERT INTO tocsin.register_entries SELECT * FROM tocsin.register_entries ON CONFLICT (position) DO UPDATE SET incident_id = 'other'`,
  ],
] as const;

test.each(changes)('an %s is refused, also for the owner and a superuser', async (_, sql) => {
  await expect(owner.query(sql)).rejects.toThrow('the register is append-only');
});

test.each(changes)('an %s is refused when ordinary triggers are switched off', async (_, sql) => {
  const client = await owner.connect();
  try {
    await client.query('BEGIN; SET LOCAL session_replication_role = replica');
    await expect(client.query(sql)).rejects.toThrow('the register is append-only');
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});

test.each(changes)('the writer has no right to an %s in the first place', async (_, sql) => {
  await expect(writer.query(sql)).rejects.toThrow('permission denied');
});

test('the pool steps down from a superuser to the writer', async () => {
  const { rows } = await writer.query('SELECT current_user');
  expect(rows).toEqual([{ current_user: 'tocsin_writer' }]);
});

test('the auditor reads entries, appends none, and sees no personal data', async () => {
  const client = await owner.connect();
  try {
    await client.query('SET ROLE tocsin_auditor');
    expect((await client.query('SELECT * FROM tocsin.register_entries')).rowCount).toBe(3);
    const again = 'INSERT INTO tocsin.register_entries SELECT * FROM tocsin.register_entries';
    await expect(client.query(again)).rejects.toThrow('permission denied');
    await expect(client.query('SELECT * FROM tocsin.deliveries')).rejects.toThrow('permission denied');
  } finally {
    await client.query('RESET ROLE');
    client.release();
  }
});

test.each([
  ['position', 0, 4, 'register_entries_position_check'],
  ['number in its incident', 4, 0, 'register_entries_seq_check'],
])('the database itself refuses a %s that is none', async (_what, position, seq, constraint) => {
  const forged = `INSERT INTO tocsin.register_entries (position, incident_id, seq, kind, bytes, content)
    VALUES (${position}, 'inc-1', ${seq}, 'noted', '{}', '{}')`;
  await expect(owner.query(forged)).rejects.toThrow(constraint);
});

test('migrating again, and twice at once, changes nothing', async () => {
  await Promise.all([migrateInOwnProcess(database.url), migrateInOwnProcess(database.url)]);
  expect((await owner.query('SELECT * FROM tocsin.register_entries')).rowCount).toBe(3);
});

test('four empty databases of one server are migrated at once', async () => {
  const urls = await Promise.all([1, 2, 3, 4].map(emptyDatabase));
  // Twice each: two workers of one installation, while others create the cluster's roles too.
  await Promise.all([...urls, ...urls].map(migrateInOwnProcess));
  for (const url of urls) {
    const pool = createPool(url);
    expect(await appendEntries(pool, eventsOf('inc-1', 1))).toMatchObject({ appended: 1 });
    await pool.end();
  }
});

test('every trigger of the schema fires always, also when ordinary triggers are switched off', async () => {
  const { rows } = await owner.query<{ name: string; fires: string }>(
    `SELECT tgrelid::regclass || ' ' || tgname AS name, tgenabled AS fires FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
      WHERE relnamespace = 'tocsin'::regnamespace AND NOT tgisinternal`,
  );
  expect(rows.length).toBeGreaterThanOrEqual(6);
  expect(rows.filter(({ fires }) => fires !== 'A')).toEqual([]);
});
