/** The link by which a reporter confirms their address, and what is known once they have. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';
import type { Instant } from '../../../domain/kernel/time';

/** Bytes of a token: nobody guesses it. */
const TOKEN_BYTES = 18;

/** A report as its reporter may see it, whose link it was. */
export interface ConfirmableReport {
  /** When a person will have read it, as it was promised at receipt. */
  acknowledgeBy: Instant;
  /** When the reporter confirmed; absent until then. */
  confirmedAt?: Date;
  /** A person has acknowledged the report, as the register says. */
  acknowledged: boolean;
}

/** The secret part of a report's link: the same for the same report, as the mail's idempotency key demands. */
export function confirmToken(key: Uint8Array, reportId: string): string {
  return createHmac('sha256', key)
    .update('confirm\0')
    .update(reportId)
    .digest()
    .subarray(0, TOKEN_BYTES)
    .toString('base64url');
}

/** The report that a link is of; undefined when the link is of none, or the report was erased. Changes nothing. */
export async function reportOfLink(
  pool: Pool,
  reportId: string,
  token: string,
): Promise<ConfirmableReport | undefined> {
  const { rows } = await pool.query<{ key: Buffer; due_at: Instant; confirmed_at: Date | null; acknowledged: boolean }>(
    `SELECT (SELECT key FROM tocsin.vulnerability_report_key) AS key, confirmed_at,
            workflow_input #>> '{clock,dueAt}' AS due_at,
            EXISTS (SELECT FROM tocsin.register_entries
                     WHERE incident_id = report_id AND kind = 'acknowledged') AS acknowledged
       FROM tocsin.vulnerability_reports WHERE report_id = $1 AND erased_at IS NULL AND reporter_email IS NOT NULL`,
    [reportId],
  );
  const [row] = rows;
  if (!row || !isSame(token, confirmToken(row.key, reportId))) return undefined;
  return {
    acknowledgeBy: row.due_at,
    ...(row.confirmed_at && { confirmedAt: row.confirmed_at }),
    acknowledged: row.acknowledged,
  };
}

/** Records that a reporter confirmed their address; the first instant stays. Ask `reportOfLink` before. */
export async function confirmReporter(pool: Pool, reportId: string, now: Date): Promise<void> {
  await pool.query(
    `UPDATE tocsin.vulnerability_reports SET confirmed_at = $2
      WHERE report_id = $1 AND confirmed_at IS NULL AND erased_at IS NULL`,
    [reportId, now],
  );
}

function isSame(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
