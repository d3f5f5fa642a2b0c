/** The line of an entry: `{"position":N,"hash":"…","entry":LEAF,"open":OPENINGS}`, in exactly this form. */
import type { FoundEntry } from './chain';

const START = /^\{"position":([1-9]\d{0,15}),"hash":"(.{64})","entry":/;
/** The longest that `START` can be. */
const START_CHARS = 128;
/** How every leaf ends, and what follows it. Within a JSON string these quotes would have backslashes. */
const LEAF_END = ',"v":2}';
const BETWEEN = Buffer.from(`${LEAF_END},"open":`);
const CLOSE = 0x7d;

/** The line of an entry, with its line feed. */
export function entryLine(position: number, hash: string, leaf: string, open: string): string {
  return `{"position":${position},"hash":"${hash}","entry":${leaf},"open":${open}}\n`;
}

/** Takes a line, without its line feed, apart; undefined when it is not the line of an entry. */
export function entryOf(line: Buffer): FoundEntry | undefined {
  const start = START.exec(line.toString('latin1', 0, START_CHARS));
  if (start === null || line.at(-1) !== CLOSE) return undefined;
  const position = Number(start[1]);
  if (!Number.isSafeInteger(position)) return undefined;
  const leafFrom = start[0].length;
  const between = line.indexOf(BETWEEN, leafFrom);
  // Without it the leaf was altered, which is for whoever reads it to find.
  const [leafTo, openFrom] =
    between < 0 ? [line.length - 1, line.length - 1] : [between + LEAF_END.length, between + BETWEEN.length];
  return {
    position,
    hash: start[2]!,
    leaf: line.subarray(leafFrom, leafTo),
    openings: line.subarray(openFrom, line.length - 1),
  };
}
