import type { Pool } from 'pg';

/** An OSV record that came by webhook, and is kept for every later check. */
export interface ReceivedAdvisory {
  id: string;
  modifiedAt: string;
  record: unknown;
}

/** Keeps a record; an older version never replaces a newer one. Answers whether anything changed. */
export async function keepAdvisory(pool: Pool, { id, modifiedAt, record }: ReceivedAdvisory): Promise<boolean> {
  const { rowCount } = await pool.query(
    `INSERT INTO tocsin.advisories (id, modified_at, record) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET modified_at = $2, record = $3, received_at = now()
       WHERE advisories.modified_at < $2`,
    [id, modifiedAt, JSON.stringify(record)],
  );
  return rowCount === 1;
}

/** All records that came by webhook. */
export async function receivedAdvisories(pool: Pool): Promise<Array<{ id: string; record: unknown }>> {
  const { rows } = await pool.query<{ id: string; record: string }>(
    'SELECT id, record FROM tocsin.advisories ORDER BY id',
  );
  return rows.map(({ id, record }) => ({ id, record: JSON.parse(record) as unknown }));
}
