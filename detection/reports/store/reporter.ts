import type { Pool } from 'pg';

/** Where a reporter is written to, and how a mail to them stands. */
export interface ReporterMailState {
  /** Absent when none was given, or it was erased. */
  email?: string;
  /** When this mail was first claimed; a later attempt goes on under the same claim. */
  claimedAt: Date;
  outcome?: string;
}

/**
 * A receipt goes to whatever address somebody typed in, perhaps a stranger's: whoever was written to of late has none more,
 * and one network sets off only so many a day. The page has told the reporter what the mail says. Of claims that come at
 * once the earlier counts, so that repeats answer the same.
 */
const RECEIPTS_OF_A_NETWORK = 3;
const EARLIER = `
  FROM tocsin.vulnerability_reports AS other JOIN tocsin.vulnerability_report_mails AS theirs USING (report_id)
 WHERE theirs.mail = 'receipt' AND (theirs.claimed_at, other.report_id) < (own.claimed_at, report.report_id)`;
const WRITTEN_TO = `EXISTS (SELECT ${EARLIER} AND other.same_sender = report.same_sender
   AND theirs.claimed_at > own.claimed_at - interval '7 days')`;
const SET_OFF = `(SELECT count(DISTINCT other.same_sender) ${EARLIER} AND other.network = report.network
   AND theirs.claimed_at > own.claimed_at - interval '24 hours')`;

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
    `SELECT CASE WHEN mail = 'receipt' AND (${WRITTEN_TO} OR ${SET_OFF} >= ${RECEIPTS_OF_A_NETWORK}) THEN NULL
                 ELSE reporter_email END AS reporter_email, claimed_at, outcome
       FROM tocsin.vulnerability_reports AS report JOIN tocsin.vulnerability_report_mails AS own USING (report_id)
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
