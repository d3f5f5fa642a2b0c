/** The entries of one case as a list shows them, some at a time. */
import type { Instant } from '../domain/kernel/time';
import { leafHashSql } from './leaf-hash-sql';
import { type Queryable, readEntries } from './read-entries';
import { readHead } from './read-head';
import { eventIn } from './read-incident';

/** One entry: its place in its case and in the log, and the hash of its leaf in hex. */
export interface CaseEntry {
  seq: number;
  position: number;
  hash: string;
  at: Instant;
  kind: string;
  by: string;
}

/** At most `most` entries from the number `from` on, with how many there are; `undefined` where the case has none. */
export async function caseEntries(
  pool: Queryable,
  caseId: string,
  from: number,
  most: number,
): Promise<{ entries: CaseEntry[]; count: number } | undefined> {
  const { count } = await readHead(pool, caseId);
  if (count === 0) return undefined;
  const { rows } = await pool.query<{ position: string; hash: string }>(
    `SELECT position, encode(${leafHashSql()}, 'hex') AS hash FROM tocsin.register_entries
      WHERE incident_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3`,
    [caseId, from, most],
  );
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return { entries: [], count };
  const hashes = new Map(rows.map(({ position, hash }) => [Number(position), hash]));
  const entries: CaseEntry[] = [];
  const range = { incidentId: caseId, from: Number(first.position), to: Number(last.position) };
  for await (const stored of readEntries(pool, range)) {
    const { seq, at, kind, by } = eventIn(stored);
    const { position } = stored;
    entries.push({ seq, position, hash: hashes.get(position)!, at, kind, by });
  }
  return { entries, count };
}
