import type { Pool, PoolClient } from 'pg';
import { isUnavailable } from './outage';

/**
 * Runs `work` in one READ COMMITTED transaction: each statement sees what was committed before it, which the
 * read-after-lock pattern of the register needs whatever the server's default is.
 *
 * @param lock an advisory lock to take before anything is read, held until the end.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  lock?: bigint,
): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  try {
    const begin = 'BEGIN ISOLATION LEVEL READ COMMITTED';
    await client.query(lock === undefined ? begin : `${begin}; SELECT pg_advisory_xact_lock(${lock})`);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A connection that timed out or broke may still be busy: it is closed, which rolls back.
    if (isUnavailable(error)) lost = error as Error;
    else await client.query('ROLLBACK').catch((rollbackError: Error) => (lost = rollbackError));
    throw error;
  } finally {
    client.release(lost);
  }
}
