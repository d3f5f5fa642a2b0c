/**
 * Signed notes (https://c2sp.org/signed-note) with Ed25519: a text, and lines that say who signed it. The same form
 * that the Go checksum database and public transparency logs use, so that their tools verify ours.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** Algorithm bytes of the C2SP signed-note and tlog-cosignature specifications. */
const ED25519 = 0x01;
const COSIGNATURE_V1 = 0x04;

/** One signature line. `keyId` is a hint of 4 bytes; it proves nothing. */
export interface NoteSignature {
  name: string;
  keyId: Buffer;
  signature: Buffer;
}

/** A note that was taken apart; nothing in it is verified yet. `text` ends with a line feed. */
export interface Note {
  text: string;
  signatures: NoteSignature[];
}

/** Whoever signs: a log under its origin, or a witness under its name. */
export interface NoteSigner {
  name: string;
  keyId: Buffer;
  sign(text: string): Buffer;
}

/** Whoever's signature counts. */
export interface NoteVerifier {
  name: string;
  keyId: Buffer;
  /** For a cosignature: when the witness saw the note; otherwise 0. Undefined when the signature does not hold. */
  verify(text: string, signature: Buffer): { atSeconds: number } | undefined;
}

export class NoteError extends Error {
  override name = 'NoteError';
}

const MAX_NOTE_BYTES = 1_000_000;
const MAX_SIGNATURES = 100;
/** Unicode spaces and `+` would make a line ambiguous. */
const NAME = /^[^\s+\p{Z}\p{Cc}]+$/u;

/** The text with its signature lines. @throws NoteError for a text that cannot be a note's. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  assertText(text);
  return `${text}\n${signers.map((signer) => signatureLine(signer, signer.sign(text))).join('')}`;
}

/** `— name base64(key id ‖ signature)` */
export function signatureLine({ name, keyId }: Pick<NoteSigner, 'name' | 'keyId'>, signature: Buffer): string {
  return `\u2014 ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
}

/** Takes a note apart. @throws NoteError when it is not one. */
export function parseNote(note: string): Note {
  if (Buffer.byteLength(note) > MAX_NOTE_BYTES) throw new NoteError('the note is longer than 1 MB');
  const end = note.lastIndexOf('\n\n');
  if (end < 0)
    throw new NoteError('the note has no signatures: an empty line and signature lines must follow its text');
  const text = note.slice(0, end + 1);
  assertText(text);
  return { text, signatures: parseSignatures(note.slice(end + 2)) };
}

/** Signature lines, as a note ends with and as a witness answers. @throws NoteError for any other line. */
export function parseSignatures(lines: string): NoteSignature[] {
  if (lines === '' || !lines.endsWith('\n')) throw new NoteError('the signatures must end with a line feed');
  const signatures = lines.slice(0, -1).split('\n').map(parseSignature);
  if (signatures.length > MAX_SIGNATURES) throw new NoteError(`the note has more than ${MAX_SIGNATURES} signatures`);
  return signatures;
}

function parseSignature(line: string): NoteSignature {
  const match = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  const blob = Buffer.from(match?.[2] ?? '', 'base64');
  // The one base64 of these bytes: another spelling of it would be another note with the same meaning.
  if (!match || !NAME.test(match[1]!) || blob.length < 5 || blob.toString('base64') !== match[2]) {
    throw new NoteError('a signature line is not "— name base64": the note was altered');
  }
  return { name: match[1]!, keyId: blob.subarray(0, 4), signature: blob.subarray(4) };
}

function assertText(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids them
  if (!text.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(text) || !isWellFormed(text)) {
    throw new NoteError('the text of a note must be UTF-8 without control characters and end with a line feed');
  }
}

function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

/** The verifiers whose signature holds, with what they say. A signature by an unknown key is ignored, as the specification asks. */
export function verifiedBy(note: Note, verifiers: readonly NoteVerifier[]): Array<{ name: string; atSeconds: number }> {
  return verifiers.flatMap((verifier) => {
    for (const { name, keyId, signature } of note.signatures) {
      if (name !== verifier.name || !keyId.equals(verifier.keyId)) continue;
      const held = verifier.verify(note.text, signature);
      if (held) return [{ name, atSeconds: held.atSeconds }];
    }
    return [];
  });
}

// —— keys ——

/** SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key), its first four bytes. */
function keyIdOf(name: string, algorithm: number, publicKey: Buffer): Buffer {
  return createHash('sha256').update(name).update(Buffer.of(0x0a, algorithm)).update(publicKey).digest().subarray(0, 4);
}

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function publicKeyObject(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

/** A signer from the 32 bytes of an Ed25519 seed; `verifierKey` is what others verify with (`name+id+base64`). */
export function createSigner(name: string, seed: Buffer): NoteSigner & { verifierKey: string } {
  const { key, ...named } = signingKey(name, seed, ED25519);
  return { ...named, sign: (text) => sign(null, Buffer.from(text), key) };
}

/** A witness's signer (C2SP tlog-cosignature, Ed25519): it says when it saw the note. */
export function createCosigner(name: string, seed: Buffer, now: () => Date): NoteSigner & { verifierKey: string } {
  const { key, ...named } = signingKey(name, seed, COSIGNATURE_V1);
  return {
    ...named,
    sign(text) {
      const atSeconds = Math.floor(now().getTime() / 1000);
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(atSeconds));
      return Buffer.concat([time, sign(null, cosigned(atSeconds, text), key)]);
    },
  };
}

function signingKey(name: string, seed: Buffer, algorithm: number) {
  assertName(name);
  if (seed.length !== 32) throw new NoteError('an Ed25519 seed has 32 bytes');
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
  const keyId = keyIdOf(name, algorithm, publicKey);
  const encoded = Buffer.concat([Buffer.of(algorithm), publicKey]).toString('base64');
  return { name, keyId, key, verifierKey: `${name}+${keyId.toString('hex')}+${encoded}` };
}

/** The verifier of a key as it is handed out: `name+id+base64`, for a log (0x01) or a witness (0x04). @throws NoteError. */
export function parseVerifierKey(text: string): NoteVerifier {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim());
  const blob = Buffer.from(match?.[3] ?? '', 'base64');
  if (!match || blob.length !== 33 || !NAME.test(match[1]!)) {
    throw new NoteError('a verifier key must look like name+1a2b3c4d+BASE64 with an Ed25519 public key');
  }
  const [name, algorithm, raw] = [match[1]!, blob[0]!, blob.subarray(1)];
  if (algorithm !== ED25519 && algorithm !== COSIGNATURE_V1) {
    throw new NoteError(
      `the verifier key ${name} has algorithm ${algorithm}; 1 (Ed25519) and 4 (cosignature/v1) are known`,
    );
  }
  const keyId = keyIdOf(name, algorithm, raw);
  if (keyId.toString('hex') !== match[2]) throw new NoteError(`the key id of ${name} does not belong to its key`);
  const key = publicKeyObject(raw);
  return algorithm === ED25519
    ? {
        name,
        keyId,
        verify: (t, s) => (s.length === 64 && verify(null, Buffer.from(t), key, s) ? { atSeconds: 0 } : undefined),
      }
    : { name, keyId, verify: (t, s) => verifyCosignature(t, s, key) };
}

/** C2SP tlog-cosignature: an 8-byte time in seconds, then the signature over the time and the note's text. */
function verifyCosignature(text: string, blob: Buffer, key: KeyObject): { atSeconds: number } | undefined {
  if (blob.length !== 72) return undefined;
  const atSeconds = Number(blob.readBigUInt64BE(0));
  const holds = Number.isSafeInteger(atSeconds) && verify(null, cosigned(atSeconds, text), key, blob.subarray(8));
  return holds ? { atSeconds } : undefined;
}

function cosigned(atSeconds: number, text: string): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${atSeconds}\n${text}`);
}

function assertName(name: string): void {
  if (!NAME.test(name)) throw new NoteError(`"${name}" cannot be a signer's name: no spaces, no "+"`);
}
