/** The leaf hashes that this process has appended lately, for the thread that signs: it reads them without asking Postgres. */
import { HASH_BYTES } from './merkle';

/** A quarter more than was ever appended between two signings in a rush: 10 s at 40,000 a second. 16 MB, taken as it fills. */
const PLACES = 2 ** 19;
/** The first position of the unbroken run that ends with the last one, the last one, and the last one being written. */
const [SINCE, LAST, WRITING] = [0, 1, 2] as const;
const MARKS_BYTES = 3 * 8;

/**
 * A ring in shared memory. One thread adds, others read, and see whether they were overtaken meanwhile.
 * It holds an unbroken run of positions only: where another process has appended between, the run begins anew.
 */
export class RecentLeaves {
  private readonly marks: BigInt64Array;
  private readonly hashes: Buffer;

  /** @param shared the memory of the instance in another thread. */
  constructor(readonly shared = new SharedArrayBuffer(MARKS_BYTES + PLACES * HASH_BYTES)) {
    this.marks = new BigInt64Array(shared, 0, 3);
    this.hashes = Buffer.from(shared, MARKS_BYTES);
  }

  /** Adds entries that were committed, from the position `first` on: their hashes, one after the other. */
  add(first: number, hashes: Uint8Array): void {
    const last = first + hashes.length / HASH_BYTES - 1;
    Atomics.store(this.marks, WRITING, BigInt(last));
    if (this.mark(LAST) + 1 !== first) Atomics.store(this.marks, SINCE, BigInt(first));
    const place = (first % PLACES) * HASH_BYTES;
    // Whatever does not fit before the end begins anew.
    const fits = Math.min(hashes.length, this.hashes.length - place);
    this.hashes.set(hashes.subarray(0, fits), place);
    this.hashes.set(hashes.subarray(fits), 0);
    Atomics.store(this.marks, LAST, BigInt(last));
  }

  /**
   * The hashes of all entries behind a position, in one or two stretches of the ring: undefined when there are none, or not
   * all are here. They are not copied: whoever has used them asks `holds` whether they were still there.
   */
  after(position: number): Buffer[] | undefined {
    const count = this.mark(LAST) - position;
    if (count <= 0 || !this.holds(position + 1)) return undefined;
    const from = (position + 1) % PLACES;
    const untilEnd = Math.min(count, PLACES - from);
    return [this.part(from, untilEnd), this.part(0, count - untilEnd)].filter((part) => part.length > 0);
  }

  /** Whether a position belongs to the run, and its place was not taken by a later one. */
  holds(position: number): boolean {
    return this.mark(SINCE) <= position && this.mark(WRITING) - PLACES < position;
  }

  private mark(which: number): number {
    return Number(Atomics.load(this.marks, which));
  }

  private part(from: number, count: number): Buffer {
    return this.hashes.subarray(from * HASH_BYTES, (from + count) * HASH_BYTES);
  }
}
