import type { Pool } from 'pg';
import type { StoredEntry } from './entry';
import { SealError } from './errors';
import { leafHashSql } from './leaf-hash-sql';
import { unseal } from './seal';
import { MalformedLeaf } from './verifier/leaf';
import { openingsText, parseOpenings } from './verifier/openings';

const PAGE = 1_000;

/** Which entries, in order of their position; both ends are included. */
export interface EntryRange {
  /** One incident's entries only. */
  incidentId?: string;
  /** The entries of these incidents only. */
  incidentIds?: readonly string[];
  /** First position; 1 when not given. */
  from?: number;
  /** Last position; the log's end when not given. */
  to?: number;
}

/** Anything that takes a query: a pool, or the client of a transaction. */
export type Queryable = Pick<Pool, 'query'>;

/**
 * Streams entries from Postgres in order of position, a page at a time, so that memory does not grow with the log.
 * Nothing is checked here: `verifyEntries` does that.
 */
export async function* readEntries(pool: Queryable, range: EntryRange = {}): AsyncGenerator<StoredEntry> {
  const to = range.to ?? Number.MAX_SAFE_INTEGER;
  const only = range.incidentId === undefined ? range.incidentIds : [range.incidentId];
  const opens = await mayReadKeys(pool);
  const select = selectOf(opens);
  let from = range.from ?? 1;
  for (;;) {
    const { rows } =
      only === undefined
        ? await pool.query<EntryRow>(`${select} AND position <= $2 ORDER BY position LIMIT ${PAGE}`, [from, to])
        : await pool.query<EntryRow>(
            `${select} AND position <= $2 AND entry.incident_id = ANY ($3) ORDER BY position LIMIT ${PAGE}`,
            [from, to, only],
          );
    for (const row of rows) {
      const stored = storedEntry(row, opens);
      yield stored;
      from = stored.position + 1;
    }
    if (rows.length < PAGE) return;
  }
}

/** An auditor reads no keys: to it personal data is withheld, and told from what was erased. */
async function mayReadKeys(pool: Queryable): Promise<boolean> {
  const { rows } = await pool.query<{ may: boolean }>(
    `SELECT has_column_privilege('tocsin.register_keys', 'key', 'SELECT') AS may`,
  );
  return rows[0]!.may;
}

const selectOf = (keys: boolean) => `
  SELECT position, entry.incident_id, seq, kind, bytes, ${leafHashSql()} AS hash, content, sealed,
         ${keys ? 'keys.key' : 'NULL::bytea AS key'}, keys.destroyed_at
    FROM tocsin.register_entries AS entry
    LEFT JOIN tocsin.register_keys AS keys ON keys.incident_id = entry.incident_id AND entry.sealed IS NOT NULL
   WHERE position >= $1`;

interface EntryRow {
  position: string;
  incident_id: string;
  seq: number;
  kind: string;
  bytes: Buffer;
  hash: Buffer;
  content: Buffer;
  sealed: Buffer | null;
  key: Buffer | null;
  destroyed_at: Date | null;
}

function storedEntry(row: EntryRow, opens: boolean): StoredEntry {
  const { incident_id: incidentId, seq, kind, bytes, content, sealed, key, destroyed_at: destroyedAt } = row;
  const locked = sealed !== null && !opens && destroyedAt === null;
  const entry = {
    position: Number(row.position),
    hash: row.hash.toString('hex'),
    bytes,
    content,
    erased: sealed !== null && key === null && !locked,
    ...(locked && { locked }),
    columns: { incidentId, seq, kind },
  };
  if (sealed === null || key === null) return entry;
  try {
    return { ...entry, content: mergeOpenings(content, unseal(key, incidentId, seq, sealed)) };
  } catch (error) {
    if (error instanceof SealError || error instanceof MalformedLeaf) return { ...entry, fault: error.message };
    throw error;
  }
}

/** Personal openings among the others, in the order of their pointers. */
function mergeOpenings(content: Buffer, personal: string): Buffer {
  const all = [...parseOpenings(content.toString('utf8')), ...parseOpenings(personal)];
  return Buffer.from(openingsText(all.sort((a, b) => (a.pointer < b.pointer ? -1 : 1))));
}
