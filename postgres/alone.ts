import type { Pool } from 'pg';

/**
 * Acts under an advisory lock of that name, which is held until the act is over, at most as long as a transaction may be
 * idle (a minute, `pool.ts`). `busy` where another session holds it. Where Postgres does not answer, it acts without.
 *
 * @param name of what one session alone may do at a time, among all names of this database.
 */
export async function alone<T>(
  pool: Pick<Pool, 'connect'>,
  name: string,
  act: () => Promise<T>,
): Promise<{ did: T } | 'busy'> {
  const client = await pool.connect().catch(() => undefined);
  if (!client) return { did: await act() };
  let lost: Error | undefined;
  const say = (sql: string, values: string[] = []) =>
    client.query<{ taken: boolean }>(sql, values).catch((error: Error) => {
      lost = error;
      return undefined;
    });
  try {
    await say('BEGIN');
    const lock = await say('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken', [name]);
    if (lock?.rows[0]?.taken === false) return 'busy';
    return { did: await act() };
  } finally {
    if (!lost) await say('ROLLBACK');
    client.release(lost);
  }
}
