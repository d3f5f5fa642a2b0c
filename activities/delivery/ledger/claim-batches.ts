import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../../postgres/transaction';
import { assertBatchSize, batchKeyOf, byCodeUnit } from './batch-key';
import {
  AFRESH,
  type ClaimedBatch,
  type ClaimOptions,
  type DeliveryGroup,
  type DeliveryStatus,
  UNDECIDED,
} from './ledger';
import { isStopped, lockGroup, takeOut } from './stop-round';

/**
 * Claims the group's open batch again, or marks the next pending recipients as sending under new keys, before any call: `most`
 * batches of one language at once. Claims of one group wait for each other, so that none sees a batch half made.
 */
export async function claimBatches(
  pool: Pool,
  group: DeliveryGroup,
  size: number,
  now: Date,
  { inHand = [], most = 1 }: ClaimOptions = {},
): Promise<ClaimedBatch[]> {
  assertBatchSize(size);
  const { incidentId, obligationId, channel, round } = group;
  const where = [incidentId, obligationId, channel, round];
  const batches = await inTransaction(pool, async (client) => {
    await lockGroup(client, group);
    const open = await client.query<{ batch_key: string }>(OPEN_BATCH, [...where, UNDECIDED, inHand]);
    const openKey = open.rows[0]?.batch_key;
    if (openKey !== undefined) return [await membersOf(client, openKey, false)];

    if (await isStopped(client, group)) return undefined;
    const { rows: next } = await client.query<PendingRow>(NEXT_PENDING, [...where, size * most]);
    if (next.length === 0) return [];
    const keys = new Map<string, PendingRow[]>();
    for (let at = 0; at < next.length; at += size) {
      const batch = next.slice(at, at + size);
      const former = batch.flatMap((row) =>
        row.batch_key && AFRESH.includes(row.error_code ?? '') ? [row.batch_key] : [],
      );
      const refs = batch.map((row) => row.recipient_ref);
      keys.set(batchKeyOf(group, refs, former), batch);
    }
    const { rows } = await client.query<MemberRow & { batch_key: string }>(MARK_SENDING, [
      next.map((row) => row.id),
      [...keys].flatMap(([key, batch]) => batch.map(() => key)),
      now,
    ]);
    const claimed: ClaimedBatch[] = [];
    for (const [key, batch] of keys) {
      // Those that were in it before and are settled since belong to it as well.
      if (batch.some((row) => row.batch_key === key)) claimed.push(await membersOf(client, key, true));
      else
        claimed.push(
          batchOf(
            key,
            true,
            rows.filter((row) => row.batch_key === key),
          ),
        );
    }
    return claimed;
  });
  if (batches) return batches;
  await takeOut(pool, group);
  return [];
}

/** One status at a time: so the index has the rows in the order of their ids, and none that is settled is read. */
const openIn = (status: 'sending' | 'unknown') => `
  (SELECT id, batch_key FROM tocsin.deliveries
    WHERE incident_id = $1 AND obligation_id = $2 AND channel = $3 AND round = $4 AND status = '${status}'
      AND error_code IS DISTINCT FROM $5 AND batch_key <> ALL ($6::text[])
    ORDER BY id LIMIT 1)`;

const OPEN_BATCH = `
  SELECT batch_key FROM (${openIn('sending')} UNION ALL ${openIn('unknown')}) AS open ORDER BY id LIMIT 1`;

const PENDING =
  "incident_id = $1 AND obligation_id = $2 AND channel = $3 AND round BETWEEN $4 AND $4 AND status = 'pending'";

/**
 * Languages have no statistics, as no erasure would reach them (migration 013), and those of statuses are old while a round is
 * sent: by them Postgres would read and sort the whole table for each batch. In the order of `round, id` no index but
 * deliveries_open has the rows; and what coalesce() says counts as half of them, not as one in two hundred. Before the first that
 * is pending the index has those that were, until Postgres has cleaned up: they are passed over once, not twice.
 */
const NEXT_PENDING = `
  WITH first AS (SELECT id, language FROM tocsin.deliveries WHERE ${PENDING} ORDER BY round, id LIMIT 1)
  SELECT id, recipient_ref, batch_key, error_code FROM tocsin.deliveries
   WHERE ${PENDING} AND id >= (SELECT id FROM first) AND coalesce(language = (SELECT language FROM first), false)
   ORDER BY round, id LIMIT $5 FOR UPDATE`;

/** By the ids alone: joined with their keys without that, a table that is not large yet is read whole. */
const MARK_SENDING = `
  UPDATE tocsin.deliveries AS delivery
     SET status = 'sending', claimed_at = CASE WHEN batch_key = given.key THEN claimed_at ELSE $3 END, batch_key = given.key,
         updated_at = $3
    FROM unnest($1::bigint[], $2::text[]) AS given (id, key)
   WHERE delivery.id = ANY ($1::bigint[]) AND delivery.id = given.id
  RETURNING batch_key, recipient_ref, address, language, status, error_code, claimed_at`;

interface PendingRow {
  id: string;
  recipient_ref: string;
  batch_key: string | null;
  error_code: string | null;
}

interface MemberRow {
  recipient_ref: string;
  address: string;
  language: string;
  status: DeliveryStatus;
  error_code: string | null;
  claimed_at: Date;
}

async function membersOf(client: PoolClient, batchKey: string, isNew: boolean): Promise<ClaimedBatch> {
  const { rows } = await client.query<MemberRow>(
    'SELECT recipient_ref, address, language, status, error_code, claimed_at FROM tocsin.deliveries WHERE batch_key = $1',
    [batchKey],
  );
  return batchOf(batchKey, isNew, rows);
}

function batchOf(batchKey: string, isNew: boolean, rows: MemberRow[]): ClaimedBatch {
  const recipients = rows
    .map(({ recipient_ref: ref, address, language, status, error_code: errorCode }) => ({
      ...{ ref, address, language, status },
      ...(errorCode !== null && { errorCode }),
    }))
    .sort((a, b) => byCodeUnit(a.ref, b.ref));
  return {
    batchKey,
    language: recipients[0]!.language,
    claimedAt: rows[0]!.claimed_at.toISOString(),
    isNew,
    recipients,
  };
}
