/** What Postgres holds of the log's signer: whose turn it is, and the tree that was signed last. */
import type { Queryable } from '../read-entries';
import { CompactRange } from '../tree/compact-range';
import { LogKeys } from '../verifier/log-keys';
import type { SigningKeys } from './key-file';

/** The row of the signer. */
export interface SignerRow {
  origin: string;
  verifierKey: string;
  rotations: string[];
  holder: string;
  /** Whether its time is not over. */
  isHeld: boolean;
  fence: number;
  size: number;
  root: Buffer;
  /** The signed checkpoint; empty before the first, null where it was signed last before it was kept here. */
  note: string | null;
}

interface Stored {
  origin: string;
  verifier_key: string;
  bound_key: string | null;
  rotations: string[];
  holder: string;
  held: boolean;
  fence: string;
  size: string;
  root: Buffer;
  note: string | null;
}

const COLUMNS = `origin, verifier_key, bound_key, rotations, holder, held_until > clock_timestamp() AS held, fence, size, root, note`;

/** How long a signer holds on without a word: then another takes over. */
export const LEASE_MS = 30_000;
const UNTIL = `clock_timestamp() + interval '${LEASE_MS} milliseconds'`;

/** The row, or undefined while nothing was ever to be signed. */
export async function readSigner(pool: Queryable): Promise<SignerRow | undefined> {
  const { rows } = await pool.query<Stored>(`SELECT ${COLUMNS} FROM tocsin.log_signer`);
  return rows[0] && rowOf(rows[0]);
}

/** Binds the register to this log, if it is bound to none; answers the row, of this log or of another. */
export async function bindLog(pool: Queryable, keys: SigningKeys): Promise<SignerRow> {
  await pool.query(
    `INSERT INTO tocsin.log_signer (origin, verifier_key, rotations, holder, held_until, fence, size, root, note)
     VALUES ($1, $2, $3, '', '-infinity', 0, 0, $4, '') ON CONFLICT DO NOTHING`,
    [keys.origin, keys.signer.verifierKey, keys.rotations, new CompactRange().root()],
  );
  return (await readSigner(pool))!;
}

/** Takes or keeps the turn; undefined when another has it. */
export async function takeTurn(pool: Queryable, origin: string, holder: string): Promise<SignerRow | undefined> {
  const { rows } = await pool.query<Stored>(
    `UPDATE tocsin.log_signer SET holder = $2, held_until = ${UNTIL}, fence = fence + (holder <> $2)::int
      WHERE origin = $1 AND (holder = $2 OR held_until <= clock_timestamp())
     RETURNING ${COLUMNS}`,
    [origin, holder],
  );
  return rows[0] && rowOf(rows[0]);
}

/** Keeps the turn for longer; false when it was lost. */
export async function keepTurn(
  pool: Queryable,
  { holder, fence }: Pick<SignerRow, 'holder' | 'fence'>,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE tocsin.log_signer SET held_until = ${UNTIL} WHERE holder = $1 AND fence = $2`,
    [holder, fence],
  );
  return rowCount === 1;
}

/** Gives the turn to whoever comes next. */
export async function endTurn(pool: Queryable, holder: string): Promise<void> {
  await pool.query(
    'UPDATE tocsin.log_signer SET held_until = clock_timestamp() WHERE holder = $1 AND held_until > clock_timestamp()',
    [holder],
  );
}

/** Remembers what is about to be signed; false when the turn was lost, or another has signed since. */
export async function recordSigned(
  pool: Queryable,
  { holder, fence, size: before }: Pick<SignerRow, 'holder' | 'fence' | 'size'>,
  { size, root, note }: Pick<SignerRow, 'size' | 'root'> & { note: string },
  { signer, rotations }: Pick<SigningKeys, 'signer' | 'rotations'>,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    // Whatever the row says of a tree of this size, the note is what counts.
    `UPDATE tocsin.log_signer
        SET size = $4, root = CASE WHEN size = $4 THEN root ELSE $5 END, verifier_key = $6, rotations = $7, note = $8
      WHERE holder = $1 AND fence = $2 AND size = $3`,
    [holder, fence, before, size, root, signer.verifierKey, rotations, note],
  );
  return rowCount === 1;
}

/**
 * The tree that was signed last, as Postgres has it: only what a key of the log has signed is believed, as anybody with the
 * writer's login may write the row. Undefined before the first.
 *
 * @returns 'forged' when what stands there is signed by none of its keys.
 */
export function signedTree(
  row: SignerRow,
  own?: Pick<SigningKeys, 'signer' | 'rotations'>,
): Pick<SignerRow, 'size' | 'root'> | 'forged' | undefined {
  const { note } = row;
  if (note === null) return row;
  if (note === '') return undefined;
  const rings: Array<[string, readonly string[]]> = [[row.verifierKey, row.rotations]];
  if (own) rings.unshift([own.signer.verifierKey, own.rotations]);
  for (const [key, rotations] of rings) {
    try {
      const { unproved, ...checkpoint } = LogKeys.follow(key, rotations).openUnproved(note);
      if (unproved === undefined) return checkpoint;
    } catch {
      // By another key, or by none.
    }
  }
  return 'forged';
}

function rowOf({ verifier_key, bound_key, held: isHeld, fence, size, ...row }: Stored): SignerRow {
  const keys = keysOf(bound_key ?? verifier_key, row.rotations);
  return { ...row, ...keys, isHeld, fence: Number(fence), size: Number(size) };
}

/** The present key: the rotations must lead to it from the key with which the log began here, which nobody can change. */
function keysOf(boundKey: string, rotations: string[]): Pick<SignerRow, 'verifierKey' | 'rotations'> {
  try {
    return { verifierKey: LogKeys.follow(boundKey, rotations).current, rotations };
  } catch {
    return { verifierKey: boundKey, rotations: [] };
  }
}
