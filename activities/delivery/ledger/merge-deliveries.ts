import type { Pool } from 'pg';
import { takenOut } from './count-deliveries';
import type { Delivery, ObligationKey } from './ledger';

const CHUNK = 5_000;

/**
 * Takes in deliveries recorded elsewhere: a missing one is inserted, one that got further there is advanced.
 * Further means pending < failed < sending < unknown < sent: what may have happened outweighs what did not.
 * Whom a stop took out of a round goes on in the later one that entered them again.
 * Nothing is taken in of an incident that was erased since. Repeating it changes nothing. Returns how many rows were written.
 */
export async function mergeDeliveries(pool: Pool, key: ObligationKey, deliveries: Delivery[]): Promise<number> {
  let merged = 0;
  for (let start = 0; start < deliveries.length; start += CHUNK) {
    // As JSON: the one way to hand over many nullable columns at once. It is data in transit, nothing hashed.
    const { rowCount } = await pool.query(MERGE, [
      key.incidentId,
      key.obligationId,
      JSON.stringify(deliveries.slice(start, start + CHUNK)),
    ]);
    merged += rowCount ?? 0;
  }
  return merged;
}

const RANK = (status: string) => `array_position(ARRAY['pending', 'failed', 'sending', 'unknown', 'sent'], ${status})`;

/** Taken out of an earlier round by its stop: entered again elsewhere, it is in that round. */
const STOPPED_HERE = takenOut('present.');

const MERGE = `
  INSERT INTO tocsin.deliveries AS present (incident_id, obligation_id, recipient_ref, channel, address, language, round,
    batch_key, status, provider_message_id, body_sha256, error_code, created_at, updated_at, claimed_at, sent_at)
  SELECT $1, $2, given.ref, given.channel, given.address, given.language, given.round, given."batchKey", given.status,
         given."providerMessageId", given."bodySha256", given."errorCode", given."createdAt", given."updatedAt",
         given."claimedAt", given."sentAt"
    FROM jsonb_to_recordset($3::jsonb) AS given (ref text, channel text, address text, language text, round int,
      "batchKey" text, status text, "providerMessageId" text, "bodySha256" text, "errorCode" text,
      "createdAt" timestamptz, "updatedAt" timestamptz, "claimedAt" timestamptz, "sentAt" timestamptz)
   WHERE NOT EXISTS (SELECT FROM tocsin.register_keys WHERE incident_id = $1 AND destroyed_at IS NOT NULL)
  ON CONFLICT (incident_id, obligation_id, recipient_ref, channel) DO UPDATE
     SET round = CASE WHEN ${STOPPED_HERE} THEN excluded.round ELSE present.round END, batch_key = excluded.batch_key, status = excluded.status, provider_message_id = excluded.provider_message_id,
         body_sha256 = excluded.body_sha256, error_code = excluded.error_code, updated_at = excluded.updated_at,
         claimed_at = excluded.claimed_at, sent_at = excluded.sent_at
   WHERE (${RANK('excluded.status')} > ${RANK('present.status')}
          AND NOT (${takenOut('excluded.')} AND excluded.round < present.round))
      OR (${STOPPED_HERE} AND excluded.round > present.round)`;
