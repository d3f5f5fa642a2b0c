/** Asks a witness for its cosignature (C2SP tlog-witness): it vouches that it was never shown another past. */
import { readLimited } from '../../platform/read-limited';
import { AnchorError, WitnessConflictError } from '../errors';
import { checkpointOf } from '../log/anchor';
import {
  NoteError,
  type NoteVerifier,
  parseNote,
  parseSignatures,
  parseVerifierKey,
  signatureLine,
} from '../tree/note';

/** A witness and where it listens. */
export interface Witness {
  /** As its operator hands it out: `name+id+key`. */
  verifierKey: string;
  /** The submission prefix; `/add-checkpoint` is added to it. */
  url: string;
}

const TIMEOUT_MS = 10_000;

/** What a witness answers: its cosignature, or the size of the last tree that it has cosigned. */
export type WitnessAnswer = { cosignature: string; atSeconds: number } | { size: number };

/**
 * Submits a checkpoint with the proof that it continues the tree of `oldSize` leaves.
 *
 * @returns the signature line, verified; or the size that the witness knows when `oldSize` is not it.
 * @throws WitnessConflictError when the witness cannot reconcile the checkpoint with what it was shown before.
 * @throws AnchorError when it does not take the log or the key, does not answer, or answers something else.
 */
export async function addCheckpoint(
  { verifierKey, url }: Witness,
  note: string,
  oldSize: number,
  proof: readonly Buffer[],
): Promise<WitnessAnswer> {
  const { size, origin } = checkpointOf(note);
  const verifier = parseVerifierKey(verifierKey);
  const body = [`old ${oldSize}`, ...proof.map((hash) => hash.toString('base64')), '', note].join('\n');
  const name = `the witness ${verifier.name}`;
  const { status, type, text } = await post(`${url.replace(/\/+$/, '')}/add-checkpoint`, body, name);
  const otherTree = () =>
    new WitnessConflictError(
      `${name} has cosigned another tree of ${size} entries of ${origin}: two views of one log were shown`,
    );
  switch (status) {
    case 200:
      return cosignatureIn(text, note, verifier);
    case 409: {
      const known = type === 'text/x.tlog.size' ? knownSize(text) : undefined;
      if (known !== undefined && known > size) {
        throw new WitnessConflictError(
          `${name} has cosigned ${known} entries of ${origin}, and was now shown ${size}: the log was rolled back`,
        );
      }
      if (known !== undefined && known !== oldSize) return { size: known };
      if (oldSize !== size) throw new AnchorError(`${name} answered 409 without the size that it knows`);
      throw otherTree();
    }
    case 422:
      // Of two trees of one size the specification says 409; some witnesses find it by the empty proof.
      if (oldSize === size) throw otherTree();
      throw new WitnessConflictError(
        `${name} has cosigned ${oldSize} entries of ${origin} that the tree of ${size} entries does not begin with: the past was changed`,
      );
    case 404:
      throw new AnchorError(`${name} does not know the log ${origin}: ask its operator to add its verifier key`);
    case 403:
      throw new AnchorError(`${name} does not trust the key that signs ${origin} now: give its operator the rotations`);
    default:
      throw new AnchorError(`${name} answered ${status}; the checkpoint is shown to it again later`);
  }
}

async function post(url: string, body: string, name: string): Promise<{ status: number; type: string; text: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const type = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
    return { status: response.status, type, text: await readLimited(response) };
  } catch (error) {
    const { name: kind, cause } = error as Error & { cause?: { code?: string } };
    throw new AnchorError(
      `${name} cannot be reached (${cause?.code ?? kind}); the checkpoint is shown to it again later`,
    );
  }
}

function cosignatureIn(lines: string, note: string, verifier: NoteVerifier): WitnessAnswer {
  const { text } = parseNote(note);
  try {
    for (const { name, keyId, signature } of parseSignatures(lines)) {
      if (name !== verifier.name || !keyId.equals(verifier.keyId)) continue;
      const held = verifier.verify(text, signature);
      if (held) return { cosignature: signatureLine({ name, keyId }, signature), atSeconds: held.atSeconds };
    }
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
  }
  throw new AnchorError(`the witness ${verifier.name} answered without a cosignature of its own that holds`);
}

function knownSize(text: string): number | undefined {
  const match = /^(0|[1-9]\d{0,15})\n?$/.exec(text);
  return match ? Number(match[1]) : undefined;
}
