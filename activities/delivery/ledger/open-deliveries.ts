import type { Pool, PoolClient } from 'pg';
import type { DeliveryGroup, Recipient } from './ledger';

const CHUNK = 10_000;

/** Adds the recipients that are not there yet. Each chunk commits by itself: a repeat adds what is missing. */
export async function openDeliveries(
  pool: Pool,
  group: DeliveryGroup,
  recipients: Recipient[],
): Promise<{ added: number; total: number }> {
  const added = await insertDeliveries(pool, group, recipients);
  const { rows } = await pool.query<{ total: string }>(
    `SELECT count(*) AS total FROM tocsin.deliveries WHERE incident_id = $1 AND obligation_id = $2 AND channel = $3`,
    [group.incidentId, group.obligationId, group.channel],
  );
  return { added, total: Number(rows[0]!.total) };
}

/** Adds the recipients that are not there yet; how many there were. */
export async function insertDeliveries(
  database: Pool | PoolClient,
  { incidentId, obligationId, channel, round }: DeliveryGroup,
  recipients: Recipient[],
): Promise<number> {
  let added = 0;
  for (let start = 0; start < recipients.length; start += CHUNK) {
    const chunk = recipients.slice(start, start + CHUNK);
    const { rowCount } = await database.query(
      `INSERT INTO tocsin.deliveries (incident_id, obligation_id, channel, round, recipient_ref, address, language)
       SELECT $1, $2, $3, $4, given.ref, given.address, given.language
         FROM unnest($5::text[], $6::text[], $7::text[]) WITH ORDINALITY AS given (ref, address, language, place)
        ORDER BY place
       ON CONFLICT (incident_id, obligation_id, recipient_ref, channel) DO NOTHING`,
      [
        incidentId,
        obligationId,
        channel,
        round,
        chunk.map(({ ref }) => ref),
        chunk.map(({ address }) => address),
        chunk.map(({ language }) => language),
      ],
    );
    added += rowCount ?? 0;
  }
  return added;
}
