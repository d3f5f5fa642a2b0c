import type { Pool, PoolClient } from 'pg';
import { takenOut } from './count-deliveries';
import type { DeliveryGroup, Recipient } from './ledger';

const CHUNK = 10_000;

/** Adds the recipients that are not there yet, or that a stop took out. Each chunk commits by itself: a repeat adds what is missing. */
export async function openDeliveries(
  pool: Pool,
  group: DeliveryGroup,
  recipients: Recipient[],
): Promise<{ added: number; total: number }> {
  const added = await insertDeliveries(pool, group, recipients);
  const { rows } = await pool.query<{ total: string }>(
    `SELECT count(*) AS total FROM tocsin.deliveries
      WHERE incident_id = $1 AND obligation_id = $2 AND channel = $3 AND NOT ${takenOut()}`,
    [group.incidentId, group.obligationId, group.channel],
  );
  return { added, total: Number(rows[0]!.total) };
}

/** Adds the recipients that are not there yet, and takes over whom a stop took out of an earlier round; how many there were. */
export async function insertDeliveries(
  database: Pool | PoolClient,
  { incidentId, obligationId, channel, round }: DeliveryGroup,
  recipients: Recipient[],
): Promise<number> {
  let added = 0;
  for (let start = 0; start < recipients.length; start += CHUNK) {
    const chunk = recipients.slice(start, start + CHUNK);
    const place = [incidentId, obligationId, channel, round];
    const [refs, languages] = [chunk.map(({ ref }) => ref), chunk.map(({ language }) => language)];
    if (round > 1) added += (await database.query(TAKE_OVER, [...place, refs, languages])).rowCount ?? 0;
    const addresses = chunk.map(({ address }) => address);
    added += (await database.query(INSERT, [...place, refs, addresses, languages])).rowCount ?? 0;
  }
  return added;
}

const INSERT = `
  INSERT INTO tocsin.deliveries (incident_id, obligation_id, channel, round, recipient_ref, address, language)
  SELECT $1, $2, $3, $4, given.ref, given.address, given.language
    FROM unnest($5::text[], $6::text[], $7::text[]) WITH ORDINALITY AS given (ref, address, language, place)
   ORDER BY place
  ON CONFLICT (incident_id, obligation_id, recipient_ref, channel) DO NOTHING`;

/**
 * Whoever had a key before is known not to have been sent under it, and keeps it, so that the next is another one. Who still
 * waits in an earlier round that is stopped is taken over too: its stop was told again after a restore, or ended half way.
 */
const TAKE_OVER = `
  UPDATE tocsin.deliveries AS present
     SET status = 'pending', round = $4, language = given.language, updated_at = clock_timestamp(),
         error_code = CASE WHEN batch_key IS NOT NULL THEN error_code END
    FROM unnest($5::text[], $6::text[]) AS given (ref, language)
   WHERE incident_id = $1 AND obligation_id = $2 AND channel = $3 AND recipient_ref = given.ref
     AND (${takenOut('present.')} AND round <> $4
       OR status = 'pending' AND round < $4 AND EXISTS (
         SELECT FROM tocsin.stopped_rounds AS stopped
          WHERE stopped.incident_id = $1 AND stopped.obligation_id = $2 AND stopped.channel = $3 AND stopped.round = present.round))`;
