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
  /** A retired key signed it: it vouches for entries that reach, at this size, the tree over which the key was rotated. */
  from?: number;
  /** It is one over which the log's key was rotated: it stands beside those that were given. */
  ofRotation?: true;
}

/** The trees over which the log's key was rotated, signed by each key and the next: where a key was retired, they count too. */
export function rotationAnchors(keys: LogKeys): Anchor[] {
  return keys.rotations.map((rotation) => ({
    ...rotation,
    ofRotation: true as const,
    source: `the rotation of the log's key at size ${rotation.size}`,
    outside: true,
    signed: true,
  }));
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
    if (keys === undefined) return { ...parseCheckpoint(parseNote(note).text), source, outside, signed: false };
    const { unproved, ...checkpoint } = keys.openUnproved(note);
    return { ...checkpoint, source, outside, signed: true, ...(unproved && { from: unproved.size }) };
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

/**
 * Whether a checkpoint vouches for entries: one inside the backup whose signature nobody checked does not, nor one by a
 * retired key where there are too few entries to see that they are those over which it was rotated.
 */
export function vouches({ signed, outside, from = 0 }: Anchor, entries: number): boolean {
  return (signed || outside) && from <= entries;
}
