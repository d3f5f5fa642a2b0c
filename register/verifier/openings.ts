/**
 * Openings: the content of an entry, each field with the salt of its commitment. Whoever is given an opening can check it
 * against the leaf; a field without one stays hidden, and the entry verifies all the same.
 */
import { canonicalText } from '../canonical';
import { commitmentOf, isPointer, type Leaf } from './leaf';
import { isHex, MalformedLeaf, objectOf } from './text';

/** One opened field: its salt (32 hex digits) and the canonical JSON text of its value. */
export interface Opening {
  pointer: string;
  salt: string;
  text: string;
}

const SALT_DIGITS = 32;

/** The text of openings: `{"/by":["<salt>",<value>],…}` in canonical JSON. They must be in the order of their pointers. */
export function openingsText(openings: readonly Opening[]): string {
  let text = '';
  for (const { pointer, salt, text: value } of openings) {
    text += `${text === '' ? '' : ','}${JSON.stringify(pointer)}:["${salt}",${value}]`;
  }
  return `{${text}}`;
}

/** Reads openings from their text. @throws MalformedLeaf for any other text than their one form. */
export function parseOpenings(text: string): Opening[] {
  const openings: Opening[] = [];
  let before = '';
  const object = objectOf(text);
  for (const pointer of Object.keys(object)) {
    const opening = object[pointer];
    if (!isPointer(pointer) || !Array.isArray(opening) || opening.length !== 2 || !isHex(opening[0], SALT_DIGITS)) {
      throw new MalformedLeaf('an opening does not have the form of one');
    }
    if (pointer <= before) throw new MalformedLeaf('the openings are not in order');
    openings.push({ pointer, salt: opening[0], text: canonicalOf(opening[1]) });
    before = pointer;
  }
  if (openingsText(openings) !== text) throw new MalformedLeaf('the openings are not in their one form');
  return openings;
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
