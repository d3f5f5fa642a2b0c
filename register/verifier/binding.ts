/**
 * What binds an export to the signed log. The binding follows the entries: a checkpoint, and the entry by which the register
 * recorded this very export, with the SHA-256 of all bytes before the binding. The proofs follow it: that the last entry of
 * each chain is in the tree of the checkpoint.
 */
import { canonicalText, isPlainObject } from '../canonical';
import { hasOnly, isCount, isHash } from './text';

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

export interface Binding {
  /** The signed note. */
  checkpoint: string;
  receipt: ExportReceipt;
}

/** How the line of a binding begins, and no other line of an export. */
export const BINDING_START = '{"binding":';

/** The line of a binding, with its line feed; `undefined` for an export that nobody signs. */
export function bindingLine(binding: Binding | undefined): string {
  if (binding === undefined) return `${BINDING_START}null}\n`;
  const { checkpoint, receipt } = binding;
  const { position, hash, leaf, open, proof } = receipt;
  return (
    `${BINDING_START}{"checkpoint":${JSON.stringify(checkpoint)},"receipt":{"entry":${leaf},"hash":"${hash}",` +
    `"open":${open},"position":${position},"proof":${JSON.stringify(proof)}}}}\n`
  );
}

/** The line of a proof: that the entry at this position, the last of its chain, is in the tree of the checkpoint. */
export function proofLine(position: number, proof: readonly string[]): string {
  return `{"position":${position},"proof":${JSON.stringify(proof)}}\n`;
}

/** The text is not a binding or a proof, or does not hold; the message says what is wrong. */
export class BindingError extends Error {
  override name = 'BindingError';
}

/** Reads a binding from its line; undefined when nobody signed. @throws BindingError. */
export function parseBinding(line: string): Binding | undefined {
  const value = canonicalLine(line);
  if (!isPlainObject(value) || !hasOnly(value, ['binding'])) throw new BindingError(NO_BINDING);
  const { binding } = value;
  if (binding === null) return undefined;
  if (!isPlainObject(binding) || !hasOnly(binding, ['checkpoint', 'receipt'])) throw new BindingError(NO_BINDING);
  const { checkpoint, receipt } = binding;
  if (
    typeof checkpoint !== 'string' ||
    !isPlainObject(receipt) ||
    !hasOnly(receipt, ['entry', 'hash', 'open', 'position', 'proof']) ||
    !isCount(receipt.position) ||
    !isHash(receipt.hash) ||
    !isPlainObject(receipt.entry) ||
    !isPlainObject(receipt.open)
  ) {
    throw new BindingError(NO_BINDING);
  }
  const { position, hash, entry, open, proof } = receipt;
  const texts = { leaf: canonicalText(entry), open: canonicalText(open) };
  return { checkpoint, receipt: { position, hash, ...texts, proof: proofTexts(proof) } };
}

const NO_BINDING = 'it is not {"binding":{"checkpoint":…,"receipt":…}} exactly as an export writes it';

/** Reads a proof from its line. @throws BindingError. */
export function parseProofLine(line: string): { position: number; proof: Buffer[] } {
  const value = canonicalLine(line);
  if (!isPlainObject(value) || !hasOnly(value, ['position', 'proof']) || !isCount(value.position)) {
    throw new BindingError('it is not {"position":…,"proof":[…]} exactly as an export writes it');
  }
  return { position: value.position, proof: proofTexts(value.proof).map((text) => Buffer.from(text, 'base64')) };
}

/** Reads a proof that `register consistency` wrote: a hash in base64 on each line. @throws BindingError naming the line. */
export function parseConsistency(file: string): Buffer[] {
  const lines = file.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const bad = lines.findIndex((line) => !isHashText(line));
  if (bad !== -1) throw new BindingError(`line ${bad + 1} is not a hash of 32 bytes in base64`);
  return lines.map((line) => Buffer.from(line, 'base64'));
}

/** No tree has a longer path. */
const MOST_HASHES = 64;

function proofTexts(proof: unknown): string[] {
  if (Array.isArray(proof) && proof.length <= MOST_HASHES && proof.every(isHashText)) return proof as string[];
  throw new BindingError('its proof is not a list of hashes in base64');
}

/** Whether it is a hash of 32 bytes in base64, in its one form. */
function isHashText(text: unknown): text is string {
  if (typeof text !== 'string' || text.length !== 44) return false;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === text;
}

function canonicalLine(line: string): unknown {
  let canonical: string;
  let value: unknown;
  try {
    value = JSON.parse(line);
    canonical = canonicalText(value);
  } catch {
    throw new BindingError('it is not JSON that has a canonical form');
  }
  if (canonical !== line) throw new BindingError('it is not in canonical form');
  return value;
}
