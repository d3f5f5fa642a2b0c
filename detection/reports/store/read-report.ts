import type { Pool } from 'pg';
import { commitmentOf, type ReportContent } from './accept-report';

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

interface Row {
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
  confirmed_at: Date | null;
  erased_at: Date | null;
  erased_by: string | null;
}

/** Reads a report; undefined when there is none of this id. */
export async function readReport(pool: Pool, reportId: string): Promise<StoredReport | undefined> {
  const { rows } = await pool.query<Row>(
    `SELECT report_id, received_at, via, length, commitment, content, reporter_email, reporter_name, credit, salt,
            confirmed_at, erased_at, erased_by
       FROM tocsin.vulnerability_reports WHERE report_id = $1`,
    [reportId],
  );
  const [row] = rows;
  if (!row) return undefined;
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
    ...(row.confirmed_at && { confirmedAt: row.confirmed_at.toISOString() }),
    ...(content && { content, matchesCommitment: commitmentOf(row.salt!, content) === row.commitment }),
    ...(row.erased_at && { erasedAt: row.erased_at.toISOString(), erasedBy: row.erased_by ?? '' }),
  };
}
