/** What the readers of an export's parts have in common: texts that have exactly one form. */
import { isUtf8 } from 'node:buffer';
import { isPlainObject } from '../canonical';

/** The text is not what it should be in its one form; the message says what is wrong without quoting it. */
export class MalformedLeaf extends Error {}

/** The text of bytes; undefined when they are not UTF-8. */
export function utf8Text(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** The object that a JSON text says. @throws MalformedLeaf for any other text. */
export function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isPlainObject(value)) return value;
  } catch {
    // told below
  }
  throw new MalformedLeaf('it is no JSON object');
}

const INSTANT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const KIND = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Whether a text is a UTC instant of the form 2026-04-01T03:00:00.000Z. */
export function isInstant(at: unknown): at is string {
  if (typeof at !== 'string' || !INSTANT.test(at)) return false;
  // Not every month has more days.
  return at.slice(8, 10) <= '28' || new Date(at).toJSON() === at;
}

/** Whether a text is a kind of event: kebab-case. */
export function isKind(text: string): boolean {
  return KIND.test(text);
}

/** Whether a value is a hash: 64 lower-case hexadecimal digits. */
export function isHash(value: unknown): value is string {
  return isHex(value, 64);
}

/** 1 at the code of each lower-case hexadecimal digit. Half of an export is such digits: a table takes half the time of an expression. */
const HEX_DIGITS = new Uint8Array(0x10000);
for (const digit of '0123456789abcdef') HEX_DIGITS[digit.charCodeAt(0)] = 1;

/** Whether a value is so many lower-case hexadecimal digits. */
export function isHex(value: unknown, length: number): value is string {
  if (typeof value !== 'string' || value.length !== length) return false;
  let all = 1;
  for (let at = 0; at < length; at++) all &= HEX_DIGITS[value.charCodeAt(at)]!;
  return all === 1;
}

/** Whether a value is a whole number from 0 on. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether an object has exactly these members. */
export function hasOnly(value: object, names: readonly string[]): boolean {
  const present = Object.keys(value);
  return present.length === names.length && names.every((name) => Object.hasOwn(value, name));
}
