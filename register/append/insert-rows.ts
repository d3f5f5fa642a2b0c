/** Inserts planned entries, if the log still ends where the plan began. */
import type { ClientBase } from 'pg';
import { GENESIS, type Head } from '../entry';
import { byteaArray, hexArray, int4Array, int8Array, textArray } from './binary-arrays';
import type { Row } from './plan';

/**
 * One statement: all rows, or none when the entry before them is not `after` any more (the fence). With autocommit the
 * answer comes after the commit. False when somebody else extended the log meanwhile: plan again.
 */
export async function insertRows(client: ClientBase, rows: readonly Row[], after: Head): Promise<boolean> {
  const fence = [after.position, after.hash === GENESIS ? null : Buffer.from(after.hash, 'hex')];
  try {
    const { rowCount } = await client.query(
      rows.length === 1
        ? { name: 'tocsin-append-one', text: INSERT_ONE, values: [...fence, ...valuesOf(rows[0]!)] }
        : { name: 'tocsin-append', text: INSERT, values: [...fence, ...arraysOf(rows)] },
    );
    return rowCount === rows.length;
  } catch (error) {
    // Somebody else took the positions, before this statement or side by side with it.
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

function valuesOf({ position, incidentId, seq, kind, leaf, hash, content, sealed }: Row): unknown[] {
  return [position, incidentId, seq, kind, Buffer.from(leaf), Buffer.from(hash, 'hex'), Buffer.from(content), sealed];
}

function arraysOf(rows: readonly Row[]): Buffer[] {
  const column = <K extends keyof Row>(name: K) => rows.map((row) => row[name]);
  return [
    int8Array(column('position')),
    textArray(column('incidentId')),
    int4Array(column('seq')),
    textArray(column('kind')),
    textArray(column('leaf'), 'bytea'),
    hexArray(column('hash'), HASH_BYTES),
    textArray(column('content'), 'bytea'),
    byteaArray(column('sealed')),
  ];
}

const UNIQUE_VIOLATION = '23505';
const HASH_BYTES = 32;

const INTO = 'INSERT INTO tocsin.register_entries (position, incident_id, seq, kind, bytes, hash, content, sealed)';
const FENCE =
  'WHERE (SELECT hash FROM tocsin.register_entries WHERE position = $1::bigint) IS NOT DISTINCT FROM $2::bytea';

const INSERT = `${INTO}
  SELECT * FROM unnest($3::bigint[], $4::text[], $5::int[], $6::text[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[]) ${FENCE}`;

/** The same for a single row: a lone caller would pay more for the arrays than for the row. */
const INSERT_ONE = `${INTO}
  SELECT $3::bigint, $4::text, $5::int, $6::text, $7::bytea, $8::bytea, $9::bytea, $10::bytea ${FENCE}`;
