import path from 'node:path';
import { packageRoot } from '../platform/package-root';

/**
 * Brings the database to the current schema `tocsin`: plain SQL from `postgres/migrations/`, in one transaction.
 *
 * Idempotent. Processes that start at once wait for each other (session advisory lock). The login must own the
 * database or be allowed to create in it; it creates the roles `tocsin_writer` and `tocsin_auditor` when missing.
 *
 * @throws Error that says what Postgres refused, with its hint; the cause is the driver's error.
 */
export async function migrate(databaseUrl: string): Promise<void> {
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
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string };
    throw new Error(`the register's database could not be migrated: ${message}${hint ? `. ${hint}` : ''}`, {
      cause: error,
    });
  }
}
