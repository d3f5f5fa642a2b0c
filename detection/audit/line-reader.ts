/** Reads one line of a log: its place, its hash, and whether the hash is that of the rest. */
import { GENESIS, sha256Hex } from './entry';
import { type Mapping, OWN_NAMES } from './mapping';
import { canonicalText, NotCanonicalisable, parseStrict } from './strict-json';

/** What a line says. With `fault` it is no entry, and the rest says nothing. */
export interface LineView {
  /** Counted from 1. */
  line: number;
  fault?: string;
  seq: number;
  prev: string;
  hash: string;
  /** The hash is that of the entry. */
  holds: boolean;
}

/** A line that was read. */
export interface ReadLine extends Omit<LineView, 'line'> {
  /** False when the line's bytes are another form of the same entry than RFC 8785, such as one with spaces. */
  isCanonical: boolean;
  /** It would be the first entry of a log that is numbered from 0: its hash, which is its own. */
  fromZero?: string;
}

/** The fields by which a line is linked. */
type Names = Pick<Mapping, 'seq' | 'prev' | 'hash'>;

/** Reads a line, without its newline. */
export function readLine(line: Uint8Array, names: Names): ReadLine {
  let value: unknown;
  try {
    value = parseStrict(line);
  } catch (error) {
    if (!(error instanceof NotCanonicalisable)) throw error;
    return noEntry(line.length === 0 ? 'it is empty' : error.message);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0) {
    return noEntry('it is not a JSON object with fields');
  }
  const entry = value as Record<string, unknown>;
  const missing = [names.seq, names.prev, names.hash].find((name) => !Object.hasOwn(entry, name));
  if (missing !== undefined) return noEntry(`the field ${JSON.stringify(missing)} is missing`);
  const [seq, prev, hash] = [entry[names.seq], entry[names.prev], entry[names.hash]];
  const numbered = `${JSON.stringify(names.seq)} is not a whole number from 1 up`;
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) return noEntry(numbered);
  if (!isHash(prev)) return noEntry(`${JSON.stringify(names.prev)} is not a hash of 64 digits`);
  if (!isHash(hash)) return noEntry(`${JSON.stringify(names.hash)} is not a hash of 64 digits`);
  const members = Object.keys(entry)
    .sort()
    .map((name) => ({ name, text: memberText(name, entry[name]) }));
  const whole = Buffer.from(`{${members.map(({ text }) => text)}}`);
  const unhashed = `{${members.filter(({ name }) => name !== names.hash).map(({ text }) => text)}}`;
  const holds = sha256Hex(unhashed) === hash;
  if (seq === 0) return { ...noEntry(numbered), ...(holds && prev === GENESIS && { fromZero: hash }) };
  return { seq: seq as number, prev, hash, holds, isCanonical: whole.equals(line) };
}

/** In RFC 8785 the members of an object are in the order of their names' UTF-16 code units, as `sort` has them. */
function memberText(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${canonicalText(value)}`;
}

/** Whether a line is what Tocsin writes, but for its hash: each field of an entry and no other, in RFC 8785 form. */
export function isAsWritten(line: Uint8Array): boolean {
  let value: unknown;
  try {
    value = parseStrict(line);
  } catch {
    return false;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const isWhole = Object.keys(value).sort().join() === FIELDS;
  return isWhole && Buffer.from(canonicalText(value)).equals(line);
}

const FIELDS = Object.keys(OWN_NAMES).sort().join();

function isHash(value: unknown): value is string {
  return typeof value === 'string' && value.length === 64;
}

/** A line that is no entry, and why. */
export function noEntry(fault: string): ReadLine {
  return { fault, seq: 0, prev: '', hash: '', holds: false, isCanonical: true };
}
