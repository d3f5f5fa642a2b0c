import type { Pool } from 'pg';
import { type DeliveryGroup, UNDECIDED, type Waiting } from './ledger';

/** The batches of a group that wait for a person, the oldest first. */
export async function waitingBatches(
  pool: Pool,
  { incidentId, obligationId, channel, round }: DeliveryGroup,
  most: number,
): Promise<Waiting[]> {
  const { rows } = await pool.query<{ batch: string; recipients: number; claimed_at: Date }>(
    `SELECT batch_key AS batch, count(*)::int AS recipients, min(claimed_at) AS claimed_at FROM tocsin.deliveries
      WHERE incident_id = $1 AND obligation_id = $2 AND channel = $3 AND round = $4 AND status = 'unknown' AND error_code = $5
      GROUP BY batch_key ORDER BY min(id) LIMIT $6`,
    [incidentId, obligationId, channel, round, UNDECIDED, most],
  );
  return rows.map(({ batch, recipients, claimed_at }) => ({ batch, recipients, claimedAt: claimed_at.toISOString() }));
}
