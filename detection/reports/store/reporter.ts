import type { Pool } from 'pg';

/** Where a reporter is written to, and how a mail to them stands. */
export interface ReporterMailState {
  /** Absent when none was given, or it was erased. */
  email?: string;
  /** When this mail was first claimed; a later attempt goes on under the same claim. */
  claimedAt: Date;
  outcome?: string;
}

/** Claims a mail to a reporter before it is sent; a repeat answers what was claimed first. Throws for an unknown report. */
export async function claimReporterMail(
  pool: Pool,
  reportId: string,
  mail: string,
  now: Date,
): Promise<ReporterMailState> {
  await pool.query(
    `INSERT INTO tocsin.vulnerability_report_mails (report_id, mail, claimed_at)
     SELECT report_id, $2, $3 FROM tocsin.vulnerability_reports WHERE report_id = $1
     ON CONFLICT DO NOTHING`,
    [reportId, mail, now],
  );
  const { rows } = await pool.query<{ reporter_email: string | null; claimed_at: Date; outcome: string | null }>(
    `SELECT reporter_email, claimed_at, outcome
       FROM tocsin.vulnerability_reports JOIN tocsin.vulnerability_report_mails USING (report_id)
      WHERE report_id = $1 AND mail = $2`,
    [reportId, mail],
  );
  const [row] = rows;
  if (!row) throw new Error(`there is no vulnerability report ${reportId} in this database: check DATABASE_URL`);
  return {
    ...(row.reporter_email !== null && { email: row.reporter_email }),
    claimedAt: row.claimed_at,
    ...(row.outcome !== null && { outcome: row.outcome }),
  };
}

/** Writes down what came of a mail; the first outcome stays. */
export async function settleReporterMail(
  pool: Pool,
  reportId: string,
  mail: string,
  outcome: string,
  now: Date,
): Promise<void> {
  await pool.query(
    `UPDATE tocsin.vulnerability_report_mails SET settled_at = $4, outcome = $3
      WHERE report_id = $1 AND mail = $2 AND settled_at IS NULL`,
    [reportId, mail, outcome, now],
  );
}
