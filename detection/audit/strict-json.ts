/**
 * JSON that no two readers read differently (I-JSON, RFC 7493), and its one canonical form (RFC 8785).
 *
 * Stricter than `JSON.parse`: names that stand twice, lone surrogates, bytes that are no UTF-8, numbers that no IEEE 754
 * double holds and more than 64 levels are refused.
 */
import { isUtf8 } from 'node:buffer';
import canonicalize from 'canonicalize';

/** Deep enough for any entry; keeps a hostile line from exhausting the stack. */
const MAX_DEPTH = 64;

/** The text has no canonical form; the message says why, without quoting it. */
export class NotCanonicalisable extends Error {}

/** The value of a JSON text. @throws NotCanonicalisable */
export function parseStrict(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new NotCanonicalisable('it is not in UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  try {
    const isDeep = mayBeDeep(text);
    if (isDeep) scan(text);
    const value: unknown = JSON.parse(text);
    // What JSON.stringify would write holds nothing that the scan looks for, but for a lone surrogate as an escape.
    if (!isDeep && (JSON.stringify(value) !== text || text.includes('\\ud'))) scan(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) throw new NotCanonicalisable('it is not JSON');
    throw error;
  }
}

/** The canonical form of a value that `parseStrict` gave. */
export function canonicalText(value: unknown): string {
  // For a text, a number and a literal ECMAScript's own serialisation is that of RFC 8785, section 3.2.2.
  return typeof value === 'object' && value !== null ? canonicalize(value)! : JSON.stringify(value);
}

/** Whether so many objects and arrays open that they could stand in each other too deep. */
function mayBeDeep(text: string): boolean {
  let opened = 0;
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++opened > MAX_DEPTH) return true;
    }
  }
  return false;
}

/** Looks for what `JSON.parse` lets pass. Whether the text is JSON at all is for that to say. */
function scan(text: string): void {
  /** Of each open object the names so far; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let before = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    switch (char) {
      case '{':
      case '[':
        if (open.push(char === '{' ? new Set() : undefined) > MAX_DEPTH) {
          throw new NotCanonicalisable(`it is nested deeper than ${MAX_DEPTH} levels`);
        }
        before = char;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
      case ':':
        before = char;
        break;
      case '"': {
        const end = stringEnd(text, at);
        const value = stringOf(text.slice(at, end));
        if (before !== ':') addName(open.at(-1), value);
        at = end - 1;
        break;
      }
      default:
        if (char === '-' || (char >= '0' && char <= '9')) {
          const token = numberAt(text, at);
          assertExact(token);
          at += token.length - 1;
        }
    }
  }
}

function addName(names: Set<string> | undefined, name: string): void {
  if (names?.has(name)) throw new NotCanonicalisable('a name stands twice in an object');
  names?.add(name);
}

/** Behind the quote that ends the string which begins at a place. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  throw new NotCanonicalisable('a string does not end');
}

function stringOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  const value = JSON.parse(quoted) as string;
  if (!(value as unknown as { isWellFormed(): boolean }).isWellFormed()) {
    throw new NotCanonicalisable('a string holds a lone surrogate');
  }
  return value;
}

const NUMBER = /-?[\d.eE+-]*/y;

function numberAt(text: string, at: number): string {
  NUMBER.lastIndex = at;
  return NUMBER.exec(text)![0];
}

/**
 * Refuses what a double cannot hold. An integer must be, digit by digit, one that a double stands for: its exact value, or
 * its shortest form. Another one would be read as two numbers by two readers, and could be changed without changing the
 * canonical form.
 */
function assertExact(token: string): void {
  const value = Number(token);
  if (Number.isSafeInteger(value)) return;
  if (!Number.isFinite(value)) throw new NotCanonicalisable('it holds a number that no double holds, or none');
  if (/[.eE]/.test(token)) return;
  if (token !== shortest(value) && BigInt(token) !== BigInt(value)) {
    throw new NotCanonicalisable('an integer is not one that a double holds');
  }
}

/** The digits of a large integer, with zeros in place of an exponent. */
function shortest(value: number): string {
  const [mantissa, exponent] = String(value).split('e+') as [string, string?];
  if (exponent === undefined) return mantissa;
  const digits = mantissa.replace('.', '');
  return digits + '0'.repeat(Number(exponent) - (mantissa.split('.')[1]?.length ?? 0));
}
