/**
 * What binds an export to the signed log. The certificate follows the entries: a checkpoint, and the entry by which the
 * register recorded this very export, with the SHA-256 of all bytes before the certificate. The proofs follow it.
 */
import { canonicalText, isPlainObject } from '../canonical';
import { type Checkpoint, CheckpointError, parseCheckpoint } from '../log/checkpoint';
import { verifyConsistency, verifyInclusion } from '../log/merkle';
import { NoteError, type NoteVerifier, parseNote, parseVerifierKey, signatureLine } from '../log/note';
import { ChainVerifier, foundEntry } from './chain';
import { hasOnly, isCount, isHash } from './export-header';
import { LogKeys } from './log-keys';
import { parseOpenings } from './openings';

/** The id under which the register's own entries stand, in place of an incident's. */
export const REGISTER_STREAM = 'REGISTER';
/** The kind under which it records exports and hand-overs. */
export const EXPORTED = 'register-exported';

/** The entry by which an export was recorded, with its place in the tree of the checkpoint. */
export interface ExportReceipt {
  position: number;
  hash: string;
  /** The leaf, and of its openings that of `/data/file`, as texts. */
  leaf: string;
  open: string;
  /** Base64 of the hashes of an RFC 6962 inclusion proof, from the leaf upwards. */
  proof: string[];
}

export interface Certificate {
  /** The signed note. */
  checkpoint: string;
  receipt: ExportReceipt;
}

/** The line of a certificate, with its line feed; `undefined` for an export that nobody signs. */
export function certificateLine(certificate: Certificate | undefined): string {
  if (certificate === undefined) return `${CERTIFICATE_START}null}\n`;
  const { checkpoint, receipt } = certificate;
  const { position, hash, leaf, open, proof } = receipt;
  return (
    `${CERTIFICATE_START}{"checkpoint":${JSON.stringify(checkpoint)},"receipt":{"entry":${leaf},"hash":"${hash}",` +
    `"open":${open},"position":${position},"proof":${JSON.stringify(proof)}}}}\n`
  );
}

/** How the line of a certificate begins, and no other line of an export. */
export const CERTIFICATE_START = '{"certificate":';

/** The line of a proof: that the entry at this position, the last of its chain, is in the tree of the checkpoint. */
export function proofLine(position: number, proof: readonly string[]): string {
  return `{"position":${position},"proof":${JSON.stringify(proof)}}\n`;
}

/** The text is not a certificate or a proof, or does not hold; the message says what is wrong. */
export class CertificateError extends Error {
  override name = 'CertificateError';
}

/** Reads a certificate from its line; undefined when nobody signed. @throws CertificateError. */
export function parseCertificate(line: string): Certificate | undefined {
  const value = canonicalLine(line);
  if (!isPlainObject(value) || !hasOnly(value, ['certificate'])) throw new CertificateError(NO_CERTIFICATE);
  const { certificate } = value;
  if (certificate === null) return undefined;
  if (!isPlainObject(certificate) || !hasOnly(certificate, ['checkpoint', 'receipt'])) {
    throw new CertificateError(NO_CERTIFICATE);
  }
  const { checkpoint, receipt } = certificate;
  if (
    typeof checkpoint !== 'string' ||
    !isPlainObject(receipt) ||
    !hasOnly(receipt, ['entry', 'hash', 'open', 'position', 'proof']) ||
    !isCount(receipt.position) ||
    !isHash(receipt.hash) ||
    !isPlainObject(receipt.entry) ||
    !isPlainObject(receipt.open)
  ) {
    throw new CertificateError(NO_CERTIFICATE);
  }
  const { position, hash, entry, open, proof } = receipt;
  const texts = { leaf: canonicalText(entry), open: canonicalText(open) };
  return { checkpoint, receipt: { position, hash, ...texts, proof: proofTexts(proof) } };
}

const NO_CERTIFICATE = 'it is not {"certificate":{"checkpoint":…,"receipt":…}} exactly as an export writes it';

/** Reads a proof from its line. @throws CertificateError. */
export function parseProofLine(line: string): { position: number; proof: Buffer[] } {
  const value = canonicalLine(line);
  if (!isPlainObject(value) || !hasOnly(value, ['position', 'proof']) || !isCount(value.position)) {
    throw new CertificateError('it is not {"position":…,"proof":[…]} exactly as an export writes it');
  }
  return { position: value.position, proof: proofTexts(value.proof).map((text) => Buffer.from(text, 'base64')) };
}

/** No tree has a longer path. */
const MOST_HASHES = 64;

/** Reads a proof that `register consistency` wrote: a hash in base64 on each line. @throws CertificateError naming the line. */
export function parseConsistency(file: string): Buffer[] {
  const lines = file.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const bad = lines.findIndex((line) => !isHashText(line));
  if (bad !== -1) throw new CertificateError(`line ${bad + 1} is not a hash of 32 bytes in base64`);
  return lines.map((line) => Buffer.from(line, 'base64'));
}

/** Whether it is a hash of 32 bytes in base64, in its one form. */
function isHashText(text: unknown): text is string {
  if (typeof text !== 'string' || text.length !== 44) return false;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === text;
}

function proofTexts(proof: unknown): string[] {
  if (Array.isArray(proof) && proof.length <= MOST_HASHES && proof.every(isHashText)) return proof as string[];
  throw new CertificateError('its proof is not a list of hashes in base64');
}

function canonicalLine(line: string): unknown {
  let canonical: string;
  let value: unknown;
  try {
    value = JSON.parse(line);
    canonical = canonicalText(value);
  } catch {
    throw new CertificateError('it is not JSON that has a canonical form');
  }
  if (canonical !== line) throw new CertificateError('it is not in canonical form');
  return value;
}

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
  /** Names of signers whose keys were not given: nothing is known of their signatures. */
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

/** Opens the checkpoint. @throws CertificateError when a signature that can be checked does not hold. */
export function openSigning(note: string, trust: Trust): Signing {
  try {
    const parsed = parseNote(note);
    if (inOrder(note) !== note) throw new CertificateError('the signatures of the checkpoint are not in order');
    const witnesses = (trust.witnesses ?? []).map(parseVerifierKey);
    const keys = trust.key === undefined ? undefined : LogKeys.follow(trust.key, trust.rotations);
    const checkpoint = keys === undefined ? parseCheckpoint(parsed.text) : keys.open(note, witnesses);
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
      if (seen.has(signer)) throw new CertificateError(`${name} has signed the checkpoint twice: it was altered`);
      seen.add(signer);
      const isSigner = (each: NoteVerifier) => each.name === name && each.keyId.equals(keyId);
      const known = logKeys.find(isSigner) ?? witnesses.find(isSigner);
      const held = known?.verify(parsed.text, signature);
      if (known === undefined) signing.unchecked.push(name);
      else if (held === undefined) throw new CertificateError(`the signature of ${name} does not hold: it was altered`);
      else if (logKeys.includes(known as (typeof logKeys)[number])) {
        signing.signedBy = (known as (typeof logKeys)[number]).verifierKey;
      } else signing.witnesses.push({ name, at: new Date(held.atSeconds * 1000).toISOString() });
    }
    for (const { name } of witnesses) {
      if (!signing.witnesses.some((each) => each.name === name)) {
        throw new CertificateError(`the witness ${name} has not cosigned the checkpoint`);
      }
    }
    if (trust.notedCheckpoint !== undefined) signing.noted = compared(checkpoint, trust, keys);
    return signing;
  } catch (error) {
    if (error instanceof NoteError || error instanceof CheckpointError || error instanceof RangeError) {
      throw new CertificateError(error.message);
    }
    throw error;
  }
}

function compared(checkpoint: Checkpoint, trust: Trust, keys: LogKeys | undefined): Signing['noted'] {
  const note = trust.notedCheckpoint!;
  const noted = keys === undefined ? parseCheckpoint(parseNote(note).text) : keys.open(note);
  if (noted.origin !== checkpoint.origin) {
    throw new CertificateError(`the checkpoint noted earlier is of "${noted.origin}", not of ${checkpoint.origin}`);
  }
  if (noted.size === checkpoint.size) {
    if (noted.root.equals(checkpoint.root)) return 'the same tree';
    throw new CertificateError(
      `two different trees of the size ${noted.size} were signed: the checkpoint noted earlier has another root`,
    );
  }
  const [old, now] = noted.size < checkpoint.size ? [noted, checkpoint] : [checkpoint, noted];
  const sizes = `the checkpoint noted earlier has ${noted.size} entries, that of the export ${checkpoint.size}`;
  if (trust.consistency === undefined) {
    throw new CertificateError(
      `${sizes}, and nothing shows that one continues the other: a proof is needed (--consistency)`,
    );
  }
  const given = { oldSize: old.size, oldRoot: old.root, newSize: now.size, newRoot: now.root };
  if (!verifyConsistency(given, trust.consistency)) {
    throw new CertificateError(
      `${sizes}, and the proof does not show that one continues the other: it is the proof of two other trees, ` +
        'the past was changed, or two views were shown',
    );
  }
  return old === noted ? 'an earlier tree, which this one continues' : 'a later tree, which continues this one';
}

/** Whether the leaf with this hash stands at this position of the tree that was signed. */
export function isInTree(signing: Signing, position: number, hash: string, proof: readonly Uint8Array[]): boolean {
  const { size } = signing;
  const root = Buffer.from(signing.root, 'base64');
  return verifyInclusion({ leaf: Buffer.from(hash, 'hex'), index: position - 1, size, root }, proof);
}

/**
 * Whether the register recorded an export with these bytes. Said before any signature is looked at, as it is found by
 * nearly every alteration.
 *
 * @param digest SHA-256 of all bytes before the certificate, in hex.
 * @throws CertificateError.
 */
export function checkDigest({ open }: ExportReceipt, digest: string): void {
  const openings = parseOpenings(open);
  const [file] = openings;
  if (openings.length !== 1 || file?.pointer !== '/data/file') {
    throw new CertificateError('the entry that recorded the export must open the field /data/file, and no other');
  }
  if (file.text !== `"${digest}"`) {
    throw new CertificateError(
      'the register recorded an export with other bytes: the header was altered, fields were taken out of entries, ' +
        'or the certificate is that of another export',
    );
  }
}

/** Checks that the entry that recorded the export is one, behind position `after`, in the signed tree. @throws CertificateError. */
export function checkReceipt(receipt: ExportReceipt, signing: Signing, after: number): void {
  const { position, hash, leaf, open, proof } = receipt;
  const verifier = new ChainVerifier({ severalIncidents: true, startsAnywhere: true });
  const bad = verifier.next(foundEntry(position, hash, Buffer.from(leaf), Buffer.from(open)));
  if (bad !== undefined) throw new CertificateError(`the entry that recorded the export does not hold: ${bad.reason}`);
  const { incidentId, kind } = verifier.leaf;
  if (incidentId !== REGISTER_STREAM || kind !== EXPORTED) {
    throw new CertificateError('the entry in it does not record an export');
  }
  if (position <= after) throw new CertificateError('the entry that recorded the export stands before its last entry');
  const hashes = proof.map((text) => Buffer.from(text, 'base64'));
  if (!isInTree(signing, position, hash, hashes)) {
    throw new CertificateError('the entry that recorded the export is not in the tree that was signed');
  }
}
