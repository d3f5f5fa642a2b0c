/**
 * Brings an older backup up to what was erased since: without this a destroyed key would live on in it, and addresses that
 * are gone from the delivery ledger. Entries, which hold nothing personal but what is sealed, stay as they are.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { BackupError } from '../errors';
import { leafHashSql } from '../leaf-hash-sql';
import { checkFiles } from './check-files';
import { KEYS_TABLE, type Manifest, readManifest, type TableFile, writeManifest } from './manifest';
import { inOwnSession } from './own-session';
import { readRows, writeRows } from './row-file';
import { readTables, SESSION } from './tables';

/** For each table: the rows that stand for the given ones ($1), in their order; null where there is none any more. */
const NOW: Record<string, string> = {
  [KEYS_TABLE]: `
    SELECT present::text AS row
      FROM unnest($1::text[]) WITH ORDINALITY AS given (text, place)
      CROSS JOIN LATERAL (SELECT given.text::tocsin.register_keys AS r OFFSET 0) AS backed
      LEFT JOIN tocsin.register_keys AS present ON present.incident_id = (backed.r).incident_id
     ORDER BY place`,
  deliveries: `
    SELECT CASE WHEN keys.destroyed_at IS NULL THEN given.text ELSE present::text END AS row
      FROM unnest($1::text[]) WITH ORDINALITY AS given (text, place)
      CROSS JOIN LATERAL (SELECT given.text::tocsin.deliveries AS r OFFSET 0) AS backed
      LEFT JOIN tocsin.register_keys AS keys ON keys.incident_id = (backed.r).incident_id
      LEFT JOIN tocsin.deliveries AS present ON present.id = (backed.r).id
     ORDER BY place`,
  delivery_events: `
    SELECT present::text AS row
      FROM unnest($1::text[]) WITH ORDINALITY AS given (text, place)
      CROSS JOIN LATERAL (SELECT given.text::tocsin.delivery_events AS r OFFSET 0) AS backed
      LEFT JOIN tocsin.delivery_events AS present ON present.event_id = (backed.r).event_id
     ORDER BY place`,
  vulnerability_reports: `
    SELECT CASE WHEN present.erased_at IS NULL THEN given.text ELSE present::text END AS row
      FROM unnest($1::text[]) WITH ORDINALITY AS given (text, place)
      CROSS JOIN LATERAL (SELECT given.text::tocsin.vulnerability_reports AS r OFFSET 0) AS backed
      LEFT JOIN tocsin.vulnerability_reports AS present ON present.report_id = (backed.r).report_id
     ORDER BY place`,
  // Not those that are gone here because they bound nothing any more.
  erased_report_requests: `
    SELECT (SELECT present::text FROM tocsin.erased_report_requests AS present WHERE present = backed.r LIMIT 1) AS row
      FROM unnest($1::text[]) WITH ORDINALITY AS given (text, place)
      CROSS JOIN LATERAL (SELECT given.text::tocsin.erased_report_requests AS r OFFSET 0) AS backed
     ORDER BY place`,
};
/** Whose rows go after some days: that one is not here any more says nothing. */
const PASSING = new Set(['erased_report_requests', 'delivery_events']);

/**
 * Replaces in a backup the data keys, the deliveries and the vulnerability reports that were erased since it was made, and
 * removes what is over: what was kept of erased reports, and what the mail provider told of mails that are gone.
 * A crash leaves the old files or the new ones, and repeating it is harmless. Answers the manifest as it is now.
 *
 * @throws BackupError when it is a backup of another register, or of another schema.
 */
export async function eraseInBackup(databaseUrl: string, dir: string): Promise<Manifest & { sha256: string }> {
  const manifest = await readManifest(dir);
  await checkFiles(dir, manifest);
  return inOwnSession(databaseUrl, async (client) => {
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${SESSION}`);
    await assertOurs(client, dir, manifest);
    const replaced: string[] = [];
    const tables: TableFile[] = [];
    for (const table of manifest.tables) {
      const sql = NOW[table.name];
      if (sql === undefined) {
        tables.push(table);
        continue;
      }
      const file = nextName(table);
      const old = path.join(dir, table.file);
      await rm(path.join(dir, file), { force: true });
      const written = await writeRows(path.join(dir, file), present(client, sql, old, PASSING.has(table.name)));
      tables.push({ ...table, file, ...written });
      replaced.push(old);
    }
    const { sha256: _, ...rest } = manifest;
    const changed = { ...rest, tables };
    const sha256 = await writeManifest(dir, changed);
    for (const file of replaced) await rm(file, { force: true });
    return { ...changed, sha256 };
  });
}

/** Two names in turn, so that the old file stays until the manifest names the new one. */
function nextName({ name, file }: TableFile): string {
  return file === `${name}.rows.gz` ? `${name}.1.rows.gz` : `${name}.rows.gz`;
}

async function* present(client: pg.Client, sql: string, file: string, passing: boolean): AsyncGenerator<string[]> {
  for await (const batch of readRows(file)) {
    const { rows } = await client.query<{ row: string | null }>(sql, [batch]);
    const texts = rows.map(({ row }) => row);
    if (texts.length !== batch.length || (!passing && texts.includes(null))) {
      throw new BackupError(`${file} holds rows that this database does not: it is a backup of another register`);
    }
    const kept = texts.filter((text) => text !== null);
    if (kept.length > 0) yield kept;
  }
}

async function assertOurs(client: pg.Client, dir: string, { head, tables }: Manifest): Promise<void> {
  const { rows } = await client.query(
    `SELECT FROM tocsin.register_entries WHERE position = $1 AND ${leafHashSql()} = $2`,
    [head.position, Buffer.from(head.hash, 'hex')],
  );
  if (head.position > 0 && rows.length === 0) {
    throw new BackupError(
      `${dir} is a backup of another register: this one has no entry ${head.position} of that hash`,
    );
  }
  const here = await readTables(client);
  for (const { name, columns } of tables.filter((table) => table.name in NOW)) {
    const same = JSON.stringify(here.find((table) => table.name === name)?.columns) === JSON.stringify(columns);
    if (!same) {
      throw new BackupError(
        `${dir} is of another schema: what was erased cannot be taken out of it. Destroy this backup`,
      );
    }
  }
}
