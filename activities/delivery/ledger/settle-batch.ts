import type { Pool } from 'pg';
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
  const { rows } = await pool.query<{ settled: number; strangers: string[] }>(SETTLE, [
    batchKey,
    now ?? null,
    results.map(({ ref }) => ref),
    results.map(({ status }) => status),
    results.map(({ providerMessageId }) => providerMessageId ?? null),
    results.map(({ bodySha256 }) => bodySha256 ?? null),
    results.map(({ errorCode }) => errorCode ?? null),
  ]);
  return rows[0]!;
}

/**
 * One statement, as it is asked for each batch. The members are locked in one order, so that two who settle the same batch do
 * not deadlock; what became of a row meanwhile is looked at once it is locked.
 */
const SETTLE = `
  WITH given AS MATERIALIZED (
    SELECT * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
             AS given (ref, status, provider_message_id, body_sha256, error_code)
  ), members AS MATERIALIZED (
    SELECT id, recipient_ref AS ref FROM tocsin.deliveries WHERE batch_key = $1 ORDER BY id FOR UPDATE
  ), settled AS (
    UPDATE tocsin.deliveries AS delivery
       SET status = given.status, error_code = given.error_code, updated_at = coalesce($2::timestamptz, clock_timestamp()),
           provider_message_id = coalesce(given.provider_message_id, delivery.provider_message_id),
           body_sha256 = coalesce(given.body_sha256, delivery.body_sha256),
           sent_at = CASE WHEN given.status = 'sent' THEN coalesce($2::timestamptz, clock_timestamp()) END
      FROM members JOIN given USING (ref)
     WHERE delivery.id = members.id AND delivery.status <> 'sent'
    RETURNING delivery.id
  )
  SELECT (SELECT count(*)::int FROM settled) AS settled,
         ARRAY(SELECT ref FROM given WHERE ref NOT IN (SELECT ref FROM members)) AS strangers`;
