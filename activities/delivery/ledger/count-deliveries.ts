import type { Pool } from 'pg';
import {
  type Delivery,
  type DeliveryCounts,
  type DeliveryStatus,
  type DeliverySummary,
  type ObligationKey,
  STOPPED,
} from './ledger';

/** The deliveries of one channel in one status. */
export interface StatusCount {
  channel: string;
  status: DeliveryStatus | 'stopped';
  count: number;
  firstSentAt?: string;
  lastSentAt?: string;
}

/** Counts the deliveries of an obligation by channel and status. */
export async function countDeliveries(
  pool: Pool,
  { incidentId, obligationId }: ObligationKey,
): Promise<DeliverySummary> {
  const { rows } = await pool.query<{
    channel: string;
    status: DeliveryStatus | 'stopped';
    count: string;
    first: Date;
    last: Date;
  }>(
    `SELECT channel, CASE WHEN ${takenOut()} THEN 'stopped' ELSE status END AS status, count(*),
            min(sent_at) AS first, max(sent_at) AS last
       FROM tocsin.deliveries WHERE incident_id = $1 AND obligation_id = $2
      GROUP BY 1, 2 ORDER BY channel COLLATE "C"`,
    [incidentId, obligationId],
  );
  return summarise(
    rows.map(({ channel, status, count, first, last }) => ({
      channel,
      status,
      count: Number(count),
      firstSentAt: first?.toISOString(),
      lastSentAt: last?.toISOString(),
    })),
  );
}

/** In which of them a delivery counts. */
export function countedAs({ status, errorCode }: Pick<Delivery, 'status' | 'errorCode'>): StatusCount['status'] {
  return status === 'failed' && errorCode === STOPPED ? 'stopped' : status;
}

/** The same of a row, in SQL. `row`: with its dot, what it is called there. */
export function takenOut(row = ''): string {
  return `(${row}status = 'failed' AND ${row}error_code IS NOT DISTINCT FROM '${STOPPED}')`;
}

/** Adds counts up to a summary; `firstSentAt` and `lastSentAt` are absent while nothing was sent. */
export function summarise(parts: StatusCount[]): DeliverySummary {
  const byChannel: Record<string, DeliveryCounts> = {};
  const all = noDeliveries();
  for (const { channel, status, count } of parts) {
    byChannel[channel] ??= noDeliveries();
    for (const counts of [byChannel[channel], all]) {
      if (status !== 'stopped') counts.total += count;
      counts[status] += count;
    }
  }
  const first = parts.flatMap((part) => part.firstSentAt ?? []).sort()[0];
  const last = parts
    .flatMap((part) => part.lastSentAt ?? [])
    .sort()
    .at(-1);
  return { ...all, byChannel, ...(first && { firstSentAt: first }), ...(last && { lastSentAt: last }) };
}

function noDeliveries(): DeliveryCounts {
  return { total: 0, pending: 0, sending: 0, sent: 0, failed: 0, unknown: 0, stopped: 0 };
}
