/** What the readers of leaves and openings have in common: texts that have exactly one form. */

import { isWellFormed } from '../canonical';

/** The text is not what it should be in its one form; the message says what is wrong without quoting it. */
export class MalformedLeaf extends Error {}

/** The source of a pattern for a JSON string whose escapes are still to be looked at, see `stringOf`. */
export const STRING = String.raw`"(?:[^"\\\x00-\x1f]|\\.)*"`;

/** A JSON string in canonical form. @throws MalformedLeaf when it has another escape than RFC 8785 asks for. */
export function stringOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  let value: unknown;
  try {
    value = JSON.parse(quoted);
  } catch {
    throw new MalformedLeaf('a string is not JSON');
  }
  if (JSON.stringify(value) !== quoted || !isWellFormed(value as string))
    throw new MalformedLeaf('a string is not in canonical form');
  return value as string;
}

/** The bytes of a text in UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Whether these bytes stand at a place. */
export function isAt(bytes: Uint8Array, place: number, what: Uint8Array): boolean {
  for (let i = 0; i < what.length; i++) if (bytes[place + i] !== what[i]) return false;
  return true;
}

/** The digit that a byte is; negative when it is none. */
export function digit(byte: number | undefined): number {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : -1;
}

/** Where the JSON string that begins at a place ends; undefined when there is none. Its escapes are still to be looked at, see `stringOf`. */
export function stringEnd(bytes: Uint8Array, place: number): number | undefined {
  if (bytes[place] !== 0x22) return undefined;
  for (let i = place + 1; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22) return i + 1;
    if (byte < 0x20) return undefined;
    if (byte === 0x5c) i++;
  }
  return undefined;
}

/** @throws MalformedLeaf unless so many lower-case hexadecimal digits stand at a place. */
export function assertHex(bytes: Uint8Array, place: number, length: number): void {
  for (let i = place; i < place + length; i++) {
    const byte = bytes[i]!;
    if ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)) continue;
    throw new MalformedLeaf(`a hash or a salt in it is not ${length} hexadecimal digits`);
  }
}

/** Whether a hash in hex stands at a place. */
export function isHashAt(bytes: Uint8Array, place: number, hash: string): boolean {
  for (let i = 0; i < hash.length; i++) if (bytes[place + i] !== hash.charCodeAt(i)) return false;
  return true;
}

/** Whether a text of the form 2026-04-01T03:00:00.000Z is an instant. */
export function isInstant(at: string): boolean {
  const [month, day] = [twoDigits(at, 5), twoDigits(at, 8)];
  if (month < 1 || month > 12 || day < 1) return false;
  if (twoDigits(at, 11) > 23 || twoDigits(at, 14) > 59 || twoDigits(at, 17) > 59) return false;
  return day <= 28 || new Date(at).toJSON() === at;
}

function twoDigits(text: string, place: number): number {
  return text.charCodeAt(place) * 10 + text.charCodeAt(place + 1) - 528;
}
