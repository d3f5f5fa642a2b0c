import type { Pool } from 'pg';

/**
 * Erases what was reported and by whom, and all that could betray either: the salt and the keyed hashes go too, so that
 * nobody can try guesses against them. The commitment, the length and the instants stay.
 * Answers whether it was erased now (`erased`), before (`before`), or there is no such report (`unknown`).
 */
export async function eraseReport(
  pool: Pool,
  reportId: string,
  by: string,
  now: Date,
): Promise<'erased' | 'before' | 'unknown'> {
  const { rowCount } = await pool.query(
    `UPDATE tocsin.vulnerability_reports
        SET content = NULL, reporter_email = NULL, reporter_name = NULL, credit = NULL, salt = NULL,
            same_report = NULL, same_key = NULL, same_sender = NULL, origin = NULL, network = NULL, erased_at = $3, erased_by = $2
      WHERE report_id = $1 AND erased_at IS NULL`,
    [reportId, by, now],
  );
  if (rowCount === 1) return 'erased';
  const { rows } = await pool.query('SELECT FROM tocsin.vulnerability_reports WHERE report_id = $1', [reportId]);
  return rows.length === 1 ? 'before' : 'unknown';
}
