/** The line of an entry: `{"position":N,"hash":"…","entry":LEAF,"open":OPENINGS}`, in exactly this form. */
import type { FoundEntry } from './chain';
import { lineText, type Stretch } from './lines';

const START = '{"position":';
const BEFORE_HASH = ',"hash":"';
const BEFORE_LEAF = '","entry":';
const HASH_LENGTH = 64;
/** A leaf ends so, and nowhere else does this stand: within its strings the quotes would be escaped. */
const END_OF_LEAF = ',"v":2}';
const BEFORE_OPENINGS = `${END_OF_LEAF},"open":`;

/** The line of an entry, with its line feed. */
export function entryLine(position: number, hash: string, leaf: string, open: string): string {
  return `${START}${position}${BEFORE_HASH}${hash}${BEFORE_LEAF}${leaf},"open":${open}}\n`;
}

/** Reads the line from `from` up to `to` of a stretch; undefined when it is not the line of an entry. */
export function entryAt(stretch: Stretch, from: number, to: number): FoundEntry | undefined {
  const { text } = stretch;
  if (!text.startsWith(START, from)) return undefined;
  let place = from + START.length;
  const [first, end] = [place, place + 17];
  let position = 0;
  for (; place < end; place++) {
    const digit = text.charCodeAt(place) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    position = position * 10 + digit;
  }
  if (position === 0 || text[first] === '0' || position > Number.MAX_SAFE_INTEGER) return undefined;
  if (!text.startsWith(BEFORE_HASH, place)) return undefined;
  const hashFrom = place + BEFORE_HASH.length;
  const leafFrom = hashFrom + HASH_LENGTH + BEFORE_LEAF.length;
  if (!text.startsWith(BEFORE_LEAF, hashFrom + HASH_LENGTH)) return undefined;
  const hash = text.slice(hashFrom, hashFrom + HASH_LENGTH);
  // What was altered so that it is no text any more has its place all the same.
  if (!stretch.isText && lineText(stretch, from, to) === undefined) {
    return { position, hash, leaf: undefined, content: undefined };
  }
  return stretch.isText
    ? parts(text, position, hash, leafFrom, to)
    : parts(lineText(stretch, from, to)!, position, hash, leafFrom - from);
}

function parts(text: string, position: number, hash: string, leafFrom: number, to = text.length) {
  const leafEnd = text.indexOf(BEFORE_OPENINGS, leafFrom) + END_OF_LEAF.length;
  if (leafEnd < leafFrom || leafEnd > to || !text.endsWith('}', to)) return undefined;
  const leaf = text.slice(leafFrom, leafEnd);
  return { position, hash, leaf, content: text.slice(leafEnd + '"open":'.length + 1, to - 1) };
}
