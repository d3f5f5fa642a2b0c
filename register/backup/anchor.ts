/** Checkpoints that a restored register is held against: what was signed and given away outside the database. */
import { BackupError } from '../errors';
import { type Checkpoint, CheckpointError, parseCheckpoint } from '../tree/checkpoint';
import { NoteError, parseNote } from '../tree/note';
import { LogKeys } from '../verifier/log-keys';

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
 * Reads a signed checkpoint; with the log's keys also its signature.
 *
 * @throws BackupError when it is no checkpoint, or is not signed by that log.
 */
export function readAnchor(
  note: string,
  { source, outside, keys }: { source: string; outside: boolean; keys?: LogKeys },
): Anchor {
  return asBackupError(source, () => {
    const checkpoint = keys === undefined ? parseCheckpoint(parseNote(note).text) : keys.open(note);
    return { ...checkpoint, source, outside, signed: keys !== undefined };
  });
}

/** All keys of the log that a trusted one leads to. @throws BackupError when the rotations do not. */
export function followKeys(verifierKey: string, rotations: readonly string[]): LogKeys {
  return asBackupError('the key', () => LogKeys.follow(verifierKey, rotations));
}

function asBackupError<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof NoteError)) throw error;
    throw new BackupError(`${source}: ${error.message}`);
  }
}

/** Whether a checkpoint vouches for entries: one inside the backup whose signature nobody checked does not. */
export function vouches({ signed, outside }: Anchor): boolean {
  return signed || outside;
}
