/** The link by which a reporter confirms their address, and what is known once they have. */
import type { Pool } from 'pg';
import type { Instant } from '../../../domain/kernel/time';
import { PROOF_COLUMNS, type Proved, ReporterProofs, type ReportKeys, type StoredProofs } from './reporter-proof';

/** A report as its reporter may see it, whose link it was. */
export interface ConfirmableReport {
  /** When a person will have read it, as it was promised at receipt. */
  acknowledgeBy: Instant;
  /** When the reporter confirmed; absent until then. */
  confirmedAt?: Date;
  /** A person has acknowledged the report, as the register says. */
  acknowledged: boolean;
}

interface Row extends StoredProofs {
  reporter_email: string;
  confirm_base: string | null;
  key: Buffer;
  due_at: Instant;
  acknowledged: boolean;
}

/** The report that a link is of; undefined when the link is of none, or the report was erased. Changes nothing. */
export async function reportOfLink(
  pool: Pool,
  reportId: string,
  token: string,
  { keys }: ReportKeys = {},
): Promise<ConfirmableReport | undefined> {
  const found = await read(pool, reportId, keys);
  if (!found?.proofs.isToken(token, found.report, found.row)) return undefined;
  const { row, report, proofs } = found;
  return {
    acknowledgeBy: row.due_at,
    ...(proofs.wasConfirmed(report, row) && { confirmedAt: row.confirmed_at! }),
    acknowledged: row.acknowledged,
  };
}

/** Records that a reporter confirmed their address; the first instant stays. Ask `reportOfLink` before. */
export async function confirmReporter(
  pool: Pool,
  reportId: string,
  now: Date,
  { keys }: ReportKeys = {},
): Promise<void> {
  const found = await read(pool, reportId, keys);
  if (!found || found.proofs.wasConfirmed(found.report, found.row)) return;
  // What stands there without a proof is nobody's.
  await pool.query(
    `UPDATE tocsin.vulnerability_reports SET confirmed_at = $2, confirm_proof = $3
      WHERE report_id = $1 AND reporter_email = $4 AND erased_at IS NULL
        AND (confirmed_at IS NULL) = $5 AND confirm_proof IS NOT DISTINCT FROM $6`,
    [
      reportId,
      now,
      found.proofs.confirmed(found.report),
      found.report.email,
      found.row.confirmed_at === null,
      found.row.confirm_proof,
    ],
  );
}

async function read(pool: Pool, reportId: string, keys: ReportKeys['keys']) {
  const { rows } = await pool.query<Row>(
    `SELECT (SELECT key FROM tocsin.vulnerability_report_key) AS key, reporter_email, confirm_base, ${PROOF_COLUMNS},
            workflow_input #>> '{clock,dueAt}' AS due_at,
            EXISTS (SELECT FROM tocsin.register_entries
                     WHERE incident_id = report_id AND kind = 'acknowledged') AS acknowledged
       FROM tocsin.vulnerability_reports WHERE report_id = $1 AND erased_at IS NULL AND reporter_email IS NOT NULL`,
    [reportId],
  );
  const [row] = rows;
  if (!row) return undefined;
  const report: Proved = { reportId, email: row.reporter_email, confirmBase: row.confirm_base };
  return { row, report, proofs: new ReporterProofs(keys, row.key) };
}
