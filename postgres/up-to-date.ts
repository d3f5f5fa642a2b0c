/** What a process does with the tables that it finds: the owner migrates them, any other login asks whether they are current. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { packageRoot } from '../platform/package-root';
import { migrate } from './migrate';

/**
 * Migrates where the login may; otherwise makes sure that the owner has.
 * @throws Error that names what is missing and the command for it; the driver's error when Postgres is away.
 */
export async function bringUpToDate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ owner: boolean | null; creates: boolean }>(
      `SELECT (SELECT pg_has_role(session_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'tocsin') AS owner,
              has_database_privilege(current_database(), 'CREATE') AS creates`,
    );
    const { owner, creates } = rows[0]!;
    if (owner ?? creates) {
      await migrate(databaseUrl);
      return;
    }
    const missing = await missingMigrations(client, owner !== null);
    if (missing.length === 0) return;
    throw new Error(
      `the database lacks ${missing.length} migration${missing.length === 1 ? '' : 's'} (${missing[0]}…), which ${client.user} may not run: run \`npx tocsin migrate\` with the owner's login`,
    );
  } finally {
    await client.end().catch(() => {});
  }
}

/** The migrations that a database lacks; all where it has no tables of Tocsin. */
export async function lackingMigrations(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query(`SELECT FROM pg_namespace WHERE nspname = 'tocsin'`);
  return missingMigrations(client, rows.length > 0);
}

async function missingMigrations(client: pg.ClientBase, isThere: boolean): Promise<string[]> {
  const all = readdirSync(path.join(packageRoot(), 'postgres', 'migrations')).map((file) => path.parse(file).name);
  if (!isThere) return all;
  const { rows } = await client.query<{ name: string }>('SELECT name FROM tocsin.schema_migrations');
  return all.filter((name) => !rows.some((row) => row.name === name));
}
