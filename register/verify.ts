import { isUtf8 } from 'node:buffer';
import type { Pool } from 'pg';
import type { Head, StoredEntry } from './entry';
import { UnknownIncidentError } from './errors';
import { readEntries } from './read-entries';
import { AnchorCheck, type Anchoring, type KnownCheckpoint } from './verifier/anchored';
import { type BadEntry, ChainVerifier, type VerifyOptions } from './verifier/chain';
import type { Leaf } from './verifier/leaf';

/** The outcome of a verification. */
export interface Verification {
  ok: boolean;
  /** How many entries held, up to the first bad one. */
  entries: number;
  /** The last entry that held: note it outside the database, and pass it as `expectedHead` next time. */
  head: Head;
  /** The first entry that does not hold; absent when all do. */
  firstBad?: BadEntry;
  /** Which entries are anchored outside the database; only where checkpoints were given to compare with. */
  anchoring?: Anchoring;
}

/** Verifies entries in order, without any database: see `ChainVerifier` for what is checked. */
export async function verifyEntries(
  entries: AsyncIterable<StoredEntry> | Iterable<StoredEntry>,
  options: VerifyOptions & { onEntry?: (hash: string) => void } = {},
): Promise<Verification> {
  const verifier = new ChainVerifier(options);
  for await (const entry of entries) {
    const { position, hash, bytes, content } = entry;
    const found = {
      position,
      hash,
      leaf: bytes.toString('utf8'),
      openings: content.toString('utf8'),
      isText: isUtf8(bytes) && isUtf8(content),
    };
    const bad = verifier.next(found) ?? storedFault(entry, verifier.leaf!);
    if (bad !== undefined) return verification(verifier, bad);
    options.onEntry?.(hash);
  }
  return verification(verifier, verifier.end());
}

/**
 * Verifies the whole register in Postgres against checkpoints that were signed before and kept outside it. That finds
 * entries cut off the end, a past rewritten whole, an older backup, and two views that were shown of one log.
 */
export async function verifyAnchored(
  pool: Pool,
  known: readonly KnownCheckpoint[],
  options: Pick<VerifyOptions, 'expectedHead'> = {},
): Promise<Verification & { anchoring: Anchoring }> {
  const check = new AnchorCheck(known);
  const result = await verifyEntries(readEntries(pool), { ...options, onEntry: (hash) => check.next(hash) });
  const anchoring = check.end(result.firstBad === undefined);
  const { contradiction } = anchoring;
  if (contradiction === undefined) return { ...result, anchoring };
  // A contradicted checkpoint is told by its size: which of the entries before it was changed, no tree can say.
  const contradicted = {
    position: contradiction.size,
    reason: `${contradiction.reason} (checkpoint: ${contradiction.by})`,
  };
  return { ...result, ok: false, firstBad: result.firstBad ?? contradicted, anchoring };
}

/**
 * Verifies the register in Postgres: the whole log, or one incident's entries on their own chain. SELECT is enough.
 *
 * Entries cut off the end leave a shorter log that is sound in itself: only `expectedHead` finds that.
 *
 * @throws UnknownIncidentError when there is no such incident.
 */
export async function verifyRegister(pool: Pool, options: VerifyOptions = {}): Promise<Verification> {
  const { incidentId } = options;
  const result = await verifyEntries(readEntries(pool, { incidentId }), options);
  if (incidentId !== undefined && result.ok && result.entries === 0) throw new UnknownIncidentError(incidentId);
  return result;
}

/** What only the database can have wrong: the sealed content, and the columns beside the bytes. */
function storedFault({ position, columns, fault }: StoredEntry, leaf: Leaf): BadEntry | undefined {
  const { incidentId, seq } = leaf;
  for (const column of ['incidentId', 'seq', 'kind'] as const) {
    if (columns[column] === leaf[column]) continue;
    const reason = `its column says ${column} ${columns[column]}, its bytes say ${leaf[column]}: the column was altered`;
    return { position, incidentId, seq, reason };
  }
  return fault === undefined ? undefined : { position, incidentId, seq, reason: fault };
}

/** What a verifier found, given the first bad entry if there is one. */
export function verification(verifier: ChainVerifier, firstBad: BadEntry | undefined): Verification {
  const { entries, head } = verifier;
  return firstBad === undefined ? { ok: true, entries, head } : { ok: false, entries, head, firstBad };
}
