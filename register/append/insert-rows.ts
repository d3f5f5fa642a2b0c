/** Inserts planned entries, if the log still ends where the plan began. */
import type { ClientBase } from 'pg';
import { GENESIS } from '../entry';
import type { Row } from './plan';

/**
 * One statement: all rows, or none when the head is not `after` any more (the fence). With autocommit the answer comes
 * after the commit. False when somebody else extended the log meanwhile: plan again.
 */
export async function insertRows(client: ClientBase, rows: readonly Row[], after: string): Promise<boolean> {
  try {
    const { rowCount } = await client.query({
      name: 'tocsin-append',
      text: INSERT,
      values: [
        rows.map((row) => row.position),
        rows.map((row) => row.incidentId),
        rows.map((row) => row.seq),
        rows.map((row) => row.kind),
        rows.map((row) => row.at),
        rows.map((row) => row.bytes),
        rows.map((row) => row.hash),
        after === GENESIS ? null : Buffer.from(after, 'hex'),
      ],
    });
    return rowCount === rows.length;
  } catch (error) {
    // Two writers passed the fence side by side: the second meets the first one's positions.
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

const UNIQUE_VIOLATION = '23505';

const INSERT = `
  INSERT INTO tocsin.register_entries (position, incident_id, seq, kind, at, bytes, hash)
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::bytea[], $7::bytea[])
   WHERE (SELECT hash FROM tocsin.register_entries ORDER BY position DESC LIMIT 1) IS NOT DISTINCT FROM $8::bytea`;
