/**
 * Openings: the content of an entry, each field with the salt of its commitment. Whoever is given an opening can check it
 * against the leaf; a field without one stays hidden, and the entry verifies all the same.
 */
import { canonicalText, isPlainObject } from '../canonical';
import { commitmentOf, isPointer, type Leaf } from './leaf';
import { MalformedLeaf } from './text';

/** One opened field: its salt (32 hex digits) and the canonical JSON text of its value. */
export interface Opening {
  pointer: string;
  salt: string;
  text: string;
}

const SALT = /^[0-9a-f]{32}$/;

/** The text of openings: `{"/by":["<salt>",<value>],…}` in canonical JSON. They must be in the order of their pointers. */
export function openingsText(openings: readonly Opening[]): string {
  return `{${openings.map(({ pointer, salt, text }) => `${JSON.stringify(pointer)}:["${salt}",${text}]`)}}`;
}

/** Reads openings from their text. @throws MalformedLeaf for any other text than their one form. */
export function parseOpenings(text: string): Opening[] {
  const openings = Object.entries(objectOf(text)).map(([pointer, value]): Opening => {
    const [salt, opened, ...more] = Array.isArray(value) ? value : [];
    if (!isPointer(pointer) || typeof salt !== 'string' || !SALT.test(salt) || more.length > 0) {
      throw new MalformedLeaf('an opening does not have the form of one');
    }
    return { pointer, salt, text: canonicalOf(opened) };
  });
  if (openings.some(({ pointer }, i) => i > 0 && pointer <= openings[i - 1]!.pointer)) {
    throw new MalformedLeaf('the openings are not in order');
  }
  if (openingsText(openings) !== text) throw new MalformedLeaf('the openings are not in canonical form');
  return openings;
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isPlainObject(value)) return value;
  } catch {
    // told below
  }
  throw new MalformedLeaf('the openings are no JSON object');
}

function canonicalOf(value: unknown): string {
  try {
    return canonicalText(value);
  } catch {
    throw new MalformedLeaf('a value has no canonical form');
  }
}

/** The first opening that is not what the leaf commits to, said in words; undefined when all are. */
export function openingFault(leaf: Leaf, openings: readonly Opening[]): string | undefined {
  for (const { pointer, salt, text } of openings) {
    const commitment = leaf.fields.get(pointer);
    if (commitment === undefined) return `the field ${pointer} is not in the entry: it was added`;
    if (commitment !== commitmentOf(salt, text)) {
      return `the field ${pointer} is not what was recorded: it was altered`;
    }
  }
  return undefined;
}
