/** The register in Postgres as the leaves of the log. */
import type { Pool } from 'pg';
import type { LeafReader } from './publish-tiles';

/** How many entries the register has. */
export async function registerSize(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ size: string }>(
    'SELECT coalesce(max(position), 0) AS size FROM tocsin.register_entries',
  );
  return Number(rows[0]!.size);
}

const PAGE = 2_000;

/** Reads leaves by position: their bytes and hashes alone, as they lie there. */
export function registerLeaves(pool: Pool): LeafReader {
  return async function* (from, to) {
    for (let next = from; next <= to; ) {
      const { rows } = await pool.query<{ position: string; bytes: Buffer; hash: Buffer }>(
        `SELECT position, bytes, hash FROM tocsin.register_entries
          WHERE position BETWEEN $1 AND $2 ORDER BY position LIMIT ${PAGE}`,
        [next, to],
      );
      for (const row of rows) {
        const position = Number(row.position);
        yield { position, bytes: row.bytes, hash: row.hash };
        next = position + 1;
      }
      if (rows.length < PAGE) return;
    }
  };
}
