/** Checkpoints (https://c2sp.org/tlog-checkpoint): the log's origin, size and root in a signed note. */
import { NoteError, type NoteSigner, type NoteVerifier, parseNote, signNote, verifiedBy } from './note';

/** What a checkpoint says. `extra` are the lines after the root that another log may have; ours has none. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Buffer;
  extra: string[];
}

export class CheckpointError extends Error {
  override name = 'CheckpointError';
}

/** The signed checkpoint of a log. */
export function signCheckpoint(size: number, root: Buffer, signer: NoteSigner): string {
  return signNote(checkpointText({ origin: signer.name, size, root, extra: [] }), [signer]);
}

/** The text of a checkpoint, as it is signed. */
export function checkpointText({ origin, size, root, extra }: Checkpoint): string {
  return `${[origin, String(size), root.toString('base64'), ...extra].join('\n')}\n`;
}

/** Reads a checkpoint's text. @throws CheckpointError saying what is not as it must be. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, ...extra] = text.slice(0, -1).split('\n');
  if (!origin || size === undefined || root === undefined) {
    throw new CheckpointError('a checkpoint has at least three lines: origin, size and root');
  }
  if (!/^(0|[1-9]\d{0,15})$/.test(size)) throw new CheckpointError('the second line of a checkpoint must be its size');
  const hash = Buffer.from(root, 'base64');
  if (hash.length !== 32 || hash.toString('base64') !== root) {
    throw new CheckpointError('the third line of a checkpoint must be its root: 32 bytes in base64');
  }
  if (extra.some((line) => line === '')) throw new CheckpointError('a checkpoint has no empty line');
  return { origin, size: Number(size), root: hash, extra };
}

/** A checkpoint whose log signature holds, and the witnesses that cosigned it. */
export interface OpenedCheckpoint extends Checkpoint {
  note: string;
  cosignedBy: Array<{ name: string; atSeconds: number }>;
}

/** Opens a signed checkpoint of the log whose verifier key is given. @throws CheckpointError, also for a wrong signature or origin. */
export function openCheckpoint(
  note: string,
  log: NoteVerifier,
  witnesses: readonly NoteVerifier[] = [],
): OpenedCheckpoint {
  let parsed: ReturnType<typeof parseNote>;
  try {
    parsed = parseNote(note);
  } catch (error) {
    if (error instanceof NoteError) throw new CheckpointError(error.message);
    throw error;
  }
  if (verifiedBy(parsed, [log]).length === 0) {
    throw new CheckpointError(`the checkpoint is not signed by ${log.name}: it was altered, or it is another log's`);
  }
  const checkpoint = parseCheckpoint(parsed.text);
  if (checkpoint.origin !== log.name) {
    throw new CheckpointError(`the checkpoint is of "${checkpoint.origin}", not of ${log.name}`);
  }
  return { ...checkpoint, note, cosignedBy: verifiedBy(parsed, witnesses) };
}
