/** What the log adds to an export: a signed tree that holds the export's record and the last entry of each chain. */
import type { Pool } from 'pg';
import type { Head } from './entry';
import { InconsistentLogError, NotSignedError } from './errors';
import type { LogStore } from './log/log-store';
import { publishedNodes } from './log/published-nodes';
import { readEntries } from './read-entries';
import { parseCheckpoint } from './tree/checkpoint';
import { inclusionProof } from './tree/merkle';
import { parseNote } from './tree/note';
import { bindingLine, proofLine } from './verifier/binding';
import { openingsText, parseOpenings } from './verifier/openings';
import { inOrder } from './verifier/signing';

/** What an export needs of the log; `openLog` gives it. */
export interface ExportLog {
  readonly rotations: readonly string[];
  readonly store: LogStore;
  /** A checkpoint whose tree holds the entry at this position. */
  checkpointCovering(position: number, waitMs: number): Promise<string>;
}

/** How long an export waits for the signature of a log that is signed elsewhere. */
const WAIT_MS = 60_000;

/**
 * The lines behind the entries: the binding, then the proofs of the last entries of all chains.
 *
 * @param record the register's own entry about the export.
 * @param ends positions, ascending.
 * @throws NotSignedError when the log's key was rotated meanwhile; what the log throws when it is not signed in time.
 */
export async function bindExport(
  pool: Pool,
  log: ExportLog | undefined,
  record: Head,
  ends: readonly number[],
  rotations: readonly string[],
): Promise<{ lines: AsyncIterable<string> | Iterable<string>; size?: number; unsigned?: string }> {
  if (log === undefined) return { lines: [bindingLine(undefined)] };
  let checkpoint: string;
  try {
    checkpoint = inOrder(await log.checkpointCovering(record.position, WAIT_MS));
  } catch (error) {
    // A register that was tampered with is evidence all the same: it goes out as it is, and nobody vouches for it.
    if (error instanceof InconsistentLogError) return { lines: [bindingLine(undefined)], unsigned: error.message };
    throw error;
  }
  if (log.rotations.join() !== rotations.join()) {
    throw new NotSignedError('the key of the log was rotated while the export was made: export again');
  }
  const { prove, size } = proofsOf(log.store, checkpoint);
  const { position, hash } = record;
  const receipt = { position, hash, ...(await receiptTexts(pool, position)), proof: await prove(position) };
  const lines = async function* () {
    yield bindingLine({ checkpoint, receipt });
    for (const end of ends) yield proofLine(end, await prove(end));
  };
  return { lines: lines(), size };
}

/** Proofs that entries are in the tree of a checkpoint, in base64, read out of the published tiles. */
export function proofsOf(store: LogStore, checkpoint: string) {
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  const read = publishedNodes(store, size);
  const prove = async (position: number) =>
    (await inclusionProof(position - 1, size, read)).map((hash) => hash.toString('base64'));
  return { size, prove };
}

async function receiptTexts(pool: Pool, position: number): Promise<{ leaf: string; open: string }> {
  for await (const { bytes, content } of readEntries(pool, { from: position, to: position })) {
    const file = parseOpenings(content.toString('utf8')).filter(({ pointer }) => pointer === '/data/file');
    return { leaf: bytes.toString('utf8'), open: openingsText(file) };
  }
  throw new NotSignedError(`the record of the export at position ${position} is gone: the database was changed`);
}
