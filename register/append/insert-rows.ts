/** Inserts planned entries, if the log still ends where the plan began. */
import type { ClientBase } from 'pg';
import { BinaryArray } from './binary-arrays';
import type { End, Placed } from './places';
import { runInsert } from './prepared-insert';
import type { Value } from './run-message';

/** An entry as it is inserted: texts in UTF-8. */
export interface Row {
  placed: Placed;
  incidentId: string;
  kind: string;
  content: string;
  sealed: Buffer | null;
}

/** Rows as the parameters of a statement: of one, values; of several, arrays, which are filled as the rows come. */
export class Rows {
  private first: Row | undefined;
  private arrays: Arrays | undefined;
  private readonly placed: Placed[] = [];

  get count(): number {
    return this.placed.length;
  }

  add(row: Row): void {
    this.placed.push(row.placed);
    if (this.first === undefined) {
      this.first = row;
      return;
    }
    if (this.arrays === undefined) {
      this.arrays = spare.pop() ?? new Arrays();
      this.arrays.add(this.first);
    }
    this.arrays.add(row);
  }

  /** Gives the arrays to the rows of another statement, when nobody needs the values any more. */
  free(): void {
    const { arrays } = this;
    [this.first, this.arrays] = [undefined, undefined];
    if (arrays === undefined || spare.length === SPARE || arrays.bytes > SPARE_BYTES) return;
    arrays.clear();
    spare.push(arrays);
  }

  /** The leaf hashes, one after the other. */
  get hashes(): Buffer {
    return Buffer.from(this.placed.map(({ hash }) => hash).join(''), 'hex');
  }

  /** In the order of the table's columns. */
  get values(): Value[] {
    if (this.arrays !== undefined) return this.arrays.values;
    const { placed, incidentId, kind, content, sealed } = this.first!;
    const { position, seq, leaf } = placed;
    return [position, incidentId, seq, kind, leaf, content, sealed];
  }
}

class Arrays {
  private readonly position = new BinaryArray('int8');
  private readonly incidentId = new BinaryArray('text');
  private readonly seq = new BinaryArray('int4');
  private readonly kind = new BinaryArray('text');
  private readonly leaf = new BinaryArray('bytea');
  private readonly content = new BinaryArray('bytea');
  private readonly sealed = new BinaryArray('bytea');

  add({ placed, incidentId, kind, content, sealed }: Row): void {
    this.position.addInteger(placed.position);
    this.incidentId.addText(incidentId);
    this.seq.addInteger(placed.seq);
    this.kind.addText(kind);
    this.leaf.addText(placed.leaf);
    this.content.addText(content);
    this.sealed.addBytes(sealed);
  }

  get values(): Value[] {
    return this.all.map((array) => array.whole());
  }

  /** How much memory they hold. */
  get bytes(): number {
    return this.all.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  clear(): void {
    for (const array of this.all) array.clear();
  }

  private get all(): BinaryArray[] {
    const { position, incidentId, seq, kind, leaf, content, sealed } = this;
    return [position, incidentId, seq, kind, leaf, content, sealed];
  }
}

/** Of one statement under way and one planned. New memory for each costs more than what is written into it. */
const SPARE = 2;
const SPARE_BYTES = 4_000_000;
const spare: Arrays[] = [];

/**
 * One statement: all rows, or none when the entry before them is not `after` any more (the fence). With autocommit the
 * answer comes after the commit. False when somebody else extended the log meanwhile: plan again.
 */
export function insertRows(client: ClientBase, rows: Rows, after: End): Promise<boolean> {
  const { first, next } = rows.count === 1 ? ONE : MANY;
  const { values } = rows;
  // Nothing is there before the first entry: that its position is free is fence enough.
  if (after.position > 0) values.push(after.position, after.leaf);
  return new Promise((resolve, reject) => {
    runInsert(client, after.position > 0 ? next : first, values, (error, inserted) => {
      // Otherwise somebody else took the positions, before this statement or side by side with it.
      if (error !== null && (error as { code?: string }).code !== UNIQUE_VIOLATION) return reject(error);
      if (error === null) rows.free();
      resolve(error === null && inserted === rows.count);
    });
  });
}

const UNIQUE_VIOLATION = '23505';

const COLUMNS = {
  position: 'bigint',
  incident_id: 'text',
  seq: 'int',
  kind: 'text',
  bytes: 'bytea',
  content: 'bytea',
  sealed: 'bytea',
};

const INTO = `INSERT INTO tocsin.register_entries (${Object.keys(COLUMNS).join(', ')})`;
const FENCE = `FROM tocsin.register_entries WHERE position = $8::bigint AND bytes = $9::bytea`;

/** Statements for the register's first entries and for the next ones; `value` says how a column's parameter is selected. */
function statements(name: string, value: (parameter: string, type: string) => string) {
  const values = Object.values(COLUMNS).map((type, i) => value(`$${i + 1}`, type));
  const text = `${INTO} SELECT ${values.join(', ')}`;
  return { first: { name: `${name}-first`, text }, next: { name, text: `${text} ${FENCE}` } };
}

const MANY = statements('tocsin-append', (parameter, type) => `unnest(${parameter}::${type}[])`);
/** The same for a single row: a lone caller would pay more for the arrays than for the row. */
const ONE = statements('tocsin-append-one', (parameter, type) => `${parameter}::${type}`);
