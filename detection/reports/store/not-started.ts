import type { Pool } from 'pg';

/** Inputs of the workflows of reports that are stored and whose workflow was not started yet, the oldest first. */
export async function reportsNotStarted(pool: Pool, limit = 100): Promise<object[]> {
  const { rows } = await pool.query<{ workflow_input: object }>(
    `SELECT workflow_input FROM tocsin.vulnerability_reports
      WHERE started_at IS NULL ORDER BY received_at, report_id LIMIT $1`,
    [limit],
  );
  return rows.map(({ workflow_input }) => workflow_input);
}

/** Marks a report's workflow as started. */
export async function markReportStarted(pool: Pool, reportId: string, now: Date): Promise<void> {
  await pool.query(
    'UPDATE tocsin.vulnerability_reports SET started_at = $2 WHERE report_id = $1 AND started_at IS NULL',
    [reportId, now],
  );
}
