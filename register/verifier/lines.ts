/** Lines of a file as texts, a stretch at a time: taking bytes apart line by line would cost more than hashing them. */
import { isAscii, isUtf8 } from 'node:buffer';
import { UnreadableExportError } from '../errors';

/** Whole lines, one after the other, each with its line feed. */
export interface Stretch {
  bytes: Buffer;
  /** The bytes as text. When they are not UTF-8: each byte as one character, and `isText` is false. */
  text: string;
  isText: boolean;
}

const LINE_FEED = 0x0a;

/** No entry comes near this; more is a damaged file, not to be read into memory. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Cuts chunks, in which lines may begin and end anywhere, into stretches of whole lines. */
export class LineCutter {
  /** The beginning of a line whose end has not come yet. */
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  /** Lines before the next one; counted by whoever reads them. */
  lines = 0;

  /** Takes the next chunk; it may be overwritten after this call. @throws UnreadableExportError for a line of more than 16 MiB. */
  *push(chunk: Buffer): Generator<Stretch> {
    const first = chunk.indexOf(LINE_FEED) + 1;
    if (first === 0) {
      this.keep(chunk);
      return;
    }
    let from = 0;
    if (this.pendingBytes > 0) {
      yield this.stretch(Buffer.concat([...this.pending, chunk.subarray(0, first)]));
      [this.pending, this.pendingBytes] = [[], 0];
      from = first;
    }
    const to = chunk.lastIndexOf(LINE_FEED) + 1;
    if (to > from) yield this.stretch(chunk.subarray(from, to));
    if (to < chunk.length) this.keep(chunk.subarray(to));
  }

  /** Call after the last chunk. @throws UnreadableExportError for a last line without its line feed: the file is cut off. */
  end(): void {
    if (this.pendingBytes === 0) return;
    throw new UnreadableExportError(this.lines + 1, 'is cut off: the export was not copied whole, get it again');
  }

  private keep(bytes: Buffer): void {
    this.pending.push(Buffer.from(bytes));
    this.pendingBytes += bytes.length;
    if (this.pendingBytes > MAX_LINE_BYTES) {
      throw new UnreadableExportError(this.lines + 1, 'is longer than 16 MiB: this is not an export');
    }
  }

  private stretch(bytes: Buffer): Stretch {
    if (isAscii(bytes)) return { bytes, text: bytes.toString('latin1'), isText: true };
    if (isUtf8(bytes)) return { bytes, text: bytes.toString('utf8'), isText: true };
    return { bytes, text: bytes.toString('latin1'), isText: false };
  }
}

/** The line from `from` up to `to` of a stretch: its text, or undefined when it is not UTF-8. */
export function lineText({ bytes, text, isText }: Stretch, from: number, to: number): string | undefined {
  if (isText) return text.slice(from, to);
  const line = bytes.subarray(from, to);
  return isUtf8(line) ? line.toString('utf8') : undefined;
}

/** How many bytes of a stretch lie before the character at `place`. */
export function bytesBefore({ bytes, text, isText }: Stretch, place: number): number {
  return !isText || text.length === bytes.length ? place : Buffer.byteLength(text.slice(0, place));
}
