import type { Pool } from 'pg';
import { commitmentOf, type ReportContent } from './accept-report';
import { PROOF_COLUMNS, ReporterProofs, type ReportKeys, type StoredProofs } from './reporter-proof';

/** A stored report, for the people who work on it. */
export interface StoredReport {
  reportId: string;
  receivedAt: string;
  via: string;
  length: number;
  commitment: string;
  /** When whoever reads the reporter's address confirmed that they reported; absent until then. */
  confirmedAt?: string;
  /** Absent when it was erased. */
  content?: ReportContent;
  /** Whether the content is the one that the commitment was made for; absent when it was erased. */
  matchesCommitment?: boolean;
  erasedAt?: string;
  erasedBy?: string;
}

interface Row extends StoredProofs {
  confirm_base: string | null;
  key: Buffer;
  report_id: string;
  received_at: Date;
  via: string;
  length: number;
  commitment: string;
  content: string | null;
  reporter_email: string | null;
  reporter_name: string | null;
  credit: 'named' | 'anonymous' | null;
  salt: Buffer | null;
  erased_at: Date | null;
  erased_by: string | null;
}

/** Reads a report; undefined when there is none of this id. */
export async function readReport(
  pool: Pool,
  reportId: string,
  { keys }: ReportKeys = {},
): Promise<StoredReport | undefined> {
  const { rows } = await pool.query<Row>(
    `SELECT report_id, received_at, via, length, commitment, content, reporter_email, reporter_name, credit, salt,
            ${PROOF_COLUMNS}, confirm_base, erased_at, erased_by, (SELECT key FROM tocsin.vulnerability_report_key) AS key
       FROM tocsin.vulnerability_reports WHERE report_id = $1`,
    [reportId],
  );
  const [row] = rows;
  if (!row) return undefined;
  const report = { reportId, email: row.reporter_email, confirmBase: row.confirm_base };
  // With the address the proof of what was confirmed is gone as well.
  const isConfirmed =
    row.erased_at === null ? new ReporterProofs(keys, row.key).wasConfirmed(report, row) : row.confirmed_at !== null;
  const content: ReportContent | undefined =
    row.content === null
      ? undefined
      : {
          text: row.content,
          ...(row.reporter_email !== null && { email: row.reporter_email }),
          ...(row.reporter_name !== null && { name: row.reporter_name }),
          credit: row.credit ?? 'anonymous',
        };
  return {
    reportId: row.report_id,
    receivedAt: row.received_at.toISOString(),
    via: row.via,
    length: row.length,
    commitment: row.commitment,
    ...(isConfirmed && { confirmedAt: row.confirmed_at!.toISOString() }),
    ...(content && { content, matchesCommitment: commitmentOf(row.salt!, content) === row.commitment }),
    ...(row.erased_at && { erasedAt: row.erased_at.toISOString(), erasedBy: row.erased_by ?? '' }),
  };
}
