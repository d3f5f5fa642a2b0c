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

/** 0 for each lower-case hexadecimal digit. */
const NO_HEX = Uint8Array.from({ length: 256 }, (_, byte) => (/[0-9a-f]/.test(String.fromCharCode(byte)) ? 0 : 1));

/** @throws MalformedLeaf unless so many lower-case hexadecimal digits stand at a place. */
export function assertHex(bytes: Uint8Array, place: number, length: number): void {
  let strange = place < 0 || place + length > bytes.length ? 1 : 0;
  for (let i = place; i < place + length; i++) strange |= NO_HEX[bytes[i]!]!;
  if (strange !== 0) throw new MalformedLeaf(`a hash or a salt in it is not ${length} hexadecimal digits`);
}

/** The same, and moves the digits two places on. @throws MalformedLeaf. */
export function moveHex(bytes: Uint8Array, place: number, length: number): void {
  let strange = 0;
  for (let i = place + length - 1; i >= place; i--) {
    const byte = bytes[i]!;
    strange |= NO_HEX[byte]!;
    bytes[i + 2] = byte;
  }
  if (strange !== 0) throw new MalformedLeaf(`a hash or a salt in it is not ${length} hexadecimal digits`);
}

/** 1 for each byte that cannot stand by itself in a JSON string. */
const NOT_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === 0x22 || byte === 0x5c ? 1 : 0,
);

/** The first place from `from` on, up to `to`, of a quote, a backslash or a control character. */
export function plainEnd(bytes: Uint8Array, from: number, to: number): number {
  let place = from;
  while (place < to && NOT_PLAIN[bytes[place]!] === 0) place++;
  return place;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const KIND = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Whether a text is a UTC instant of the form 2026-04-01T03:00:00.000Z. */
export function isInstant(at: string): boolean {
  if (!INSTANT.test(at)) return false;
  const [month, day] = [twoDigits(at, 5), twoDigits(at, 8)];
  if (month < 1 || month > 12 || day < 1) return false;
  if (twoDigits(at, 11) > 23 || twoDigits(at, 14) > 59 || twoDigits(at, 17) > 59) return false;
  return day <= 28 || new Date(at).toJSON() === at;
}

/** Whether a text is a kind of event: kebab-case. */
export function isKind(text: string): boolean {
  return KIND.test(text);
}

function twoDigits(text: string, place: number): number {
  return text.charCodeAt(place) * 10 + text.charCodeAt(place + 1) - 528;
}

const MOST_QUOTED = 1_000;
const quotedPointers = new Map<string, string>();

/** A pointer as a JSON string. The same few come with every entry. */
export function quoted(pointer: string): string {
  const known = quotedPointers.get(pointer);
  if (known !== undefined) return known;
  const text = JSON.stringify(pointer);
  if (quotedPointers.size < MOST_QUOTED) quotedPointers.set(pointer, text);
  return text;
}
