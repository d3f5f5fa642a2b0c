import type { Pool } from 'pg';
import type { Head, StoredEntry } from './entry';
import { UnknownIncidentError } from './errors';
import { readEntries } from './read-entries';
import { type BadEntry, ChainVerifier, foundEntry, type VerifyOptions } from './verifier/chain';

/** The outcome of a verification. */
export interface Verification {
  ok: boolean;
  /** How many entries held, up to the first bad one. */
  entries: number;
  /** The last entry that held: note it outside the database, and pass it as `expectedHead` next time. */
  head: Head;
  /** The first entry that does not hold; absent when all do. */
  firstBad?: BadEntry;
}

/** Verifies entries in order, without any database: see `ChainVerifier` for what is checked. */
export async function verifyEntries(
  entries: AsyncIterable<StoredEntry> | Iterable<StoredEntry>,
  options: VerifyOptions = {},
): Promise<Verification> {
  const verifier = new ChainVerifier(options);
  for await (const entry of entries) {
    const bad =
      verifier.next(foundEntry(entry.position, entry.hash, entry.bytes, entry.content)) ?? storedFault(entry, verifier);
    if (bad !== undefined) return verification(verifier, bad);
  }
  return verification(verifier, verifier.end());
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
function storedFault({ position, columns, fault }: StoredEntry, { leaf }: ChainVerifier): BadEntry | undefined {
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
