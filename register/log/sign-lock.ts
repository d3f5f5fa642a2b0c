/** One signer at a time: among all that use this register, and among all that use this signer's memory. */
import type { Pool, PoolClient } from 'pg';
import { lock } from '../../platform/file-lock';
import { SignerBusyError } from '../errors';

/** "tocsign" in ASCII. */
const SIGN_LOCK = 0x746f637369676en;
const AGAIN_MS = 100;

/** The lock file beside the signer's memory. */
export const signLockFile = (stateFile: string) => `${stateFile}.lock`;

/**
 * Does `work` as the only signer. The session's advisory lock keeps other workers of this register away, also while they
 * write. The lock file beside the memory holds on when the session is lost in the middle: a signer that went on without
 * it could put an older memory in place of a newer one.
 *
 * @throws SignerBusyError when another signs for longer than `waitMs`.
 */
export async function underSignLock<T>(
  pool: Pool,
  stateFile: string,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  try {
    await takeLock(client, waitMs);
    const held = await lock(signLockFile(stateFile));
    try {
      return await work();
    } finally {
      held.release();
      await client.query(`SELECT pg_advisory_unlock(${SIGN_LOCK})`).catch((error: Error) => (lost = error));
    }
  } finally {
    client.release(lost);
  }
}

async function takeLock(client: PoolClient, waitMs: number): Promise<void> {
  const endMs = Date.now() + waitMs;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(`SELECT pg_try_advisory_lock(${SIGN_LOCK}) AS taken`);
    if (rows[0]!.taken) return;
    if (Date.now() >= endMs)
      throw new SignerBusyError('another worker or command signs at this moment: try again later');
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
