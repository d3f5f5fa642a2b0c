import type { Pool } from 'pg';
import type { ObligationKey } from './ledger';
import { NOT_ACCEPTED, UNDECIDED } from './ledger';

/** What a person read at the provider about a batch whose outcome nothing else tells. */
export interface Settlement {
  /** When it was accepted there; without it, it was not. */
  acceptedAt?: Date;
  /** The beginning of the batch's key; without it, every batch of the obligation that waits for a person. */
  batch?: string;
}

/**
 * Settles batches as a person decided: accepted, they are sent, never before they were claimed and never in the future; not
 * accepted, they wait to be sent under another key. Touches nothing else, and a repeat changes nothing. Returns how many
 * recipients were settled.
 */
export async function settleUndecided(
  pool: Pool,
  { incidentId, obligationId }: ObligationKey,
  { acceptedAt, batch }: Settlement,
): Promise<number> {
  const { rowCount } = await pool.query(SETTLE, [
    ...[incidentId, obligationId, batch ?? ''],
    ...[UNDECIDED, acceptedAt ?? null, NOT_ACCEPTED],
  ]);
  return rowCount ?? 0;
}

const SETTLE = `
  UPDATE tocsin.deliveries
     SET status = CASE WHEN $5::timestamptz IS NULL THEN 'pending' ELSE 'sent' END,
         error_code = CASE WHEN $5::timestamptz IS NULL THEN $6 END,
         sent_at = CASE WHEN $5::timestamptz IS NOT NULL THEN least(greatest($5::timestamptz, claimed_at), clock_timestamp()) END,
         updated_at = clock_timestamp()
   WHERE incident_id = $1 AND obligation_id = $2 AND status = 'unknown' AND error_code = $4
     AND starts_with(batch_key, $3)`;
