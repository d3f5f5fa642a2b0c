import { createDirectory } from './directory';
import type { DirectoryPort } from './directory-port';

/** As much of a `pg` pool as is needed. */
export interface Queryable {
  query(text: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
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

/** A directory in a database. A missing column is an error that names query and column; the driver's errors pass through. */
export function createSqlDirectory(pool: Queryable, queries: DirectoryQueries): DirectoryPort {
  const rows = async <C extends string>(name: keyof DirectoryQueries, values: unknown[], columns: readonly C[]) => {
    const result = await pool.query(queries[name], values);
    return result.rows.map((row) => {
      const missing = columns.filter((column) => !(column in row));
      if (missing.length > 0)
        throw new Error(`the directory's query "${name}" gives no column ${missing.join(', ')}: add it, or an alias`);
      return Object.fromEntries(columns.map((column) => [column, String(row[column] ?? '')])) as Record<C, string>;
    });
  };
  return createDirectory({
    workspaces: (ids) => rows('workspaces', [ids], ['workspace_id', 'owner_email', 'language']),
    individuals: (ids, dataSets) =>
      rows('individuals', [ids, dataSets], ['person_id', 'email', 'language', 'country', 'workspace_id', 'data_set']),
    subscribers: () => rows('subscribers', [], ['subscriber_id', 'email', 'language']),
  });
}
