/** OSV records that came by webhook, kept for every later check. */
import type { Pool } from 'pg';
import { CLOCK_SKEW_MS, notAfter, toInstant, toMs } from '../../../domain/kernel/time';
import type { AdvisoryRecord } from '../../../domain/patch/advisory';

/**
 * Keeps records: all of them, or none when it rejects. The newest `modified` of an id stays, whatever the order in which
 * they come; one in the future is newer than none, so that it does not stay for ever. Answers how many rows changed.
 */
export async function keepAdvisories(pool: Pool, records: readonly AdvisoryRecord[]): Promise<number> {
  const now = toInstant(Date.now());
  const rank = ({ modified }: AdvisoryRecord) => notAfter(modified, now) ?? '';
  const newest = new Map<string, AdvisoryRecord>();
  for (const record of records) {
    const known = newest.get(record.id);
    if (!known || rank(known) < rank(record)) newest.set(record.id, record);
  }
  const rows = [...newest.values()];
  // In the order of ids, so that two senders of the same records do not wait for each other in a circle.
  const { rowCount } = await pool.query(
    `INSERT INTO tocsin.advisories (id, modified_at, record)
     SELECT id, modified_at, record
       FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS given (id, modified_at, record)
      ORDER BY id
     ON CONFLICT (id) DO UPDATE SET modified_at = excluded.modified_at, record = excluded.record, received_at = now()
       WHERE CASE WHEN advisories.modified_at > $4 THEN '-infinity' ELSE advisories.modified_at END
           < CASE WHEN excluded.modified_at > $4 THEN '-infinity' ELSE excluded.modified_at END`,
    [
      rows.map(({ id }) => id),
      rows.map(({ modified }) => modified),
      rows.map((row) => JSON.stringify(row)),
      toInstant(toMs(now) + CLOCK_SKEW_MS),
    ],
  );
  return rowCount ?? 0;
}

/** All records that came by webhook. */
export async function receivedAdvisories(pool: Pool): Promise<Array<{ id: string; record: unknown }>> {
  const { rows } = await pool.query<{ id: string; record: string }>(
    'SELECT id, record FROM tocsin.advisories ORDER BY id',
  );
  return rows.map(({ id, record }) => ({ id, record: JSON.parse(record) as unknown }));
}
