/**
 * One signer at a time: among all that use this register, and among all that use this signer's memory. Whose turn it is
 * stands in Postgres, with a number that grows at each change; a lock file beside the memory keeps processes that share it
 * apart.
 */
import type { Pool } from 'pg';
import { type HeldLock, tryLock } from '../../platform/file-lock';
import { placeAt } from '../../platform/place';
import { SignerBusyError, SigningKeyError } from '../errors';
import { LogKeys } from '../verifier/log-keys';
import type { SigningKeys } from './key-file';
import { bindLog, endTurn, keepTurn, LEASE_MS, readSigner, type SignerRow, takeTurn } from './signer-row';

const AGAIN_MS = 100;

/** The lock file beside the signer's memory. */
export const signLockFile = (stateFile: string) => `${stateFile}.lock`;

/** Who signs with this memory: the host, and a number of the folder, as two machines may have one name. */
export async function signerName(stateFile: string): Promise<string> {
  const { host, id } = await placeAt(`${stateFile}.place`);
  return `${host} ${id}`;
}

/** The host of a signer. */
export function hostOf(holder: string): string {
  return holder.split(' ')[0]!;
}

export interface TurnOptions {
  /** How long to wait for another signer to end. */
  waitMs: number;
  /** Whether the turn is kept afterwards, as a worker does that signs again and again. */
  stays?: boolean;
}

/**
 * Does `work` as the only signer, with the keys as they are now and the row as it was when the turn began.
 *
 * @throws SignerBusyError when another signs for longer than `waitMs`; SigningKeyError when the key here is none of this log's.
 */
export async function inTurn<T>(
  pool: Pool,
  stateFile: string,
  keysNow: () => Promise<SigningKeys>,
  { waitMs, stays = false }: TurnOptions,
  work: (keys: SigningKeys, turn: SignerRow) => Promise<T>,
): Promise<T> {
  const endMs = Date.now() + waitMs;
  const held = await takeLock(stateFile, endMs);
  try {
    const keys = await keysNow();
    const holder = await signerName(stateFile);
    const { turn, wasMine } = await begin(pool, keys, holder, endMs);
    const keeping = setInterval(() => void keepTurn(pool, turn).catch(() => {}), LEASE_MS / 3);
    keeping.unref();
    try {
      return await work(keys, turn);
    } finally {
      clearInterval(keeping);
      // It ends by itself when Postgres is away now.
      if (!stays && !wasMine) await endTurn(pool, holder).catch(() => {});
    }
  } finally {
    held.release();
  }
}

async function takeLock(stateFile: string, endMs: number): Promise<HeldLock> {
  for (;;) {
    const got = tryLock(signLockFile(stateFile));
    if ('release' in got) return got;
    await again(endMs, 'another worker or command signs at this moment: try again later');
  }
}

async function begin(pool: Pool, keys: SigningKeys, holder: string, endMs: number) {
  for (;;) {
    const row = (await readSigner(pool)) ?? (await bindLog(pool, keys));
    const isMine = row.holder === holder;
    if (isMine || !row.isHeld) {
      assertKey(row, keys);
      const turn = await takeTurn(pool, keys.origin, holder);
      if (turn) return { turn, wasMine: isMine && row.isHeld };
    }
    await again(endMs, `${hostOf(row.holder)} signs this register: sign there, or stop its worker and try again later`);
  }
}

/** The key must be the log's, and not one that was rotated elsewhere. */
function assertKey(row: SignerRow, keys: SigningKeys): void {
  const where = row.holder ? `, by ${hostOf(row.holder)} last` : '';
  if (row.origin !== keys.origin) {
    throw new SigningKeyError(
      `this register is signed as the log "${row.origin}"${where}; the key here is of "${keys.origin}". A register has one log: ` +
        'put the file with its key here. Nothing is signed by this one',
    );
  }
  try {
    LogKeys.follow(row.verifierKey, keys.rotations);
    if (keys.rotations.length > 0 || row.verifierKey === keys.signer.verifierKey) return;
  } catch {
    // told below
  }
  throw new SigningKeyError(
    `the key here is not the one that signs the log "${row.origin}"${where}: it was rotated, or another one was made. ` +
      'Put the file with the present key here. Nothing is signed by this one',
  );
}

async function again(endMs: number, why: string): Promise<void> {
  if (Date.now() >= endMs) throw new SignerBusyError(why);
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
}
