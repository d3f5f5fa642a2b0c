/** Lines of a file, one after the other. */
import { UnreadableExportError } from '../errors';

const LINE_FEED = 0x0a;

/** No entry comes near this; more is a damaged file, not to be read into memory. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Cuts chunks, in which lines may begin and end anywhere, into lines. */
export class LineCutter {
  /** The lines that were given, the last one included. */
  count = 0;

  /** The beginning of a line whose end has not come yet. */
  private pending: Buffer[] = [];
  private pendingBytes = 0;

  /** Takes the next chunk; gives each line with its line feed. @throws UnreadableExportError for a line of more than 16 MiB. */
  *push(chunk: Buffer): Generator<Buffer> {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      const line = chunk.subarray(from, end + 1);
      from = end + 1;
      this.count += 1;
      yield this.pendingBytes === 0 ? line : this.joined(line);
    }
    if (from < chunk.length) this.keep(chunk.subarray(from));
  }

  /** Call after the last chunk. @throws UnreadableExportError for a last line without its line feed: the file is cut off. */
  end(): void {
    if (this.pendingBytes === 0) return;
    throw new UnreadableExportError(this.count + 1, 'is cut off: the export was not copied whole, get it again');
  }

  private joined(rest: Buffer): Buffer {
    const line = Buffer.concat([...this.pending, rest]);
    [this.pending, this.pendingBytes] = [[], 0];
    return line;
  }

  private keep(bytes: Buffer): void {
    // A copy: whoever gives chunks may use their memory again.
    this.pending.push(Buffer.from(bytes));
    this.pendingBytes += bytes.length;
    if (this.pendingBytes > MAX_LINE_BYTES) {
      throw new UnreadableExportError(this.count + 1, 'is longer than 16 MiB: this is not an export');
    }
  }
}
