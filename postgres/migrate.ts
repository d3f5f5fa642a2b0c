import path from 'node:path';
import pg from 'pg';
import { packageRoot } from '../platform/package-root';
import { restorePrivileges } from './privileges';

/**
 * Brings the database to the current schema `tocsin`: plain SQL from `postgres/migrations/`, in one transaction.
 *
 * What the roles `tocsin_writer` and `tocsin_auditor` lack of their privileges, as after a restore without them, is granted again.
 *
 * Idempotent. Processes that start at once wait for each other (session advisory lock). The login must own the
 * database or be allowed to create in it; it creates the roles `tocsin_writer` and `tocsin_auditor` when missing.
 *
 * @returns what had to be granted again, in words
 * @throws Error that says what Postgres refused, with its hint; the cause is the driver's error.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const { runner } = await import('node-pg-migrate');
  try {
    await runner({
      databaseUrl: { connectionString: databaseUrl, connectionTimeoutMillis: 10_000 },
      dir: path.join(packageRoot(), 'postgres', 'migrations'),
      direction: 'up',
      migrationsSchema: 'tocsin',
      createMigrationsSchema: true,
      migrationsTable: 'schema_migrations',
      advisoryLockMode: 'wait',
      log: () => {},
    });
    return await granted(databaseUrl);
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string };
    throw new Error(`the register's database could not be migrated: ${message}${hint ? `. ${hint}` : ''}`, {
      cause: error,
    });
  }
}

async function granted(databaseUrl: string): Promise<string[]> {
  const owner = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  owner.on('error', () => {});
  await owner.connect();
  try {
    // Two that grant the same at once would fail on the same row of the catalog.
    await owner.query('BEGIN');
    await owner.query("SELECT pg_advisory_xact_lock(hashtextextended('tocsin privileges', 0))");
    const given = await restorePrivileges(owner);
    await owner.query('COMMIT');
    return given;
  } finally {
    await owner.end().catch(() => {});
  }
}
