/** Checkpoints that a restored register is held against: what was signed and given away outside the database. */
import { BackupError } from '../errors';
import { type Checkpoint, CheckpointError, openCheckpoint, parseCheckpoint } from '../log/checkpoint';
import { NoteError, parseNote, parseVerifierKey } from '../log/note';

/** A checkpoint to hold a register against. */
export interface Anchor extends Checkpoint {
  /** Where it came from, for messages. */
  source: string;
  /** Whether its signature was verified; without the log's key it is only compared. */
  signed: boolean;
  /** It was given from outside the backup: whoever altered the backup did not write it. */
  outside: boolean;
}

/**
 * Reads a signed checkpoint; with the log's verifier key also its signature.
 *
 * @throws BackupError when it is no checkpoint, or is not signed by that log.
 */
export function readAnchor(
  note: string,
  { source, outside, verifierKey }: { source: string; outside: boolean; verifierKey?: string },
): Anchor {
  try {
    const checkpoint =
      verifierKey === undefined
        ? parseCheckpoint(parseNote(note).text)
        : openCheckpoint(note, parseVerifierKey(verifierKey));
    return { ...checkpoint, source, outside, signed: verifierKey !== undefined };
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof NoteError)) throw error;
    throw new BackupError(`${source}: ${error.message}`);
  }
}

/** Whether a checkpoint vouches for entries: one inside the backup whose signature nobody checked does not. */
export function vouches({ signed, outside }: Anchor): boolean {
  return signed || outside;
}
