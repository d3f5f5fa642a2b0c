import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

/** Whether the bytes of destroyed keys left the table's file, and if not, what an administrator must run. */
export type KeysRewritten = { rewritten: true } | { rewritten: false; why: string };

/**
 * Writes the table of data keys anew, so that the bytes of a destroyed key leave its file: an UPDATE leaves the old row in
 * place, and a plain VACUUM its bytes. The table is small, and is locked for a moment. It takes its owner's right, so the
 * session steps up to its login for it. A key stays in the write-ahead log until that is recycled, and in old backups.
 *
 * Postgres keeps a row that an older transaction may still see, also in the table written anew: such transactions, like
 * that of an automatic ANALYZE, are waited for.
 *
 * @param patienceMs how long they are waited for.
 */
export async function rewriteKeys(pool: Pool, patienceMs = 30_000): Promise<KeysRewritten> {
  const client = await pool.connect();
  const refused: string[] = [];
  client.on('notice', ({ message }) => message && refused.push(message));
  try {
    await client.query('RESET ROLE');
    const inTheWay = await olderTransactions(client, patienceMs);
    await client.query('VACUUM (FULL) tocsin.register_keys');
    if (inTheWay.length > 0 && refused.length === 0) {
      const processes = inTheWay.join(', ');
      return {
        rewritten: false,
        why: `transactions that began before are still open (Postgres processes ${processes})`,
      };
    }
    // Postgres only warns where the login may not.
    return refused.length === 0 ? { rewritten: true } : { rewritten: false, why: refused.join('; ') };
  } catch (error) {
    return { rewritten: false, why: (error as Error).message };
  } finally {
    // Not back to the pool: it is not the writer any more.
    client.release(true);
  }
}

/** The processes whose transactions may still see what was there before this call, once they had time to end. */
async function olderTransactions(client: PoolClient, patienceMs: number): Promise<number[]> {
  const began = (await client.query<{ xid: string }>('SELECT pg_current_xact_id()::xid::text AS xid')).rows[0]!.xid;
  const until = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) >= age($1::xid)`,
      [began],
    );
    if (rows.length === 0 || Date.now() >= until) return rows.map(({ pid }) => pid);
    await sleep(50);
  }
}
