/**
 * What a Postgres that was restored from an older backup has lost of a ledger: rows of people who were mailed. They are entered
 * again as batches that wait for a person, who looks at the mail provider: nobody is mailed twice, and nothing is made up.
 */
import type { Pool } from 'pg';
import { batchKeyOf, byCodeUnit } from './batch-key';
import { type DeliveryGroup, type ObligationKey, UNDECIDED } from './ledger';

/** Recipients of one batch that waits for a person, so that it can be compared with a provider's log. */
const SIZE = 100;

/** How many rows were ever in a batch. One that was mailed always was. */
export async function rowsInBatches(pool: Pool, { incidentId, obligationId }: ObligationKey): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    'SELECT count(*) FROM tocsin.deliveries WHERE incident_id = $1 AND obligation_id = $2 AND batch_key IS NOT NULL',
    [incidentId, obligationId],
  );
  return Number(rows[0]!.count);
}

/**
 * Sets those of `refs` aside, in this round, that have a row which was in no batch: from then on they wait for a person. `since`:
 * before this instant none was sent. Repeating it changes nothing.
 */
export async function setAside(pool: Pool, group: DeliveryGroup, refs: Iterable<string>, since: Date): Promise<void> {
  const sorted = [...refs].sort(byCodeUnit);
  for (let at = 0; at < sorted.length; at += SIZE) {
    const some = sorted.slice(at, at + SIZE);
    const { incidentId, obligationId, channel, round } = group;
    // It is the key of no mail: another attempt, once a person said that it was not accepted, has another.
    const key = batchKeyOf(group, some, ['lost']);
    await pool.query(SET_ASIDE, [incidentId, obligationId, channel, round, some, key, since, UNDECIDED]);
  }
}

const SET_ASIDE = `
  UPDATE tocsin.deliveries
     SET status = 'unknown', error_code = $8, batch_key = $6, claimed_at = $7, round = $4, updated_at = clock_timestamp()
   WHERE incident_id = $1 AND obligation_id = $2 AND channel = $3 AND recipient_ref = ANY ($5::text[]) AND batch_key IS NULL`;
