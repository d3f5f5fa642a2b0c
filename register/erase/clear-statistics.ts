import { escapeIdentifier } from 'pg';
import type { Queryable } from '../read-entries';
import { ERASABLE_COLUMNS } from './erasable-columns';

/**
 * Removes what Postgres' statistics hold of erasable columns of a table, and lets none be made any more. The migrations did
 * so; here for a database where somebody asked for statistics since. An ALTER of a column's type to what it is removes
 * its statistics and writes nothing anew, on every version (`pg_clear_attribute_stats` is of Postgres 18). For the owner.
 */
export async function clearStatistics(client: Queryable, table: string): Promise<void> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT a.attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute AS a
      WHERE attrelid = $1::regclass AND a.attname = ANY ($2)
        AND (COALESCE(attstattarget, -1) <> 0
             OR EXISTS (SELECT FROM pg_stats WHERE schemaname = 'tocsin' AND tablename = $3 AND pg_stats.attname = a.attname))`,
    [`tocsin.${table}`, ERASABLE_COLUMNS[table], table],
  );
  if (rows.length === 0) return;
  const alterations = rows.map(({ name, type }) => {
    const column = `ALTER COLUMN ${escapeIdentifier(name)}`;
    return `${column} SET STATISTICS 0, ${column} TYPE ${type}`;
  });
  await client.query(`ALTER TABLE tocsin.${table} ${alterations.join(', ')}`);
}
