/** Places in a file that is open. */
import { readSync } from 'node:fs';

/** A file that is open for reading; `size` in bytes. */
export interface OpenFile {
  name: string;
  handle: number;
  size: number;
}

/** How much of a file is read at once. */
export const CHUNK_BYTES = 1024 * 1024;

/** Most lines are shorter. */
const LINE_BYTES = 4 * 1024;

/** The bytes between two places; fewer when the file ends before. */
export function readRange({ handle }: OpenFile, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(to - from);
  return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, from));
}

/** The bytes from `from` up to `to`, or to the end when it comes before, a chunk at a time; the next one overwrites it. */
export function* chunksOf(
  handle: number,
  from: number,
  to: number,
  chunk: Buffer = Buffer.allocUnsafe(CHUNK_BYTES),
): Generator<Buffer> {
  for (let place = from, read = 0; place < to; place += read) {
    read = readSync(handle, chunk, 0, Math.min(chunk.length, to - place), place);
    if (read === 0) return;
    yield chunk.subarray(0, read);
  }
}

/** Where the line ends that goes on at `from`; `to` when it does not end before. */
export function lineEnd(file: OpenFile, from: number, to: number): number {
  for (let place = from; place < to; place += LINE_BYTES) {
    const end = readRange(file, place, Math.min(to, place + LINE_BYTES)).indexOf(0x0a);
    if (end >= 0) return place + end + 1;
  }
  return to;
}

/** Where the last line begins that starts so; undefined when there is none, or it is the first one. */
export function lastLine(file: OpenFile, start: string): number | undefined {
  const sought = Buffer.from(`\n${start}`);
  for (let to = file.size; to > 0; to -= CHUNK_BYTES) {
    const from = Math.max(0, to - CHUNK_BYTES);
    const found = readRange(file, from, Math.min(file.size, to + sought.length)).lastIndexOf(sought);
    if (found >= 0) return from + found + 1;
  }
  return undefined;
}
