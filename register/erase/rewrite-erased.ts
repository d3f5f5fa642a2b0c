import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { clearStatistics } from './clear-statistics';

/** Tables whose rows are erased, as they are written anew. */
export type ErasedTable =
  | 'register_keys'
  | 'deliveries'
  | 'delivery_events'
  | 'vulnerability_reports'
  | 'erased_report_requests';

/** Whether the erased bytes left the files of the tables, and if not, why and what their owner must run. */
export type Rewritten = { rewritten: true } | { rewritten: false; why: string; run: string };

/** Above this a table is locked for too long to be written anew in passing. */
const LARGEST_BYTES = 256 * 1024 * 1024;

/**
 * Takes erased bytes out of the files of tables and of Postgres' statistics of them: an UPDATE leaves the old row in place,
 * a plain VACUUM its bytes, and neither touches the statistics. Each table is locked for a moment. It takes its owner's
 * right, so the session steps up to its login for it; that of the database for `pg_statistic`. What stays is what
 * `remainsAfterErasure` lists.
 *
 * Postgres keeps a row that an older transaction may still see, also in the table written anew: such transactions, like
 * that of an automatic ANALYZE, are waited for.
 *
 * @param options.patienceMs how long they are waited for.
 * @param options.largestBytes a larger table is left to its owner.
 */
export async function rewriteErased(
  pool: Pool,
  tables: readonly ErasedTable[],
  { patienceMs = 30_000, largestBytes = LARGEST_BYTES }: { patienceMs?: number; largestBytes?: number } = {},
): Promise<Rewritten> {
  const client = await pool.connect();
  const problems: string[] = [];
  // Postgres only warns where the login may not.
  client.on('notice', ({ message }) => message && problems.push(message));
  const commands = tables.map((table) => `VACUUM (FULL) tocsin.${table}`);
  const statistics = 'VACUUM (FULL) pg_catalog.pg_statistic';
  try {
    await client.query('RESET ROLE');
    for (const table of tables) await clearStatistics(client, table);
    const inTheWay = await olderTransactions(client, patienceMs);
    for (const [index, table] of tables.entries()) {
      const bytes = await sizeOf(client, table);
      if (bytes <= largestBytes) await client.query(commands[index]!);
      else problems.push(`the table ${table} is large (${Math.round(bytes / 1024 / 1024)} MB): do it in a quiet hour`);
    }
    await client.query(statistics);
    if (inTheWay.length > 0) {
      problems.push(`transactions that began before are still open (Postgres processes ${inTheWay.join(', ')})`);
    }
  } catch (error) {
    problems.push((error as Error).message);
  } finally {
    // Not back to the pool: it is not the writer any more.
    client.release(true);
  }
  if (problems.length === 0) return { rewritten: true };
  return { rewritten: false, why: problems.join('; '), run: [...commands, statistics].join('; ') };
}

async function sizeOf(client: PoolClient, table: ErasedTable): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>('SELECT pg_total_relation_size($1::regclass) AS bytes', [
    `tocsin.${table}`,
  ]);
  return Number(rows[0]!.bytes);
}

/**
 * The processes whose transactions may still see what was there before this call, once they had time to end. A transaction
 * that writes counts in whichever database of the server: while it runs, every new snapshot reaches back to its start.
 */
async function olderTransactions(client: PoolClient, patienceMs: number): Promise<number[]> {
  const began = (await client.query<{ xid: string }>('SELECT pg_current_xact_id()::xid::text AS xid')).rows[0]!.xid;
  const until = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE pid <> pg_backend_pid()
         AND (datname = current_database() AND age(backend_xmin) >= age($1::xid) OR age(backend_xid) >= age($1::xid))`,
      [began],
    );
    if (rows.length === 0 || Date.now() >= until) return rows.map(({ pid }) => pid);
    await sleep(50);
  }
}
