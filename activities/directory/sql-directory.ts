import { createDirectory } from './directory';
import type { DirectoryPort } from './directory-port';

/** As much of a `pg` pool as is needed. */
export interface Queryable {
  query(text: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[]; fields?: { name: string }[] }>;
}

const COLUMNS = {
  workspaces: ['workspace_id', 'owner_email', 'language'],
  individuals: ['person_id', 'email', 'language', 'country', 'workspace_id', 'data_set'],
  subscribers: ['subscriber_id', 'email', 'language'],
} as const;

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

/** A directory in a database. A missing column is an error that names query and column; the driver's errors pass through. */
export function createSqlDirectory(pool: Queryable, queries: DirectoryQueries): DirectoryPort {
  const rows = async <N extends keyof DirectoryQueries>(name: N, values: unknown[]) => {
    const columns: readonly (typeof COLUMNS)[N][number][] = COLUMNS[name];
    const result = await pool.query(queries[name], values);
    return result.rows.map((row) => {
      refuseMissing(name, Object.keys(row));
      return Object.fromEntries(columns.map((column) => [column, String(row[column] ?? '')])) as Record<
        (typeof COLUMNS)[N][number],
        string
      >;
    });
  };
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
  for (const name of ['workspaces', 'individuals', 'subscribers'] as const) {
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

function unended(query: string): string {
  return query.trim().replace(/;+$/, '');
}

function refuseMissing(name: keyof DirectoryQueries, there: readonly string[]): void {
  const missing = COLUMNS[name].filter((column) => !there.includes(column));
  if (missing.length > 0)
    throw new Error(`the directory's query "${name}" gives no column ${missing.join(', ')}: add it, or an alias`);
}
