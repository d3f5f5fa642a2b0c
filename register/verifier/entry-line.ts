/** The line of an entry: `{"position":N,"hash":"…","entry":LEAF,"open":OPENINGS}`, in exactly this form. */
import { isUtf8 } from 'node:buffer';
import type { FoundEntry } from './chain';

const START = /^\{"position":([1-9]\d{0,15}),"hash":"(.{64})","entry":/;
/** How every leaf ends, and what follows it. Within a JSON string these quotes would have backslashes. */
const LEAF_END = ',"v":2}';
const BETWEEN = `${LEAF_END},"open":`;

/** The line of an entry, with its line feed. */
export function entryLine(position: number, hash: string, leaf: string, open: string): string {
  return `{"position":${position},"hash":"${hash}","entry":${leaf},"open":${open}}\n`;
}

/** Takes a line, with its line feed, apart; undefined when it is not the line of an entry. */
export function entryOf(line: Buffer): FoundEntry | undefined {
  const text = line.toString('utf8', 0, line.length - 1);
  const start = START.exec(text);
  const position = Number(start?.[1]);
  if (start === null || !Number.isSafeInteger(position) || !text.endsWith('}')) return undefined;
  const leafFrom = start[0].length;
  // Where it is not to be found the leaf was altered: that is for whoever reads it to say.
  const between = text.indexOf(BETWEEN, leafFrom);
  return {
    position,
    hash: start[2]!,
    leaf: between < 0 ? text.slice(leafFrom, -1) : text.slice(leafFrom, between + LEAF_END.length),
    openings: between < 0 ? '' : text.slice(between + BETWEEN.length, -1),
    isText: isUtf8(line),
  };
}
