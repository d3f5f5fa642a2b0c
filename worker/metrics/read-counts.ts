/** How far the register is signed and what became of deliveries, as counts. */
import type { Pool } from 'pg';
import { allEnded } from '../../platform/all-ended';

/** How many there are under a word of the table's own. */
export interface Count {
  label: string;
  count: number;
}

export interface Counts {
  entries: number;
  /** In no checkpoint yet. */
  unsigned: number;
  /** For how long the oldest of those has waited, by the clock of Postgres; 0 where there is none. */
  unsignedSeconds: number;
  /** Deliveries by status, each status of the ledger among them. */
  deliveries: Count[];
  /** What the provider told later, by kind. */
  events: Count[];
}

const STATUS = ['pending', 'sending', 'sent', 'failed', 'unknown', 'stopped'];
const KINDS = ['sent', 'delayed', 'soft-bounced', 'delivered', 'failed', 'suppressed', 'complained', 'bounced'];

/** Of live cases and exercises alike: a row of the ledger does not say which it is of. Throws while Postgres is away. */
export async function readCounts(pool: Pick<Pool, 'query'>): Promise<Counts> {
  const [register, deliveries, events] = await allEnded([
    pool.query<{ entries: string; unsigned: string; seconds: string | null }>(
      `SELECT coalesce((SELECT max(position) FROM tocsin.register_entries), 0) AS entries,
              count(*) AS unsigned, extract(epoch FROM clock_timestamp() - min(appended_at)) AS seconds
         FROM tocsin.register_entries WHERE position > coalesce((SELECT size FROM tocsin.log_signer), 0)`,
    ),
    // Whom a stop took out before they were sent to did not fail.
    pool.query<Count>(
      `SELECT CASE WHEN status = 'failed' AND error_code = 'stopped' THEN 'stopped' ELSE status END AS label, count(*)::int AS count
         FROM tocsin.deliveries GROUP BY 1`,
    ),
    pool.query<Count>('SELECT kind AS label, count(*)::int AS count FROM tocsin.delivery_events GROUP BY kind'),
  ]);
  const { entries, unsigned, seconds } = register.rows[0]!;
  return {
    entries: Number(entries),
    unsigned: Number(unsigned),
    unsignedSeconds: Math.max(0, Number(seconds ?? 0)),
    deliveries: all(STATUS, deliveries.rows),
    events: all(KINDS, events.rows),
  };
}

/** A count for each label, 0 where there is no row: a rate begins at a known value. */
function all(labels: readonly string[], rows: readonly Count[]): Count[] {
  const found = new Map(rows.map(({ label, count }) => [label, count]));
  return labels.map((label) => ({ label, count: found.get(label) ?? 0 }));
}
