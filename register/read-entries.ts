import type { Pool } from 'pg';
import type { StoredEntry } from './entry';

const PAGE = 1_000;

/** Which entries, in order of their position; both ends are included. */
export interface EntryRange {
  /** One incident's entries only. */
  incidentId?: string;
  /** First position; 1 when not given. */
  from?: number;
  /** Last position; the log's end when not given. */
  to?: number;
}

/**
 * Streams entries from Postgres in order of position, a page at a time, so that memory does not grow with the log.
 * Nothing is checked here: `verifyEntries` does that.
 */
export async function* readEntries(pool: Pool, range: EntryRange = {}): AsyncGenerator<StoredEntry> {
  const to = range.to ?? Number.MAX_SAFE_INTEGER;
  let from = range.from ?? 1;
  for (;;) {
    const { rows } =
      range.incidentId === undefined
        ? await pool.query<EntryRow>(`${SELECT} AND position <= $2 ORDER BY position LIMIT ${PAGE}`, [from, to])
        : await pool.query<EntryRow>(
            `${SELECT} AND position <= $2 AND incident_id = $3 ORDER BY position LIMIT ${PAGE}`,
            [from, to, range.incidentId],
          );
    for (const row of rows) {
      const position = Number(row.position);
      yield {
        position,
        hash: row.hash.toString('hex'),
        bytes: row.bytes,
        columns: { incidentId: row.incident_id, seq: row.seq, kind: row.kind, at: row.at.toISOString() },
      };
      from = position + 1;
    }
    if (rows.length < PAGE) return;
  }
}

const SELECT = `SELECT position, incident_id, seq, kind, at, bytes, hash FROM tocsin.register_entries WHERE position >= $1`;

interface EntryRow {
  position: string;
  incident_id: string;
  seq: number;
  kind: string;
  at: Date;
  bytes: Buffer;
  hash: Buffer;
}
