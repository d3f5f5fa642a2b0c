import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { packageRoot } from '../../platform/package-root';
import { leafOf } from '../../register/entry';
import type { LogStore } from '../../register/log/log-store';
import { type Leaf, leafText } from '../../register/verifier/leaf';
import { afterFile, fromSetup } from '../setup/helpers';

const run = promisify(execFile);

/** Runs the compiled `migrate` in a process of its own, as two workers that start at once do. */
export async function migrateInOwnProcess(databaseUrl: string): Promise<void> {
  const script = `require(process.argv[1]).migrate(process.argv[2]).catch((e) => { console.error(e.message); process.exit(1); })`;
  await run(process.execPath, ['-e', script, path.join(packageRoot(), 'dist', 'postgres', 'migrate.js'), databaseUrl]);
}

/** An event like those of the domain, with defaults. */
export function anEvent(incidentId: string, seq: number, over: Partial<RecordedEvent> = {}): RecordedEvent {
  const at = new Date(Date.UTC(2026, 3, 1) + seq * 1000).toISOString();
  return {
    v: 1,
    incidentId,
    seq,
    at,
    kind: 'measure-recorded',
    by: 'tocsin',
    exercise: false,
    data: { text: `step ${seq}` },
    ...over,
  };
}

/** Events 1 to n of an incident. */
export function eventsOf(incidentId: string, n: number, from = 1): RecordedEvent[] {
  return Array.from({ length: n }, (_, i) => anEvent(incidentId, from + i));
}

/** The bytes of a leaf that says something else. */
export function changedLeaf(bytes: Buffer, change: Partial<Leaf>): Buffer {
  return Buffer.from(leafText({ ...leafOf(bytes), ...change }));
}

/** Does what only a superuser can: the guards go off, the change is made, the guards come back. */
export async function tamper(databaseUrl: string, sql: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query('ALTER TABLE tocsin.register_entries DISABLE TRIGGER ALL');
    const { rowCount } = await client.query(sql, values);
    if (rowCount === 0) throw new Error(`the tampering changed no row: ${sql}`);
  } finally {
    await client.query('ALTER TABLE tocsin.register_entries ENABLE ALWAYS TRIGGER register_entries_append_only');
    await client.end();
  }
}

/** Postgres forgets who signs and what was signed, as when a superuser deletes the row. */
export async function forgetSigner(databaseUrl: string): Promise<void> {
  await administer(databaseUrl, 'DELETE FROM tocsin.log_signer');
}

/** A database without any table, to migrate. */
export async function emptyDatabase(): Promise<string> {
  const server = fromSetup('TOCSIN_TEST_DATABASE_URL');
  const url = new URL(server);
  url.pathname = `/tocsin_test_empty_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${url.pathname.slice(1)}`);
  afterFile(() => administer(server, `DROP DATABASE ${url.pathname.slice(1)} WITH (FORCE)`));
  return url.href;
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** SQL by which a superuser alters the entry at a position. */
export function rewriteOf(position: number): string {
  return `
    WITH edited AS (
      SELECT position, convert_to(replace(convert_from(bytes, 'UTF8'), 'measure-recorded', 'measure-rewritten'), 'UTF8') AS b
        FROM tocsin.register_entries WHERE position = ${position})
    UPDATE tocsin.register_entries AS entry SET bytes = b FROM edited
     WHERE entry.position = edited.position`;
}

/** A published log whose process is killed at one of its writes. */
export function dyingStore(store: LogStore, survives: number): LogStore {
  let writes = 0;
  return {
    read: store.read,
    async write(name, content) {
      if (writes++ === survives) throw new Error('killed');
      await store.write(name, content);
    },
  };
}

/** Destroys data keys as an erasure does, which the writer may not: those of an incident, or all. Answers how many. */
export async function destroyKeys(pool: pg.Pool, at: string, incidentId?: string): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('RESET ROLE');
    const { rowCount } = await client.query(
      'UPDATE tocsin.register_keys SET key = NULL, destroyed_at = $1 WHERE $2::text IS NULL OR incident_id = $2',
      [at, incidentId ?? null],
    );
    return rowCount ?? 0;
  } finally {
    // Another role than others of the pool have.
    client.release(true);
  }
}
