import type { Pool } from 'pg';
import { COLUMNS, LISTINGS, type RowOf } from './columns';
import { createDirectory } from './directory';
import type { DirectoryPort } from './directory-port';

/** As much of a `pg` pool as is needed. */
export interface Queryable {
  query(text: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[]; fields?: { name: string }[] }>;
}

/**
 * Three SELECTs. `$1`: workspace ids (text[]) or null for all; `$2`: data set ids (text[]). Columns as in the CSV files:
 * workspaces(workspace_id, owner_email, language) takes $1, individuals(person_id, email, language, country,
 * workspace_id, data_set) takes $1 and $2, subscribers(subscriber_id, email, language) takes none.
 */
export interface DirectoryQueries {
  workspaces: string;
  individuals: string;
  subscribers: string;
}

/** Asks a query; its rows come some at a time. */
export type ReadRows = (query: string, values: unknown[]) => AsyncIterable<Record<string, unknown>[]>;

/** All rows at once. */
export function readWhole(pool: Queryable): ReadRows {
  return async function* (query, values) {
    yield (await pool.query(query, values)).rows;
  };
}

/** Rows that are read at once. */
const PAGE = 2_000;

/** Through a cursor, so that no more than a page is in memory. */
export function readPaged(pool: Pool): ReadRows {
  return async function* (query, values) {
    const client = await pool.connect();
    let lost: Error | undefined;
    try {
      await client.query('BEGIN READ ONLY');
      await client.query(`DECLARE directory NO SCROLL CURSOR FOR ${unended(query)}`, values);
      for (;;) {
        const { rows } = await client.query(`FETCH ${PAGE} FROM directory`);
        if (rows.length === 0) return;
        yield rows;
      }
    } catch (error) {
      lost = error as Error;
      throw error;
    } finally {
      if (!lost) await client.query('ROLLBACK').catch((error: Error) => (lost = error));
      client.release(lost);
    }
  };
}

/** A directory in a database. A missing column is an error that names query and column; the driver's errors pass through. */
export function createSqlDirectory(pool: Queryable, queries: DirectoryQueries, read = readWhole(pool)): DirectoryPort {
  async function* rows<N extends keyof DirectoryQueries>(name: N, values: unknown[]) {
    const columns: readonly (typeof COLUMNS)[N][number][] = COLUMNS[name];
    for await (const page of read(queries[name], values)) {
      // All rows of a query have the same columns.
      if (page[0]) refuseMissing(name, Object.keys(page[0]));
      yield page.map((row) => textsOf<N>(row, columns));
    }
  }
  return createDirectory({
    workspaces: (ids) => rows('workspaces', [ids]),
    individuals: (ids, dataSets) => rows('individuals', [ids, dataSets]),
    subscribers: () => rows('subscribers', []),
  });
}

/**
 * Asks each query for nobody, so that one that does not work is found before people must be told. Rejects with the setting
 * that is wrong and what Postgres says of it; the driver's error is the cause.
 */
export async function probeSqlDirectory(pool: Queryable, queries: DirectoryQueries): Promise<void> {
  const nobody = { workspaces: [[]], individuals: [[], []], subscribers: [] };
  for (const name of LISTINGS) {
    // The subscribers are asked for without parameters: all of them.
    const query = name === 'subscribers' ? `SELECT * FROM (${unended(queries[name])}) AS probe LIMIT 0` : queries[name];
    try {
      const { fields = [] } = await pool.query(query, nobody[name]);
      refuseMissing(
        name,
        fields.map((field) => field.name),
      );
    } catch (cause) {
      throw new Error(`TOCSIN_DIRECTORY_${name.toUpperCase()}_SQL: ${(cause as Error).message}`, { cause });
    }
  }
}

/** Each column as text, whatever the driver makes of it; empty where there is none. */
function textsOf<N extends keyof DirectoryQueries>(
  row: Record<string, unknown>,
  columns: readonly (typeof COLUMNS)[N][number][],
): RowOf<N> {
  const texts: Record<string, string> = {};
  for (const column of columns) texts[column] = String(row[column] ?? '');
  return texts as RowOf<N>;
}

function unended(query: string): string {
  return query.trim().replace(/;+$/, '');
}

function refuseMissing(name: keyof DirectoryQueries, there: readonly string[]): void {
  const missing = COLUMNS[name].filter((column) => !there.includes(column));
  if (missing.length > 0)
    throw new Error(`the directory's query "${name}" gives no column ${missing.join(', ')}: add it, or an alias`);
}
