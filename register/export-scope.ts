/** Which entries an export holds. */

import type { Pool } from 'pg';
import { tocsin } from '../domain/kernel/command-lines';
import type { Head } from './entry';
import { GENESIS } from './entry';
import { NothingToExportError, UnknownIncidentError } from './errors';
import { leafHashSql } from './leaf-hash-sql';
import { REGISTER_STREAM } from './own-entries';
import { type EntryRange, readEntries } from './read-entries';
import { readHead } from './read-head';
import type { ExportScope } from './verifier/export-header';

/** The entries of a scope as they are now: the last of them, how many, and how they are read. */
export interface ScopedEntries {
  head: Head;
  count: number;
  range: EntryRange;
  /** Positions of the last entries of all chains: one for the log, one for each incident. Ascending. */
  ends: number[];
}

/**
 * Finds the entries of a scope. It ends at the head that is read first, also while the log grows.
 *
 * @throws UnknownIncidentError, NothingToExportError when there is no such entry.
 */
export async function scopedEntries(pool: Pool, scope: ExportScope): Promise<ScopedEntries> {
  switch (scope.kind) {
    case 'log': {
      const { head, count } = await readHead(pool);
      return { head, count, range: { to: head.position }, ends: count === 0 ? [] : [head.position] };
    }
    case 'incident': {
      const { incidentId } = scope;
      const { head, count } = await readHead(pool, incidentId);
      if (count === 0) throw new UnknownIncidentError(incidentId);
      return { head, count, range: { incidentId, to: head.position }, ends: [head.position] };
    }
    case 'incidents':
      return incidentsBetween(pool, scope);
    case 'entry': {
      const { position } = scope;
      const range = { from: position, to: position };
      for await (const { hash } of readEntries(pool, range)) {
        return { head: { position, hash }, count: 1, range, ends: [position] };
      }
      throw new NothingToExportError(`the register has no entry at position ${position}`);
    }
  }
}

/** Position of an entry by its incident and number. @throws NothingToExportError when there is none. */
export async function positionOf(pool: Pool, incidentId: string, seq: number): Promise<number> {
  const { rows } = await pool.query<{ position: string }>(
    'SELECT position FROM tocsin.register_entries WHERE incident_id = $1 AND seq = $2',
    [incidentId, seq],
  );
  if (rows[0]) return Number(rows[0].position);
  throw new NothingToExportError(
    `the register has no entry ${seq} of incident ${JSON.stringify(incidentId)}: see \`${tocsin('register show', { id: incidentId })}\``,
  );
}

/** An incident belongs where its first entry lies. A leaf begins with its time: `{"at":"2026-04-01T03:00:00.000Z"`. */
const INCIDENTS = `
  SELECT last.incident_id, last.count, last.position, ${leafHashSql('entry.bytes')} AS hash
    FROM (SELECT incident_id, count(*) AS count, max(position) AS position FROM tocsin.register_entries
           WHERE position <= $1 AND incident_id <> $2 GROUP BY incident_id) AS last
    JOIN tocsin.register_entries AS first ON first.incident_id = last.incident_id AND first.seq = 1
    JOIN tocsin.register_entries AS entry ON entry.position = last.position
   WHERE ($3::text IS NULL OR encode(substring(first.bytes FROM 8 FOR 24), 'escape') >= $3 COLLATE "C")
     AND ($4::text IS NULL OR encode(substring(first.bytes FROM 8 FOR 24), 'escape') < $4 COLLATE "C")
   ORDER BY last.position`;

async function incidentsBetween(pool: Pool, { from, to }: ExportScope & { kind: 'incidents' }): Promise<ScopedEntries> {
  const whole = await readHead(pool);
  const { rows } = await pool.query<{ incident_id: string; count: string; position: string; hash: Buffer }>(INCIDENTS, [
    whole.head.position,
    REGISTER_STREAM,
    from ?? null,
    to ?? null,
  ]);
  const last = rows.at(-1);
  return {
    head:
      last === undefined
        ? { position: 0, hash: GENESIS }
        : { position: Number(last.position), hash: last.hash.toString('hex') },
    count: rows.reduce((sum, { count }) => sum + Number(count), 0),
    range: { incidentIds: rows.map((row) => row.incident_id), to: whole.head.position },
    ends: rows.map(({ position }) => Number(position)),
  };
}
