// What the tests of backups share: folders for them, the log that signs, and what a database holds.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import { createPool } from '../../postgres/pool';
import type { RestoreOptions } from '../../register/backup/restore-backup';
import { readEntries } from '../../register/read-entries';
import { signCheckpoint } from '../../register/tree/checkpoint';
import { CompactRange } from '../../register/tree/compact-range';
import { createSigner } from '../../register/tree/note';
import { createTestDatabase, temporaryDir } from '../setup/helpers';
import { append, deliver, disclosures, secretive } from './closed-incident';

export const NOW = new Date('2026-11-25T02:00:00.000Z');
export const dir = temporaryDir('backup');
export const log = createSigner('example.com/log', randomBytes(32));

let folders = 0;
/** A folder that does not exist yet. */
export const folder = () => path.join(dir, `b${folders++}`);

export const options = (over: Partial<RestoreOptions> = {}): RestoreOptions => ({
  ...{ by: 'oncall', now: NOW, disclosures },
  ...over,
});

/** A register with a closed incident, an open one, and deliveries in every status. */
export async function filledRegister(): Promise<{ url: string; pool: pg.Pool }> {
  const { url } = await createTestDatabase();
  const pool = createPool(url);
  await append(pool, secretive('INC-A').events);
  await append(pool, secretive('INC-B', 'open').events);
  await deliver(pool, 'INC-A', ['sent', 'failed', 'pending', 'sending', 'unknown']);
  return { url, pool };
}

/** All rows of all tables of the schema, as text. */
export async function contentOf(url: string): Promise<Record<string, string[]>> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
        WHERE table_schema = 'tocsin' AND table_name <> 'schema_migrations' ORDER BY 1`,
    );
    const content: Record<string, string[]> = {};
    for (const { name } of rows) {
      const held = await client.query<{ row: string }>(`SELECT h::text AS row FROM tocsin.${name} AS h`);
      content[name] = held.rows.map(({ row }) => row).sort();
    }
    return content;
  } finally {
    await client.end();
  }
}

/** The signed checkpoint over a register as it is. */
export async function checkpointOf(from: pg.Pool, signer = log): Promise<string> {
  const tree = new CompactRange();
  for await (const { hash } of readEntries(from)) tree.push(Buffer.from(hash, 'hex'));
  return signCheckpoint(tree.size, tree.root(), signer);
}

/** Whether nothing of the backup is in a database. */
export async function isUntouched(url: string): Promise<boolean> {
  const content = await contentOf(url);
  return Object.entries(content).every(([name, rows]) => name === 'vulnerability_report_key' || rows.length === 0);
}
