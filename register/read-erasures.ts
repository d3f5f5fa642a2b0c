import type { Pool } from 'pg';

/** When the personal data of which incident or case was erased: id → UTC with milliseconds. */
export async function readErasures(pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ incident_id: string; destroyed_at: Date }>(
    'SELECT incident_id, destroyed_at FROM tocsin.register_keys WHERE destroyed_at IS NOT NULL',
  );
  return new Map(rows.map(({ incident_id: id, destroyed_at: at }) => [id, at.toISOString()]));
}
