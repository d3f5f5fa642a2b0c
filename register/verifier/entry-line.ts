/** The line of an entry: `{"position":N,"hash":"…","entry":LEAF,"open":OPENINGS}`, in exactly this form. */
import { isUtf8 } from 'node:buffer';
import type { FoundEntry } from './chain';
import type { Stretch } from './lines';
import { digit } from './text';
import { Pattern } from './words';

const START = '{"position":';
const BEFORE_HASH = ',"hash":"';
const BEFORE_LEAF = '","entry":';
const [START_PATTERN, BEFORE_HASH_PATTERN, BEFORE_LEAF_PATTERN] = [START, BEFORE_HASH, BEFORE_LEAF].map(
  (text) => new Pattern(text),
) as [Pattern, Pattern, Pattern];
const HASH_LENGTH = 64;
const BEFORE_OPENINGS = ',"open":';
const BETWEEN = new Pattern(BEFORE_OPENINGS);
const CLOSE = 0x7d;

/** The line of an entry, with its line feed. */
export function entryLine(position: number, hash: string, leaf: string, open: string): string {
  return `${START}${position}${BEFORE_HASH}${hash}${BEFORE_LEAF}${leaf}${BEFORE_OPENINGS}${open}}\n`;
}

/** Reads the line from `from` up to `to` of a stretch; undefined when it is not the line of an entry. */
export function entryAt({ text, isText }: Stretch, from: number, to: number): FoundEntry | undefined {
  const { bytes } = text;
  if (!START_PATTERN.isAt(text, from)) return undefined;
  const first = from + START_PATTERN.length;
  let place = first;
  let position = 0;
  for (; place < first + 17; place++) {
    const next = digit(bytes[place]);
    if (next < 0) break;
    position = position * 10 + next;
  }
  if (position === 0 || digit(bytes[first]) === 0 || position > Number.MAX_SAFE_INTEGER) return undefined;
  if (!BEFORE_HASH_PATTERN.isAt(text, place)) return undefined;
  const hashAt = place + BEFORE_HASH_PATTERN.length;
  if (!BEFORE_LEAF_PATTERN.isAt(text, hashAt + HASH_LENGTH)) return undefined;
  const leafFrom = hashAt + HASH_LENGTH + BEFORE_LEAF_PATTERN.length;
  if (bytes[to - 1] !== CLOSE) return undefined;
  return {
    position,
    text,
    hashAt,
    leafFrom,
    between: BETWEEN,
    openTo: to - 1,
    // What was altered so that it is no text any more has its place all the same.
    isText: isText || isUtf8(bytes.subarray(from, to)),
  };
}
