/** The register in Postgres as the leaves of the log. */
import type { Pool } from 'pg';
import { leafHash } from '../entry';
import type { Leaf, LeafReader } from './publish-tiles';

/** How many entries the register has. */
export async function registerSize(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ size: string }>(
    'SELECT coalesce(max(position), 0) AS size FROM tocsin.register_entries',
  );
  return Number(rows[0]!.size);
}

const PAGE = 2_000;

/** Reads leaves by position: their bytes alone, as they lie there, a page at a time. */
export function registerLeaves(pool: Pool): LeafReader {
  return async function* (from, to) {
    for (let next = from; next <= to; next += PAGE) {
      const { rows } = await pool.query<{ position: string; bytes: Buffer }>(
        'SELECT position, bytes FROM tocsin.register_entries WHERE position BETWEEN $1 AND $2 ORDER BY position',
        [next, Math.min(to, next + PAGE - 1)],
      );
      yield rows.map(({ position, bytes }): Leaf => {
        return { position: Number(position), bytes, hash: Buffer.from(leafHash(bytes), 'hex') };
      });
    }
  };
}
