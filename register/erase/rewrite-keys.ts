import type { Pool } from 'pg';

/** Whether the bytes of destroyed keys left the table's file, and if not, what an administrator must run. */
export type KeysRewritten = { rewritten: true } | { rewritten: false; why: string };

/**
 * Writes the table of data keys anew, so that the bytes of a destroyed key leave its file: an UPDATE leaves the old row in
 * place, and a plain VACUUM its bytes. The table is small, and is locked for a moment. It takes its owner's right, so the
 * session steps up to its login for it. A key stays in the write-ahead log until that is recycled, and in old backups.
 */
export async function rewriteKeys(pool: Pool): Promise<KeysRewritten> {
  const client = await pool.connect();
  const refused: string[] = [];
  client.on('notice', ({ message }) => message && refused.push(message));
  try {
    await client.query('RESET ROLE');
    await client.query('VACUUM (FULL) tocsin.register_keys');
    // Postgres only warns where the login may not.
    return refused.length === 0 ? { rewritten: true } : { rewritten: false, why: refused.join('; ') };
  } catch (error) {
    return { rewritten: false, why: (error as Error).message };
  } finally {
    // Not back to the pool: it is not the writer any more.
    client.release(true);
  }
}
