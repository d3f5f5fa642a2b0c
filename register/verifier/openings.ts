/**
 * Openings: the content of an entry, each field with the salt of its commitment. Whoever is given an opening can check it
 * against the leaf; a field without one stays hidden, and the entry verifies all the same.
 */
import { canonicalText } from '../canonical';
import type { LeafReader } from './leaf-reader';
import { assertHex, MalformedLeaf, moveHex, plainEnd, quoted, STRING, stringEnd, stringOf } from './text';
import { digestOf, isDigestAt } from './words';

/** One opened field: its salt (32 hex digits) and the canonical JSON text of its value. */
export interface Opening {
  pointer: string;
  salt: string;
  text: string;
}

const NAME_AND_SALT = new RegExp(String.raw`(${STRING}):\["([0-9a-f]{32})",`, 'y');
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
const SIMPLE = /(?:"[^"\\\x00-\x1f]*"|true|false|null|0|-?[1-9]\d{0,14})(?=\])/y;

/** The text of openings: `{"/by":["<salt>",<value>],…}` in canonical JSON. They must be in the order of their pointers. */
export function openingsText(openings: readonly Opening[]): string {
  let text = '';
  for (const { pointer, salt, text: value } of openings) {
    text += `${text === '' ? '' : ','}${quoted(pointer)}:["${salt}",${value}]`;
  }
  return `{${text}}`;
}

/** Reads openings from their text. @throws MalformedLeaf for any other text than their one form. */
export function parseOpenings(text: string): Opening[] {
  if (text === '{}') return [];
  const openings: Opening[] = [];
  if (text[0] !== '{') throw new MalformedLeaf('the openings are no JSON object');
  for (let place = 1, before = ''; ; ) {
    NAME_AND_SALT.lastIndex = place;
    const start = NAME_AND_SALT.exec(text);
    if (start === null) throw new MalformedLeaf(NO_OPENING);
    const pointer = stringOf(start[1]!);
    if (pointer <= before) throw new MalformedLeaf('the openings are not in order');
    before = pointer;
    const from = NAME_AND_SALT.lastIndex;
    const to = canonicalEnd(text, from);
    openings.push({ pointer, salt: start[2]!, text: text.slice(from, to) });
    if (text[to] !== ']') throw new MalformedLeaf(NO_OPENING);
    place = to + 2;
    if (text[to + 1] === ',') continue;
    if (text[to + 1] !== '}' || place !== text.length) throw new MalformedLeaf(NO_END);
    return openings;
  }
}

/** Where the value that starts at `from` ends; it must be in canonical form. */
function canonicalEnd(text: string, from: number): number {
  SIMPLE.lastIndex = from;
  if (SIMPLE.test(text)) return SIMPLE.lastIndex;
  const to = skipValue(text, from);
  const value = text.slice(from, to);
  let canonical: string;
  try {
    canonical = canonicalText(JSON.parse(value));
  } catch {
    throw new MalformedLeaf('a value is not JSON that has a canonical form');
  }
  if (canonical !== value) throw new MalformedLeaf('a value is not in canonical form');
  return to;
}

/** The end of a JSON value by its brackets and strings; whether it is one is for the parser to say. */
function skipValue(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (char === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
    } else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') {
      if (depth === 0) return i;
      depth--;
    } else if (depth > 0) continue;
    else if (char === ',') return i;
    if (depth === 0 && (char === '"' || char === '}' || char === ']')) return i + 1;
  }
  throw new MalformedLeaf('a value ends too early');
}

/** What came of holding openings against a leaf. */
export interface OpenedFields {
  /** Fields of the leaf without an opening: withheld from this reader, or erased. */
  withheld: number;
  /** The first opening that is not what the leaf commits to, said in words. */
  fault?: string;
}

const SALT_LENGTH = 32;
const [QUOTE, OPEN, COMMA, CLOSE, CLOSE_LIST] = [0x22, 0x7b, 0x2c, 0x7d, 0x5d];

/**
 * Holds the openings from `from` up to `to`, behind the leaf that was read last, against it: each must open a field of it,
 * in the order of the leaf. What is read is overwritten: a salt is moved before its value, so that both are hashed as they
 * stand.
 *
 * @throws MalformedLeaf for any other text than the one form of openings.
 */
export function checkOpenings(leaf: LeafReader, from: number, to: number): OpenedFields {
  const { text, names, commitmentsAt, count } = leaf;
  const { bytes, view } = text;
  let withheld = 0;
  let field = 0;
  if (bytes[from] !== OPEN) throw new MalformedLeaf('the openings are no JSON object');
  for (let place = from + 1; to !== from + 2 || bytes[place] !== CLOSE; ) {
    for (; field < count && !names[field]!.inOpenings.isAt(text, place); field++, withheld++) {
      assertHex(bytes, commitmentsAt[field]!, 64);
    }
    if (field === count) return { withheld, fault: strangeOpening(leaf, place) };
    const salt = place + names[field]!.inOpenings.length;
    const value = salt + SALT_LENGTH + 2;
    if (bytes[value - 2] !== QUOTE || bytes[value - 1] !== COMMA) throw new MalformedLeaf(NO_OPENING);
    const end = valueEnd(bytes, value, to);
    moveHex(bytes, salt, SALT_LENGTH);
    if (!isDigestAt(view, commitmentsAt[field]!, digestOf(text, value - SALT_LENGTH, end))) {
      return { withheld, fault: `the field ${names[field]!.pointer} is not what was recorded: it was altered` };
    }
    field += 1;
    place = end + 2;
    if (bytes[end] !== CLOSE_LIST || place > to) throw new MalformedLeaf(NO_END);
    if (bytes[end + 1] === COMMA) continue;
    if (bytes[end + 1] !== CLOSE || place !== to) throw new MalformedLeaf(NO_END);
    break;
  }
  for (; field < count; field++, withheld++) assertHex(bytes, commitmentsAt[field]!, 64);
  return { withheld };
}

/** What is wrong with an opening that is none of the leaf's fields that may come next. */
function strangeOpening({ text: { bytes }, names, count }: LeafReader, place: number): string {
  const end = stringEnd(bytes, place);
  if (end === undefined) throw new MalformedLeaf(NO_OPENING);
  const pointer = stringOf(bytes.toString('utf8', place, end));
  if (names.slice(0, count).some((name) => name.pointer === pointer)) {
    throw new MalformedLeaf('the openings are not in order');
  }
  return `the field ${pointer} is not in the entry: it was added`;
}

/** Where the value that starts at `from` ends; it must be in canonical form. */
function valueEnd(bytes: Buffer, from: number, to: number): number {
  if (bytes[from] === QUOTE) {
    const end = plainEnd(bytes, from + 1, to);
    if (end < to && bytes[end] === QUOTE) return end + 1;
  }
  const text = bytes.toString('utf8', from, to);
  const end = canonicalEnd(text, 0);
  return from + Buffer.byteLength(text.slice(0, end));
}

const NO_OPENING = 'an opening does not have the form of one';
const NO_END = 'the openings do not end as they should';
