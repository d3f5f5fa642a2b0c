import type { Pool } from 'pg';
import { inTransaction } from '../../../postgres/transaction';
import { assertDistinct } from './batch-key';
import type { SettleResult } from './ledger';

/** Records the outcomes of a batch, by the database's clock: a worker's may be wrong. A row that is sent stays as it is. */
export async function settleBatch(
  pool: Pool,
  batchKey: string,
  results: SettleResult[],
  now?: Date,
): Promise<{ settled: number; strangers: string[] }> {
  assertDistinct(results);
  return inTransaction(pool, async (client) => {
    // Locked in one order, so that two who settle the same batch do not deadlock.
    const members = await client.query<{ recipient_ref: string }>(
      'SELECT recipient_ref FROM tocsin.deliveries WHERE batch_key = $1 ORDER BY id FOR UPDATE',
      [batchKey],
    );
    const known = new Set(members.rows.map((row) => row.recipient_ref));
    const { rowCount } = await client.query(UPDATE, [
      batchKey,
      now ?? null,
      results.map(({ ref }) => ref),
      results.map(({ status }) => status),
      results.map(({ providerMessageId }) => providerMessageId ?? null),
      results.map(({ bodySha256 }) => bodySha256 ?? null),
      results.map(({ errorCode }) => errorCode ?? null),
    ]);
    return { settled: rowCount ?? 0, strangers: results.filter(({ ref }) => !known.has(ref)).map(({ ref }) => ref) };
  });
}

const UPDATE = `
  UPDATE tocsin.deliveries AS delivery
     SET status = given.status, error_code = given.error_code, updated_at = coalesce($2::timestamptz, clock_timestamp()),
         provider_message_id = coalesce(given.provider_message_id, delivery.provider_message_id),
         body_sha256 = coalesce(given.body_sha256, delivery.body_sha256),
         sent_at = CASE WHEN given.status = 'sent' THEN coalesce($2::timestamptz, clock_timestamp()) END
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
           AS given (ref, status, provider_message_id, body_sha256, error_code)
   WHERE delivery.batch_key = $1 AND delivery.recipient_ref = given.ref AND delivery.status <> 'sent'`;
