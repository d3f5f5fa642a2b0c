/** Inserts planned entries, if the log still ends where the plan began. */
import type { ClientBase } from 'pg';
import { GENESIS } from '../entry';
import { byteaArray, hexArray, int4Array, int8Array, textArray } from './binary-arrays';
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
        int8Array(rows.map((row) => row.position)),
        textArray(rows.map((row) => row.incidentId)),
        int4Array(rows.map((row) => row.seq)),
        textArray(
          rows.map((row) => row.leaf),
          'bytea',
        ),
        hexArray(
          rows.map((row) => row.hash),
          32,
        ),
        textArray(
          rows.map((row) => row.content),
          'bytea',
        ),
        byteaArray(rows.map((row) => row.sealed)),
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
  INSERT INTO tocsin.register_entries (position, incident_id, seq, bytes, hash, content, sealed)
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::int[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[])
   WHERE (SELECT hash FROM tocsin.register_entries ORDER BY position DESC LIMIT 1) IS NOT DISTINCT FROM $8::bytea`;
