/** The register in Postgres as the leaves of the log. */
import type { Pool } from 'pg';
import { readEntries } from '../read-entries';
import type { LeafReader } from './publish-tiles';

/** How many entries the register has. */
export async function registerSize(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ size: string }>(
    'SELECT coalesce(max(position), 0) AS size FROM tocsin.register_entries',
  );
  return Number(rows[0]!.size);
}

/** Reads entries by position. */
export function registerLeaves(pool: Pool): LeafReader {
  return async function* (from, to) {
    for await (const { position, bytes, hash } of readEntries(pool, { from, to })) {
      yield { position, bytes, hash: Buffer.from(hash, 'hex') };
    }
  };
}
