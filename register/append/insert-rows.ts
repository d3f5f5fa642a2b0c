/** Inserts planned entries, if the log still ends where the plan began. */
import type { ClientBase } from 'pg';
import type { End, Placed } from './places';

/** An entry as it is inserted. */
export interface Row {
  placed: Placed;
  incidentId: string;
  kind: string;
  /** Openings of the fields that are not personal. */
  content: string;
  /** Openings of the personal ones, sealed. */
  sealed: Buffer | null;
}

/**
 * One statement: all rows, or none when the entry before them is not `after` any more (the fence). With autocommit the
 * answer comes after the commit. False when somebody else extended the log meanwhile: plan again.
 */
export async function insertRows(client: ClientBase, rows: readonly Row[], after: End): Promise<boolean> {
  try {
    const { rowCount } = await client.query({
      name: 'tocsin-append',
      text: INSERT,
      values: [
        rows.map(({ placed }) => placed.position),
        rows.map(({ incidentId }) => incidentId),
        rows.map(({ placed }) => placed.seq),
        rows.map(({ kind }) => kind),
        rows.map(({ placed }) => placed.leaf),
        rows.map(({ content }) => content),
        rows.map(({ sealed }) => sealed),
        after.position,
        after.leaf,
      ],
    });
    return rowCount === rows.length;
  } catch (error) {
    // Somebody else took the positions, side by side with this statement.
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

const UNIQUE_VIOLATION = '23505';

/** Leaves and contents go as text, which costs less than their hexadecimal digits. An empty log has no entry to follow. */
const INSERT = `
  INSERT INTO tocsin.register_entries (position, incident_id, seq, kind, bytes, content, sealed)
  SELECT position, incident_id, seq, kind, convert_to(leaf, 'UTF8'), convert_to(content, 'UTF8'), sealed
    FROM unnest($1::bigint[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bytea[])
      AS given (position, incident_id, seq, kind, leaf, content, sealed)
   WHERE $8::bigint = 0
      OR EXISTS (SELECT FROM tocsin.register_entries WHERE position = $8 AND bytes = convert_to($9, 'UTF8'))`;
