/** Cuts a stream of bytes into lines, in constant memory. */
import { MAX_LINE_BYTES } from './entry';

/** Takes a line that lies in `text` from `start` up to `end`. `ended` is false for a last line without its newline. */
export type TakeLine = (text: Uint8Array, start: number, end: number, ended: boolean) => boolean;

const NEWLINE = 0x0a;

/**
 * Hands over the lines of a stream one by one, without copying them; only a line that lies across two chunks is put together.
 * The bytes are good during the call only. A line longer than 16 MiB is handed over up to there, and the rest of it skipped.
 */
export class LineCutter {
  private carried = Buffer.allocUnsafe(64 * 1024);
  private length = 0;
  private overlong = false;

  /** @param take returns false to stop. */
  constructor(private readonly take: TakeLine) {}

  /** Takes a chunk. False when `take` wants no more. */
  push(chunk: Buffer): boolean {
    let start = 0;
    if (this.length > 0 || this.overlong) {
      const end = chunk.indexOf(NEWLINE);
      if (end < 0) {
        this.carry(chunk);
        return true;
      }
      this.carry(chunk.subarray(0, end));
      start = end + 1;
      if (!this.handOver(true)) return false;
    }
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      if (!this.take(chunk, start, Math.min(end, start + MAX_LINE_BYTES + 1), true)) return false;
      start = end + 1;
    }
    if (start < chunk.length) this.carry(chunk.subarray(start));
    return true;
  }

  /** After the last chunk: a line that has no newline at its end. */
  end(): void {
    if (this.length > 0) this.handOver(false);
  }

  private handOver(ended: boolean): boolean {
    const { length } = this;
    this.length = 0;
    this.overlong = false;
    return this.take(this.carried, 0, length, ended);
  }

  private carry(part: Uint8Array): void {
    // One byte more than a line may have shows that it is too long.
    const room = MAX_LINE_BYTES + 1 - this.length;
    if (part.length > room) this.overlong = true;
    const taken = part.length > room ? part.subarray(0, room) : part;
    if (this.length + taken.length > this.carried.length) {
      const larger = Buffer.allocUnsafe(Math.min(2 * (this.length + taken.length), MAX_LINE_BYTES + 1));
      this.carried.copy(larger, 0, 0, this.length);
      this.carried = larger;
    }
    this.carried.set(taken, this.length);
    this.length += taken.length;
  }
}
