/** Backs the register up: every table of the schema, as of one moment, into a folder of files that verify. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { BackupError } from '../errors';
import { readHead } from '../read-head';
import { type Manifest, type TableFile, writeManifest } from './manifest';
import { inOwnSession } from './own-session';
import { assertSigned, type PublishedLog } from './published-log';
import { writeRows } from './row-file';
import { quoted, readMigrations, readTables, SESSION, type Table, tableName } from './tables';

/** Told as it goes on: so many rows of this table so far. */
export type Progress = (table: string, rows: number) => void;

const FETCH = 200;

/**
 * Writes a backup into a folder that is new or empty; it appears whole or not at all. One snapshot holds all tables, also
 * the delivery ledger: without it what was mailed would be mailed again. The login must be allowed to read all of them.
 *
 * @param log what the published log says, read before this call: the backup then reaches its checkpoint.
 * @throws BackupError when the folder holds something, the database has no register, or not the one that was signed.
 */
export async function writeBackup(
  databaseUrl: string,
  dir: string,
  { log, now, onProgress = () => {} }: { log?: PublishedLog; now: Date; onProgress?: Progress },
): Promise<Manifest & { sha256: string }> {
  await assertFree(dir);
  const partial = `${dir}.partial-${process.pid}`;
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    const manifest = await inSnapshot(databaseUrl, async (client) => {
      if (log !== undefined) await assertSigned(client, log);
      const tables: TableFile[] = [];
      for (const table of await readTables(client)) {
        const file = `${table.name}.rows.gz`;
        const written = await writeRows(path.join(partial, file), rowsOf(client, table, onProgress));
        tables.push({ ...table, file, ...written });
      }
      const { head } = await readHead(client);
      return {
        format: 'tocsin-register-backup' as const,
        v: 1 as const,
        madeAt: now.toISOString(),
        migrations: await readMigrations(client),
        head,
        ...(log !== undefined && { log }),
        tables,
      };
    });
    const sha256 = await writeManifest(partial, manifest);
    if (existsSync(dir)) await rmdir(dir);
    await rename(partial, dir);
    return { ...manifest, sha256 };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function assertFree(dir: string): Promise<void> {
  if (!existsSync(dir)) return;
  const held = await readdir(dir).catch(() => ['a file']);
  if (held.length > 0) throw new BackupError(`${dir} is not empty: give a folder that is new, one for each backup`);
}

async function inSnapshot<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return inOwnSession(databaseUrl, async (client) => {
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${SESSION}`);
    const { rows } = await client.query(`SELECT FROM pg_namespace WHERE nspname = 'tocsin'`);
    if (rows.length === 0) throw new BackupError('the database holds no register: nothing to back up');
    return work(client);
  });
}

async function* rowsOf(client: pg.Client, { name, columns }: Table, onProgress: Progress): AsyncGenerator<string[]> {
  // The first column leads the primary key of every table: the rows come in its order without a sort.
  await client.query(
    `DECLARE backup NO SCROLL CURSOR FOR
     SELECT held::text AS row FROM ${tableName(name)} AS held ORDER BY held.${quoted(columns[0]!.name)}`,
  );
  let count = 0;
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`FETCH ${FETCH} FROM backup`);
    if (rows.length === 0) break;
    count += rows.length;
    yield rows.map(({ row }) => row);
    onProgress(name, count);
  }
  if (count === 0) onProgress(name, 0);
  await client.query('CLOSE backup');
}
