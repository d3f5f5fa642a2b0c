import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../../postgres/transaction';
import { keepRequests } from './erased-requests';
import { MAILS_LOCK } from './reporter';

/**
 * Erases what was reported and by whom, and all that could betray either: the salt and the keyed hashes go too, so that
 * nobody can try guesses against them. The commitment, the length and the instants stay; of a request to confirm the address
 * that still counts, keyed hashes without the report (`keepRequests`).
 * Answers whether it was erased now (`erased`), before (`before`), or there is no such report (`unknown`).
 */
export async function eraseReport(
  pool: Pool,
  reportId: string,
  by: string,
  now: Date,
): Promise<'erased' | 'before' | 'unknown'> {
  const erased = await inTransaction(
    pool,
    async (client) => {
      await keepRequests(client, reportId, now);
      return erase(client, reportId, by, now);
    },
    MAILS_LOCK,
  );
  if (erased) return 'erased';
  const { rows } = await pool.query('SELECT FROM tocsin.vulnerability_reports WHERE report_id = $1', [reportId]);
  return rows.length === 1 ? 'before' : 'unknown';
}

async function erase(client: PoolClient, reportId: string, by: string, now: Date): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE tocsin.vulnerability_reports
        SET content = NULL, reporter_email = NULL, reporter_name = NULL, credit = NULL, salt = NULL,
            same_report = NULL, same_key = NULL, same_sender = NULL, origin = NULL, network = NULL, erased_at = $3, erased_by = $2
      WHERE report_id = $1 AND erased_at IS NULL`,
    [reportId, by, now],
  );
  return rowCount === 1;
}
