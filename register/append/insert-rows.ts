/** Inserts planned entries, if the log still ends where the plan began. */
import type { ClientBase } from 'pg';
import { GENESIS, type Head } from '../entry';
import { HASH_BYTES } from '../log/merkle';
import { BinaryArray } from './binary-arrays';

/** An entry as it is inserted: texts in UTF-8, the hash in hex. */
export interface Row {
  position: number;
  incidentId: string;
  seq: number;
  kind: string;
  leaf: string;
  hash: string;
  content: string;
  sealed: Buffer | null;
}

/** Rows as the parameters of a statement. */
export class Rows {
  count = 0;
  private readonly position = new BinaryArray('int8');
  private readonly incidentId = new BinaryArray('text');
  private readonly seq = new BinaryArray('int4');
  private readonly kind = new BinaryArray('text');
  private readonly leaf = new BinaryArray('bytea');
  private readonly hash = new BinaryArray('bytea');
  private readonly content = new BinaryArray('bytea');
  private readonly sealed = new BinaryArray('bytea');

  add(row: Row): void {
    this.count += 1;
    this.position.addInteger(row.position);
    this.incidentId.addText(row.incidentId);
    this.seq.addInteger(row.seq);
    this.kind.addText(row.kind);
    this.leaf.addText(row.leaf);
    this.hash.addHex(row.hash);
    this.content.addText(row.content);
    this.sealed.addBytes(row.sealed);
  }

  /** The leaf hashes, one after the other. */
  get hashes(): Buffer {
    return this.hash.packed(HASH_BYTES);
  }

  /** In the order of the table's columns. */
  get columns(): BinaryArray[] {
    const { position, incidentId, seq, kind, leaf, hash, content, sealed } = this;
    return [position, incidentId, seq, kind, leaf, hash, content, sealed];
  }
}

/**
 * One statement: all rows, or none when the entry before them is not `after` any more (the fence). With autocommit the
 * answer comes after the commit. False when somebody else extended the log meanwhile: plan again.
 */
export async function insertRows(client: ClientBase, { count, columns }: Rows, after: Head): Promise<boolean> {
  const fence = [after.position, after.hash === GENESIS ? null : Buffer.from(after.hash, 'hex')];
  try {
    const { rowCount } = await client.query(
      count === 1
        ? {
            name: 'tocsin-append-one',
            text: INSERT_ONE,
            values: [...fence, ...columns.map((column) => column.first())],
          }
        : { name: 'tocsin-append', text: INSERT, values: [...fence, ...columns.map((column) => column.whole())] },
    );
    return rowCount === count;
  } catch (error) {
    // Somebody else took the positions, before this statement or side by side with it.
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

const UNIQUE_VIOLATION = '23505';

const INTO = 'INSERT INTO tocsin.register_entries (position, incident_id, seq, kind, bytes, hash, content, sealed)';
const FENCE =
  'WHERE (SELECT hash FROM tocsin.register_entries WHERE position = $1::bigint) IS NOT DISTINCT FROM $2::bytea';

const INSERT = `${INTO}
  SELECT * FROM unnest($3::bigint[], $4::text[], $5::int[], $6::text[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[]) ${FENCE}`;

/** The same for a single row: a lone caller would pay more for the arrays than for the row. */
const INSERT_ONE = `${INTO}
  SELECT $3::bigint, $4::text, $5::int, $6::text, $7::bytea, $8::bytea, $9::bytea, $10::bytea ${FENCE}`;
