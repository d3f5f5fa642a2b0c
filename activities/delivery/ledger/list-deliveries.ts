import type { Pool } from 'pg';
import { FATE, type Fate } from './delivery-events';
import type { Delivery, ObligationKey } from './ledger';

/** Every delivery of an obligation, by channel and ref, each with what the provider told of it since. */
export async function listDeliveries(pool: Pool, { incidentId, obligationId }: ObligationKey): Promise<Delivery[]> {
  const { rows } = await pool.query(
    `${SELECT} WHERE incident_id = $1 AND obligation_id = $2 ORDER BY channel COLLATE "C", recipient_ref COLLATE "C"`,
    [incidentId, obligationId],
  );
  return rows.map(({ key: _, ...row }) => deliveryOf(row));
}

/** Every delivery of an obligation in all its rounds that told everybody once more; `notice`: the key of each in the ledger. */
export async function listRecipients(
  pool: Pool,
  incidentId: string,
  obligation: string,
): Promise<Array<Delivery & { notice: string }>> {
  const { rows } = await pool.query(
    `${SELECT} WHERE incident_id = $1 AND (obligation_id = $2 OR starts_with(obligation_id, $2 || '#'))
      ORDER BY obligation_id COLLATE "C", recipient_ref COLLATE "C"`,
    [incidentId, obligation],
  );
  return rows.map(({ key, ...row }) => ({ ...deliveryOf(row), notice: key }));
}

const SELECT = `
  SELECT obligation_id AS key, recipient_ref AS ref, address, language, channel, round, status, batch_key AS "batchKey",
         provider_message_id AS "providerMessageId", body_sha256 AS "bodySha256", error_code AS "errorCode",
         created_at AS "createdAt", updated_at AS "updatedAt", claimed_at AS "claimedAt", sent_at AS "sentAt",
         fate.kind AS "fateKind", fate.reason AS "fateReason", fate.at AS "fateAt"
    FROM tocsin.deliveries AS delivery ${FATE}`;

function deliveryOf({ fateKind: kind, fateReason: reason, fateAt: at, ...row }: Record<string, unknown>): Delivery {
  const given = Object.entries(row).filter(([, value]) => value !== null);
  const delivery = Object.fromEntries(
    given.map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  ) as unknown as Delivery;
  if (kind === null) return delivery;
  const fate = { kind, ...(reason !== null && { reason }), at: (at as Date).toISOString() } as Fate;
  return { ...delivery, fate };
}
