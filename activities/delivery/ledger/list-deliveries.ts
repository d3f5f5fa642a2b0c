import type { Pool } from 'pg';
import { FATE } from './delivery-events';
import type { Delivery, ObligationKey } from './ledger';

/** Every delivery of an obligation, by channel and ref, each with what the provider told of it since. */
export async function listDeliveries(pool: Pool, { incidentId, obligationId }: ObligationKey): Promise<Delivery[]> {
  const { rows } = await pool.query(
    `SELECT recipient_ref AS ref, address, language, channel, round, status, batch_key AS "batchKey",
            provider_message_id AS "providerMessageId", body_sha256 AS "bodySha256", error_code AS "errorCode",
            created_at AS "createdAt", updated_at AS "updatedAt", claimed_at AS "claimedAt", sent_at AS "sentAt",
            fate.kind AS "fateKind", fate.reason AS "fateReason", fate.at AS "fateAt"
       FROM tocsin.deliveries AS delivery ${FATE} WHERE incident_id = $1 AND obligation_id = $2
      ORDER BY channel COLLATE "C", recipient_ref COLLATE "C"`,
    [incidentId, obligationId],
  );
  return rows.map(({ fateKind: kind, fateReason: reason, fateAt: at, ...row }) => {
    const delivery = Object.fromEntries(
      Object.entries(row)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
    ) as unknown as Delivery;
    return kind === null
      ? delivery
      : { ...delivery, fate: { kind, ...(reason !== null && { reason }), at: at.toISOString() } };
  });
}
