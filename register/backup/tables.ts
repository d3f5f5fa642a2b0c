/** The tables of the schema as a backup takes them: found in the catalogue, so that a new table is never forgotten. */
import type { ClientBase } from 'pg';
import { BackupError } from '../errors';

/** Which migrations were applied; it goes into the manifest by name, not into a file. */
const MIGRATIONS = 'schema_migrations';

/** One table: its columns with their types, in order, and the state of the sequences that its columns draw from. */
export interface Table {
  name: string;
  columns: Array<{ name: string; type: string }>;
  sequences: Array<{ column: string; last: string; called: boolean }>;
}

/** Texts of values are the same on every server and in every session under these settings. */
export const SESSION = `
  SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601';
  SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL search_path = pg_catalog`;

/** All tables of the schema, each after those that it refers to. */
export async function readTables(client: ClientBase): Promise<Table[]> {
  const { rows: columns } = await client.query<{ table: string; name: string; type: string; sequence: string | null }>(
    COLUMNS,
    [MIGRATIONS],
  );
  const { rows: references } = await client.query<{ from: string; to: string }>(REFERENCES);
  const tables = new Map<string, Table>();
  for (const { table, name, type, sequence } of columns) {
    const known = tables.get(table) ?? { name: table, columns: [], sequences: [] };
    tables.set(table, known);
    known.columns.push({ name, type });
    if (sequence === null) continue;
    // The name comes from the catalogue, quoted where it must be.
    const { rows } = await client.query<{ last: string; called: boolean }>(
      `SELECT last_value AS last, is_called AS called FROM ${sequence}`,
    );
    known.sequences.push({ column: name, ...rows[0]! });
  }
  return inOrder(tables, references);
}

/** The migrations that were applied, in order. */
export async function readMigrations(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM tocsin.${MIGRATIONS} ORDER BY id`);
  return rows.map(({ name }) => name);
}

/** A name of the catalogue as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table of the schema as SQL takes it. */
export function tableName(name: string): string {
  return `tocsin.${quoted(name)}`;
}

function inOrder(tables: Map<string, Table>, references: Array<{ from: string; to: string }>): Table[] {
  const waiting = [...tables.values()];
  const ordered: Table[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ name }) =>
      references.every(({ from, to }) => from !== name || to === name || !waiting.some((other) => other.name === to)),
    );
    if (next < 0) {
      throw new BackupError(
        `the tables ${waiting.map(({ name }) => name).join(', ')} refer to one another in a circle`,
      );
    }
    ordered.push(...waiting.splice(next, 1));
  }
  return ordered;
}

const COLUMNS = `
  SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         pg_get_serial_sequence(format('%I.%I', 'tocsin', c.relname), a.attname) AS sequence
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
   WHERE c.relnamespace = 'tocsin'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     AND c.relname <> $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
   ORDER BY c.relname COLLATE "C", a.attnum`;

const REFERENCES = `
  SELECT c.relname AS from, t.relname AS to
    FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.conrelid JOIN pg_class AS t ON t.oid = f.confrelid
   WHERE f.contype = 'f' AND c.relnamespace = 'tocsin'::regnamespace`;
