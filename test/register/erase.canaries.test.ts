// After an erasure: no copy in Postgres' statistics, and no trace but in the places that the commands name.
import pg from 'pg';
import { loadRetention } from '../../policy/load-retention';
import { createPool } from '../../postgres/pool';
import { ERASABLE_COLUMNS } from '../../register/erase/erasable-columns';
import { eraseIncident } from '../../register/erase/erase-incident';
import { rewriteErased } from '../../register/erase/rewrite-erased';
import { afterFile, createTestDatabase, type TestDatabase } from '../setup/helpers';
import { append, disclosures, secretive } from './closed-incident';

const OVER = new Date('2031-06-01T00:00:00.000Z');
const request = { incidentId: 'sampled-1', by: 'dpo@example.com', reason: 'its time is over', workflowClosed: false };
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(() => pool?.end());

/** All statistics of the schema, as text. */
async function statisticsOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ all: string | null }>(
    `SELECT string_agg(s::text, ' ') AS all FROM pg_stats AS s WHERE schemaname = 'tocsin'`,
  );
  return rows[0]!.all ?? '';
}

test('no statistics are kept of what can be erased, and what somebody asked for since goes with the erasure', async () => {
  const admin = new pg.Client(database.url);
  await admin.connect();
  afterFile(() => admin.end());
  // As ANALYZE does it by itself once enough rows changed: with the columns as an earlier version left them.
  await admin.query('ALTER TABLE tocsin.register_keys ALTER COLUMN key SET STATISTICS 100');
  for (let n = 0; n < 3; n++) await append(pool, secretive(`sampled-${n}`).events);
  const { rows } = await admin.query<{ key: Buffer }>(
    `SELECT key FROM tocsin.register_keys WHERE incident_id = 'sampled-1'`,
  );
  await admin.query('ANALYZE tocsin.register_keys; CHECKPOINT');
  const sampled = rows[0]!.key;
  expect(await statisticsOf(admin)).toContain(sampled.toString('hex'));
  await eraseIncident(pool, request, { table: loadRetention(), disclosures }, OVER);
  expect(await rewriteErased(pool, ['register_keys'])).toEqual({ rewritten: true });
  await admin.query('ANALYZE; CHECKPOINT');
  expect(await statisticsOf(admin)).not.toContain(sampled.toString('hex'));
  const { rows: files } = await admin.query<{ bytes: Buffer }>(
    `SELECT pg_read_binary_file(pg_relation_filepath('pg_statistic')) AS bytes`,
  );
  expect(files[0]!.bytes.includes(sampled)).toBe(false);
});

test('while an older transaction writes in another database of the server, nothing is said to be gone', async () => {
  const { url: elsewhere } = await createTestDatabase();
  const writing = new pg.Client(elsewhere);
  await writing.connect();
  await writing.query('BEGIN');
  await writing.query('SELECT pg_current_xact_id()');
  expect(await rewriteErased(pool, ['register_keys'], { patienceMs: 200 })).toMatchObject({
    rewritten: false,
    why: expect.stringContaining('still open'),
  });
  await writing.query('COMMIT');
  await writing.end();
  expect(await rewriteErased(pool, ['register_keys'])).toEqual({ rewritten: true });
});

test('every column that can be erased has its statistics off, and no other', async () => {
  const { rows } = await pool.query<{ table: string; column: string }>(
    `SELECT relname AS table, attname AS column FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = 'tocsin'::regnamespace AND relkind = 'r' AND attnum > 0 AND attstattarget = 0`,
  );
  const listed = Object.entries(ERASABLE_COLUMNS).flatMap(([table, columns]) => columns.map((c) => `${table}.${c}`));
  expect(rows.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(listed.sort());
});

test('a table that is too large to be locked in passing is left to its owner, who is told what to run', async () => {
  const bytes = Number(
    (await pool.query(`SELECT pg_total_relation_size('tocsin.register_keys') AS n`)).rows[0].n as string,
  );
  const above = await rewriteErased(pool, ['register_keys'], { largestBytes: bytes - 1 });
  expect(above).toMatchObject({ rewritten: false, why: expect.stringContaining('register_keys is large') });
  const at = Number(
    (await pool.query(`SELECT pg_total_relation_size('tocsin.register_keys') AS n`)).rows[0].n as string,
  );
  expect(await rewriteErased(pool, ['register_keys'], { largestBytes: at })).toEqual({ rewritten: true });
});
