import { GENESIS, type Head } from './entry';
import { leafHashSql } from './leaf-hash-sql';
import type { Queryable } from './read-entries';

/** The head of the log, or of one incident, and how many entries lead up to it. */
export async function readHead(pool: Queryable, incidentId?: string): Promise<{ head: Head; count: number }> {
  const last = await pool.query<{ position: string; hash: Buffer }>(
    `SELECT position, ${leafHashSql()} AS hash FROM tocsin.register_entries
      WHERE $1::text IS NULL OR incident_id = $1 ORDER BY position DESC LIMIT 1`,
    [incidentId ?? null],
  );
  const row = last.rows[0];
  if (row === undefined) return { head: { position: 0, hash: GENESIS }, count: 0 };
  // Counted up to the head just read: the log may be growing.
  const counted = await pool.query<{ count: string }>(
    'SELECT count(*) FROM tocsin.register_entries WHERE position <= $1 AND ($2::text IS NULL OR incident_id = $2)',
    [row.position, incidentId ?? null],
  );
  return {
    head: { position: Number(row.position), hash: row.hash.toString('hex') },
    count: Number(counted.rows[0]!.count),
  };
}
