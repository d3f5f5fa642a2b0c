/** Restores a backup into an empty database, and verifies what came out before anything is kept. */
import path from 'node:path';
import type pg from 'pg';
import type { Disclosures } from '../../domain/policy/disclosure';
import { migrate } from '../../postgres/migrate';
import { recordInTransaction, WRITERS_LOCK } from '../append/in-transaction';
import { BackupError } from '../errors';
import { type Anchor, followKeys, readAnchor, rotationAnchors } from './anchor';
import { checkFiles } from './check-files';
import { type Manifest, readManifest, type TableFile } from './manifest';
import { inOwnSession } from './own-session';
import type { PublishedLog } from './published-log';
import { readRows } from './row-file';
import { createSetAside, SET_ASIDE } from './set-aside';
import { quoted, readMigrations, readTables, SESSION, type Table, tableName } from './tables';
import { type Restored, verifyRestored } from './verify-restored';
import type { Progress } from './write-backup';

/** Tables that a migration fills: what it put there makes way for what is restored. */
const FILLED_BY_MIGRATION = ['vulnerability_report_key'];

export interface RestoreOptions {
  by: string;
  now: Date;
  disclosures: Disclosures;
  /** What the log says outside, beside what the backup holds of it. */
  outside?: PublishedLog & { source: string };
  /** One of the log's verifier keys (`name+id+base64`), to verify the signatures of the checkpoints. */
  verifierKey?: string;
  /** Restore also when entries are missing that were signed; recorded. */
  acceptOlder?: boolean;
  onProgress?: Progress;
}

/**
 * Restores a backup: checks every file, migrates the database, loads all tables, verifies the chain and the tree, and
 * records it, in one transaction. After a failure the database holds an empty register, and nothing of the backup.
 * The login must own the database.
 *
 * @throws BackupError naming the file or the entry; OlderThanCheckpointError for a rollback that was not accepted.
 */
export async function restoreBackup(databaseUrl: string, dir: string, options: RestoreOptions): Promise<Restored> {
  const manifest = await readManifest(dir);
  const anchors = anchorsOf(dir, manifest, options);
  await checkFiles(dir, manifest);
  await inOwnSession(databaseUrl, assertEmpty);
  await migrate(databaseUrl);
  return inOwnSession(databaseUrl, async (client) => {
    await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${WRITERS_LOCK}); ${SESSION}`);
    await assertEmpty(client);
    if (manifest.tables.some(({ name }) => name === SET_ASIDE)) await createSetAside(client);
    await assertSameSchema(client, manifest);
    for (const table of manifest.tables) await load(client, dir, table, options.onProgress ?? (() => {}));
    const restored = await verifyRestored(client, manifest.head, anchors, options.acceptOlder ?? false);
    if (restored.head.hash !== manifest.head.hash) {
      throw new BackupError(`${dir} ends with another entry than its manifest names: it was altered`);
    }
    // The log of before cannot go on over a register that lacks what it signed: another one may begin.
    if (restored.missing) await client.query('DELETE FROM tocsin.log_signer; DELETE FROM tocsin.log_anchored');
    await recordInTransaction(client, options.disclosures, {
      kind: 'register-restored',
      by: options.by,
      at: options.now,
      data: entryOf(manifest, restored),
    });
    await client.query('COMMIT');
    return restored;
  });
}

function anchorsOf(dir: string, { log }: Manifest, { outside, verifierKey }: RestoreOptions): Anchor[] {
  const rotations = outside?.rotations.length ? outside.rotations : (log?.rotations ?? []);
  const keys = verifierKey === undefined ? undefined : followKeys(verifierKey, rotations);
  return [
    ...(log ? [readAnchor(log.checkpoint, { source: `the checkpoint in ${dir}`, outside: false, keys })] : []),
    ...(keys ? rotationAnchors(keys) : []),
    ...(outside ? [readAnchor(outside.checkpoint, { source: outside.source, outside: true, keys })] : []),
  ];
}

function entryOf(manifest: Manifest, { entries, head, root, anchored, missing }: Restored): object {
  const rows = Object.fromEntries(manifest.tables.map((table) => [table.name, table.rows]));
  return {
    madeAt: manifest.madeAt,
    entries,
    head: head.hash,
    root,
    anchored,
    rows,
    ...(missing && { acceptedOlderThan: { size: missing.size, root: missing.root.toString('hex') } }),
  };
}

async function assertEmpty(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`SELECT FROM pg_namespace WHERE nspname = 'tocsin'`);
  if (rows.length === 0) return;
  for (const { name } of await readTables(client)) {
    if (FILLED_BY_MIGRATION.includes(name)) continue;
    const { rows: held } = await client.query(`SELECT FROM ${tableName(name)} LIMIT 1`);
    if (held.length === 0) continue;
    throw new BackupError(
      `the database holds a register already (tocsin.${name} has rows): give an empty database in DATABASE_URL`,
    );
  }
}

async function assertSameSchema(client: pg.Client, manifest: Manifest): Promise<void> {
  const [theirs, ours] = [manifest.migrations.join(' '), (await readMigrations(client)).join(' ')];
  if (theirs !== ours) {
    throw new BackupError(
      `the backup is of another schema (${manifest.migrations.at(-1)}): restore it with the version of Tocsin that made it, ` +
        'and upgrade that',
    );
  }
  const here = new Map((await readTables(client)).map((table) => [table.name, columnsText(table)]));
  for (const table of manifest.tables) {
    if (here.get(table.name) === columnsText(table)) continue;
    throw new BackupError(
      `the backup's table tocsin.${table.name} ${here.has(table.name) ? 'has other columns here' : 'is not among those of this schema'}: ` +
        'restore it with the version of Tocsin that made it',
    );
  }
}

function columnsText({ columns }: Pick<Table, 'columns'>): string {
  return columns.map(({ name, type }) => `${name} ${type}`).join(', ');
}

/** The guards stay on: they refuse changes, and a table that is filled for the first time has none. */
async function load(client: pg.Client, dir: string, table: TableFile, onProgress: Progress): Promise<void> {
  const name = tableName(table.name);
  if (FILLED_BY_MIGRATION.includes(table.name)) await client.query(`DELETE FROM ${name}`);
  const columns = table.columns.map((column) => quoted(column.name)).join(', ');
  let rows = 0;
  for await (const batch of readRows(path.join(dir, table.file))) {
    await insert(client, name, columns, batch, path.join(dir, table.file));
    rows += batch.length;
    onProgress(table.name, rows);
  }
  if (rows === 0) onProgress(table.name, 0);
  if (rows !== table.rows) {
    throw new BackupError(`${path.join(dir, table.file)} holds ${rows} rows, its manifest names ${table.rows}`);
  }
  for (const { column, last, called } of table.sequences) {
    await client.query('SELECT setval(pg_get_serial_sequence($1, $2), $3, $4)', [name, column, last, called]);
  }
}

async function insert(client: pg.Client, table: string, columns: string, batch: string[], file: string): Promise<void> {
  try {
    // OFFSET 0 keeps the planner from reading each row's text once for each column.
    await client.query(
      `INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE
       SELECT (held.r).* FROM (SELECT text::${table} AS r FROM unnest($1::text[]) AS given (text) OFFSET 0) AS held`,
      [batch],
    );
  } catch (error) {
    const { code, constraint } = error as { code?: string; constraint?: string };
    // Data exceptions and violated constraints (classes 22 and 23): such rows were never in the register.
    if (!code || !/^2[23]/.test(code)) throw error;
    // Not what Postgres says of it: that quotes the row.
    throw new BackupError(`${file} holds rows that the register cannot hold (${constraint ?? code}): it was altered`);
  }
}
