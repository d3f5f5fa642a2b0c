/** The checkpoint of an export: who signed it, who cosigned it, and whether it continues one that was noted earlier. */
import { type Checkpoint, CheckpointError, parseCheckpoint } from '../tree/checkpoint';
import { verifyConsistency } from '../tree/merkle';
import { NoteError, type NoteVerifier, parseNote, parseVerifierKey, signatureLine } from '../tree/note';
import { BindingError } from './binding';
import { isBeginningOf, LogKeys, retiredError, type SignedCheckpoint } from './log-keys';

/** Whose signatures count. */
export interface Trust {
  /** The log's verifier key, present or former. Without it no signature is checked. */
  key?: string;
  /** Signed notes of key rotations that lead from or to the key; those in the header when not given. */
  rotations?: readonly string[];
  /** Verifier keys of witnesses; each of them must have cosigned. */
  witnesses?: readonly string[];
  /** A checkpoint of the log that was noted earlier: the signed tree must be the same, or one must continue the other. */
  notedCheckpoint?: string;
  /** The RFC 6962 consistency proof between the two, when they have different sizes. */
  consistency?: readonly Uint8Array[];
  /** For a checkpoint by a retired key: the proof from its tree to that of the log's last rotation. */
  rotationProof?: readonly Uint8Array[];
}

/** What a checkpoint says, and who vouches for it. */
export interface Signing {
  origin: string;
  size: number;
  /** Root in base64. */
  root: string;
  /** The verifier key whose signature holds; absent when no key was given. */
  signedBy?: string;
  /** Witnesses whose cosignature holds, with the time at which they saw the tree. */
  witnesses: Array<{ name: string; at: string }>;
  /** The key is retired; the tree is shown to be the beginning of that of the rotation of this size, or a later one. */
  retiredAt?: number;
  /** Names on signature lines by keys that were not given: anybody can add such a line, and nothing is known of it. */
  unchecked: string[];
  /** What came of the checkpoint that was noted earlier. */
  noted?: 'the same tree' | 'an earlier tree, which this one continues' | 'a later tree, which continues this one';
}

/** A note with its signatures in the one order in which an export holds them: the log's, then the others by name. */
export function inOrder(note: string): string {
  const { text, signatures } = parseNote(note);
  const [origin] = text.split('\n');
  const lines = signatures.map((each) => ({ name: each.name, line: signatureLine(each, each.signature) }));
  lines.sort((a, b) => Number(b.name === origin) - Number(a.name === origin) || (a.line < b.line ? -1 : 1));
  return `${text}\n${lines.map(({ line }) => line).join('')}`;
}

/** Opens the checkpoint. @throws BindingError when a signature that can be checked does not hold. */
export function openSigning(note: string, trust: Trust): Signing {
  try {
    const parsed = parseNote(note);
    if (inOrder(note) !== note) throw new BindingError('the signatures of the checkpoint are not in order');
    const witnesses = (trust.witnesses ?? []).map(parseVerifierKey);
    const keys = trust.key === undefined ? undefined : LogKeys.follow(trust.key, trust.rotations);
    const checkpoint: Checkpoint & Pick<SignedCheckpoint, 'unproved'> =
      keys === undefined ? parseCheckpoint(parsed.text) : keys.openUnproved(note, witnesses);
    const logKeys = (keys?.keys ?? []).map(({ verifierKey }) => ({ verifierKey, ...parseVerifierKey(verifierKey) }));
    const signing: Signing = {
      origin: checkpoint.origin,
      size: checkpoint.size,
      root: checkpoint.root.toString('base64'),
      witnesses: [],
      unchecked: [],
    };
    const seen = new Set<string>();
    for (const { name, keyId, signature } of parsed.signatures) {
      const signer = `${name}+${keyId.toString('hex')}`;
      if (seen.has(signer)) throw new BindingError(`${name} has signed the checkpoint twice: it was altered`);
      seen.add(signer);
      const isSigner = (each: NoteVerifier) => each.name === name && each.keyId.equals(keyId);
      const known = logKeys.find(isSigner) ?? witnesses.find(isSigner);
      const held = known?.verify(parsed.text, signature);
      if (known === undefined) signing.unchecked.push(name);
      else if (held === undefined) throw new BindingError(`the signature of ${name} does not hold: it was altered`);
      else if (logKeys.includes(known as (typeof logKeys)[number])) {
        signing.signedBy = (known as (typeof logKeys)[number]).verifierKey;
      } else signing.witnesses.push({ name, at: new Date(held.atSeconds * 1000).toISOString() });
    }
    for (const { name } of witnesses) {
      if (!signing.witnesses.some((each) => each.name === name)) {
        throw new BindingError(`the witness ${name} has not cosigned the checkpoint`);
      }
    }
    const noted = trust.notedCheckpoint === undefined ? undefined : compared(checkpoint, trust, keys);
    if (noted !== undefined) signing.noted = noted.outcome;
    const { unproved } = checkpoint;
    if (unproved !== undefined) {
      if (!noted?.vouches && !isBeginningOf(unproved, checkpoint, trust.rotationProof)) {
        const { message } = retiredError(checkpoint, unproved);
        throw new BindingError(`${message} (--rotation-proof)`);
      }
      signing.retiredAt = unproved.size;
    }
    return signing;
  } catch (error) {
    if (error instanceof NoteError || error instanceof CheckpointError || error instanceof RangeError) {
      throw new BindingError(error.message);
    }
    throw error;
  }
}

/** What came of the noted checkpoint, and whether it vouches for that of an export by a retired key. */
interface Compared {
  outcome: NonNullable<Signing['noted']>;
  /** It continues the export's tree, and a key that was never retired signed it. */
  vouches: boolean;
}

function compared(checkpoint: Checkpoint, trust: Trust, keys: LogKeys | undefined): Compared {
  const note = trust.notedCheckpoint!;
  const noted: Checkpoint & Pick<SignedCheckpoint, 'unproved'> =
    keys === undefined ? parseCheckpoint(parseNote(note).text) : keys.openUnproved(note);
  const sound = keys !== undefined && noted.unproved === undefined;
  if (noted.origin !== checkpoint.origin) {
    throw new BindingError(`the checkpoint noted earlier is of "${noted.origin}", not of ${checkpoint.origin}`);
  }
  if (noted.size === checkpoint.size) {
    if (noted.root.equals(checkpoint.root)) return { outcome: 'the same tree', vouches: sound };
    throw new BindingError(
      `two different trees of the size ${noted.size} were signed: the checkpoint noted earlier has another root`,
    );
  }
  const [old, now] = noted.size < checkpoint.size ? [noted, checkpoint] : [checkpoint, noted];
  const sizes = `the checkpoint noted earlier has ${noted.size} entries, that of the export ${checkpoint.size}`;
  if (trust.consistency === undefined) {
    throw new BindingError(
      `${sizes}, and nothing shows that one continues the other: a proof is needed (--consistency)`,
    );
  }
  const given = { oldSize: old.size, oldRoot: old.root, newSize: now.size, newRoot: now.root };
  if (!verifyConsistency(given, trust.consistency)) {
    throw new BindingError(
      `${sizes}, and the proof does not show that one continues the other: it is the proof of two other trees, ` +
        'the past was changed, or two views were shown',
    );
  }
  return old === noted
    ? { outcome: 'an earlier tree, which this one continues', vouches: false }
    : { outcome: 'a later tree, which continues this one', vouches: sound };
}
