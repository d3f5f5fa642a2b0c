/** What the readers of an export's parts have in common: texts that have exactly one form. */
import { isUtf8 } from 'node:buffer';

/** The text is not what it should be in its one form; the message says what is wrong without quoting it. */
export class MalformedLeaf extends Error {}

/** The text of bytes; undefined when they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8') : undefined;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const KIND = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const HASH = /^[0-9a-f]{64}$/;

/** Whether a text is a UTC instant of the form 2026-04-01T03:00:00.000Z. */
export function isInstant(at: string): boolean {
  if (!INSTANT.test(at)) return false;
  const date = new Date(at);
  return !Number.isNaN(date.getTime()) && date.toJSON() === at;
}

/** Whether a text is a kind of event: kebab-case. */
export function isKind(text: string): boolean {
  return KIND.test(text);
}

/** Whether a value is a hash: 64 lower-case hexadecimal digits. */
export function isHash(value: unknown): value is string {
  return typeof value === 'string' && HASH.test(value);
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
