/** Lines of a file, a stretch of whole lines at a time. */
import { isUtf8 } from 'node:buffer';
import { UnreadableExportError } from '../errors';
import { Viewed } from './words';

/** Whole lines, one after the other. Whoever is given them may overwrite them. */
export interface Stretch {
  text: Viewed;
  /** Where the lines end: the places of their line feeds. */
  ends: number[];
  isText: boolean;
}

const LINE_FEED = 0x0a;

/** No entry comes near this; more is a damaged file, not to be read into memory. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Cuts chunks, in which lines may begin and end anywhere, into stretches of whole lines. */
export class LineCutter {
  /** Lines before the next one; counted by whoever reads them. */
  lines = 0;

  /** The beginning of a line whose end has not come yet. */
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private own = Buffer.alloc(0);

  /** @param inPlace whether the lines may be overwritten in the chunks themselves. */
  constructor(private readonly inPlace = false) {}

  /** Takes the next chunk, of which it keeps nothing. @throws UnreadableExportError for a line of more than 16 MiB. */
  *push(chunk: Buffer): Generator<Stretch> {
    const first = chunk.indexOf(LINE_FEED) + 1;
    if (first === 0) {
      this.keep(chunk);
      return;
    }
    let from = 0;
    if (this.pendingBytes > 0) {
      yield stretchOf(Buffer.concat([...this.pending, chunk.subarray(0, first)]));
      [this.pending, this.pendingBytes] = [[], 0];
      from = first;
    }
    const to = chunk.lastIndexOf(LINE_FEED) + 1;
    if (to > from) yield stretchOf(this.inPlace ? chunk.subarray(from, to) : this.copyOf(chunk, from, to));
    if (to < chunk.length) this.keep(chunk.subarray(to));
  }

  /** Call after the last chunk. @throws UnreadableExportError for a last line without its line feed: the file is cut off. */
  end(): void {
    if (this.pendingBytes === 0) return;
    throw new UnreadableExportError(this.lines + 1, 'is cut off: the export was not copied whole, get it again');
  }

  private copyOf(chunk: Buffer, from: number, to: number): Buffer {
    if (this.own.length < to - from) this.own = Buffer.allocUnsafe(to - from);
    chunk.copy(this.own, 0, from, to);
    return this.own.subarray(0, to - from);
  }

  private keep(bytes: Buffer): void {
    this.pending.push(Buffer.from(bytes));
    this.pendingBytes += bytes.length;
    if (this.pendingBytes > MAX_LINE_BYTES) {
      throw new UnreadableExportError(this.lines + 1, 'is longer than 16 MiB: this is not an export');
    }
  }
}

function stretchOf(bytes: Buffer): Stretch {
  const ends: number[] = [];
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, end + 1)) ends.push(end);
  return { text: new Viewed(bytes), ends, isText: isUtf8(bytes) };
}

/** The line from `from` up to `to` of a stretch as text, or undefined when it is not UTF-8. */
export function lineText({ text, isText }: Stretch, from: number, to: number): string | undefined {
  const line = text.bytes.subarray(from, to);
  return isText || isUtf8(line) ? line.toString('utf8') : undefined;
}
