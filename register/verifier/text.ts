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

const NOT_HEX = /[^0-9a-f]/;

/** @throws MalformedLeaf for a text of another length, or of other characters than lower-case hexadecimal digits. */
export function assertHex(text: string, length: number): void {
  if (text.length !== length || NOT_HEX.test(text)) {
    throw new MalformedLeaf(`a hash or a salt in it is not ${length} hexadecimal digits`);
  }
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

/** A text that does not keep the large one alive of which it was a part. */
export function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
