/**
 * The keys of a log, one after the other. A rotation is a checkpoint with two lines more, which name the key that signs
 * no longer and the key that signs from here on; both have signed it. Whoever trusts one key of the chain can follow it
 * to all others. A key counts for the sizes of its own time only, and what a retired key has signed counts only where it is
 * shown to be the beginning of the tree of the last rotation, which the present key has signed: one that was stolen after its
 * rotation signs neither a new tree nor another past.
 */
import {
  type Checkpoint,
  CheckpointError,
  checkpointText,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from '../tree/checkpoint';
import { verifyConsistency } from '../tree/merkle';
import {
  NoteError,
  type NoteSigner,
  type NoteVerifier,
  parseNote,
  parseVerifierKey,
  signNote,
  verifiedBy,
} from '../tree/note';

const OLD = 'retired-key ';
const NEW = 'next-key ';

/** A rotation whose signatures of both keys hold. */
export interface Rotation extends Checkpoint {
  note: string;
  /** Verifier keys, as they are handed out. */
  oldKey: string;
  newKey: string;
}

/** One key of a log: it counts for trees of these sizes, both ends included. */
export interface LogKey {
  verifierKey: string;
  from: number;
  to: number;
}

/** A checkpoint whose signature is of a key's own time. */
export interface SignedCheckpoint extends OpenedCheckpoint {
  /** The key that signed it is retired, and nothing shows yet that its tree is the beginning of this rotation's. */
  unproved?: Rotation;
}

/** The signed note of a rotation at a size that the old key has signed. */
export function signRotation(
  size: number,
  root: Buffer,
  oldSigner: NoteSigner & { verifierKey: string },
  newSigner: NoteSigner & { verifierKey: string },
): string {
  const extra = [`${OLD}${oldSigner.verifierKey}`, `${NEW}${newSigner.verifierKey}`];
  return signNote(checkpointText({ origin: oldSigner.name, size, root, extra }), [oldSigner, newSigner]);
}

/** Reads a rotation. @throws CheckpointError when it is none, or one of its signatures does not hold. */
export function openRotation(note: string): Rotation {
  const parsed = parsedNote(note);
  const checkpoint = parseCheckpoint(parsed.text);
  const [old, next, ...more] = checkpoint.extra;
  if (!old?.startsWith(OLD) || !next?.startsWith(NEW) || more.length > 0) {
    throw new CheckpointError('a rotation has two lines after its root: "retired-key KEY" and "next-key KEY"');
  }
  const [oldKey, newKey] = [old.slice(OLD.length), next.slice(NEW.length)];
  const verifiers = [verifierOf(oldKey), verifierOf(newKey)];
  for (const verifier of verifiers) {
    if (verifier.name !== checkpoint.origin) {
      throw new CheckpointError(`a rotation of the log ${checkpoint.origin} names a key of ${verifier.name}`);
    }
    if (verifiedBy(parsed, [verifier]).length === 0) {
      throw new CheckpointError(`the rotation at size ${checkpoint.size} is not signed by both of its keys`);
    }
  }
  return { ...checkpoint, note, oldKey, newKey };
}

/** All keys of a log that a trusted key leads to. */
export class LogKeys {
  private constructor(
    /** In the order of their time. */
    readonly keys: readonly LogKey[],
    readonly rotations: readonly Rotation[],
    readonly origin: string,
  ) {}

  /**
   * Follows the rotations, in the order in which they were made, from a trusted verifier key to all others.
   *
   * @throws CheckpointError when a rotation does not hold, does not follow the one before it, or none leads to the key.
   */
  static follow(trustedKey: string, notes: readonly string[] = []): LogKeys {
    const trusted = trustedKey.trim();
    const origin = verifierOf(trusted).name;
    const rotations = notes.map(openRotation);
    const keys: LogKey[] = [{ verifierKey: rotations[0]?.oldKey ?? trusted, from: 0, to: Number.MAX_SAFE_INTEGER }];
    for (const { oldKey, newKey, size, origin: named } of rotations) {
      const last = keys.at(-1)!;
      if (named !== origin) throw new CheckpointError(`a rotation is of the log "${named}", not of ${origin}`);
      if (oldKey !== last.verifierKey || size < last.from) {
        throw new CheckpointError(`the rotation at size ${size} does not follow the one before it`);
      }
      if (keys.some(({ verifierKey }) => verifierKey === newKey)) {
        throw new CheckpointError(`the rotation at size ${size} leads back to a key that was retired`);
      }
      last.to = size;
      keys.push({ verifierKey: newKey, from: size, to: Number.MAX_SAFE_INTEGER });
    }
    if (!keys.some(({ verifierKey }) => verifierKey === trusted)) {
      throw new CheckpointError(`no rotation leads to or from the trusted key of ${origin}: they are another log's`);
    }
    return new LogKeys(keys, rotations, origin);
  }

  /** The key that signs now. */
  get current(): string {
    return this.keys.at(-1)!.verifierKey;
  }

  /**
   * Opens a checkpoint that one of the keys signed in its time.
   *
   * @param proof for one by a retired key: the RFC 6962 consistency proof from its tree to that of the last rotation.
   * @throws CheckpointError when none did, or by a retired key without that proof.
   */
  open(note: string, witnesses: readonly NoteVerifier[] = [], proof?: readonly Uint8Array[]): OpenedCheckpoint {
    const { unproved, ...checkpoint } = this.openUnproved(note, witnesses);
    if (unproved !== undefined && !isBeginningOf(unproved, checkpoint, proof)) throw retiredError(checkpoint, unproved);
    return checkpoint;
  }

  /**
   * Opens a checkpoint as `open` does, for a caller that compares its tree and that of the last rotation with one and the
   * same log.
   *
   * @throws CheckpointError when no key signed it in its time, or another tree of its size was signed at a rotation.
   */
  openUnproved(note: string, witnesses: readonly NoteVerifier[] = []): SignedCheckpoint {
    const parsed = parsedNote(note);
    const signed = this.keys.filter(({ verifierKey }) => verifiedBy(parsed, [verifierOf(verifierKey)]).length > 0);
    if (signed.length === 0) {
      throw new CheckpointError(
        `the checkpoint is not signed by ${this.origin}: it was altered, it is another log's, or a rotation is missing`,
      );
    }
    const { size, root } = parseCheckpoint(parsed.text);
    const inTime = signed.filter(({ from, to }) => size >= from && size <= to).at(-1);
    if (inTime === undefined) {
      const { from, to } = signed[0]!;
      throw new CheckpointError(
        `the checkpoint of size ${size} is signed by a key that counts for sizes from ${from} to ${to} only: ` +
          'it was made with a key that was retired, or before its time',
      );
    }
    if (this.rotations.some((each) => each.size === size && !each.root.equals(root))) {
      throw new CheckpointError(
        `two different trees of the size ${size} were signed: the key was rotated over another one`,
      );
    }
    const opened = openCheckpoint(note, verifierOf(inTime.verifierKey), witnesses);
    const last = this.rotations.at(-1);
    if (last === undefined || inTime.verifierKey === this.current || last.size === size) return opened;
    return { ...opened, unproved: last };
  }
}

/** Whether a checkpoint's tree is shown to be the beginning of a rotation's. */
export function isBeginningOf(rotation: Rotation, checkpoint: Checkpoint, proof?: readonly Uint8Array[]): boolean {
  if (proof === undefined) return false;
  const { size, root } = checkpoint;
  return verifyConsistency({ oldSize: size, oldRoot: root, newSize: rotation.size, newRoot: rotation.root }, proof);
}

/** Why a checkpoint by a retired key does not count. */
export function retiredError({ size }: Checkpoint, rotation: Rotation): CheckpointError {
  return new CheckpointError(
    `the checkpoint of size ${size} is signed by a retired key, and nothing shows that its tree is the beginning of that of ` +
      `the last rotation, of size ${rotation.size}: whoever stole the key could have made it. A consistency proof is needed`,
  );
}

function parsedNote(note: string): ReturnType<typeof parseNote> {
  return asCheckpointError(() => parseNote(note));
}

function verifierOf(key: string): NoteVerifier {
  return asCheckpointError(() => parseVerifierKey(key));
}

function asCheckpointError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof NoteError) throw new CheckpointError(error.message);
    throw error;
  }
}
