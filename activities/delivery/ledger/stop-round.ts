import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../../postgres/transaction';
import { type DeliveryGroup, STOPPED } from './ledger';

/** Rows that one statement takes out, so that each is short however many there are. */
const CHUNK = 10_000;

/** Claims of one group, and its stop, wait for each other: none sees another half made. */
export async function lockGroup(
  client: PoolClient,
  { incidentId, obligationId, channel }: DeliveryGroup,
): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    JSON.stringify(['deliveries', incidentId, obligationId, channel]),
  ]);
}

/** @see DeliveryLedger.stop */
export async function stopRound(pool: Pool, group: DeliveryGroup): Promise<void> {
  await inTransaction(pool, async (client) => {
    await lockGroup(client, group);
    await client.query(
      `INSERT INTO tocsin.stopped_rounds (incident_id, obligation_id, channel, round) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING`,
      placeOf(group),
    );
  });
  await takeOut(pool, group);
}

/** Whether a round was stopped. To be asked under the lock of its group. */
export async function isStopped(client: PoolClient, group: DeliveryGroup): Promise<boolean> {
  const { rowCount } = await client.query(
    'SELECT FROM tocsin.stopped_rounds WHERE incident_id = $1 AND obligation_id = $2 AND channel = $3 AND round = $4',
    placeOf(group),
  );
  return (rowCount ?? 0) > 0;
}

/** Whoever of a stopped round waits to be sent does not any more: also who was entered, or given back, since it was stopped. */
export async function takeOut(pool: Pool, group: DeliveryGroup): Promise<void> {
  for (let taken = CHUNK; taken === CHUNK; ) {
    const { rowCount } = await pool.query(TAKE_OUT, [...placeOf(group), STOPPED, CHUNK]);
    taken = rowCount ?? 0;
  }
}

const TAKE_OUT = `
  UPDATE tocsin.deliveries SET status = 'failed', error_code = $5, updated_at = clock_timestamp()
   WHERE id IN (SELECT id FROM tocsin.deliveries
                 WHERE incident_id = $1 AND obligation_id = $2 AND channel = $3 AND round = $4 AND status = 'pending'
                 ORDER BY round, id LIMIT $6 FOR UPDATE)`;

function placeOf({ incidentId, obligationId, channel, round }: DeliveryGroup): [string, string, string, number] {
  return [incidentId, obligationId, channel, round];
}
