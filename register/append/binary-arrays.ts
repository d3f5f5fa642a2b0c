/**
 * Postgres arrays in their binary form, for parameters: the text form of a `bytea[]` costs more to write and to read
 * than the insertion itself. One dimension. They are filled as the values come, which need not be kept then.
 * Source: PostgreSQL, src/backend/utils/adt/arrayfuncs.c (array_recv).
 */
import { BYTES_A_CHAR } from '../canonical';

const OID = { int8: 20, int4: 23, text: 25, bytea: 17 } as const;
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const FIRST_BYTES = 256;

export class BinaryArray {
  private array = Buffer.allocUnsafe(FIRST_BYTES);
  private end = HEADER_BYTES;
  private count = 0;
  private hasNull = false;

  constructor(private readonly type: keyof typeof OID) {}

  /** A safe integer, in an `int8[]`; of 32 bits in an `int4[]`. */
  addInteger(value: number): void {
    if (this.type === 'int4') {
      const at = this.roomFor(4);
      this.array.writeInt32BE(value, at);
      this.put(4);
      return;
    }
    const at = this.roomFor(8);
    const high = Math.floor(value / 0x1_0000_0000);
    this.array.writeInt32BE(high, at);
    this.array.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
    this.put(8);
  }

  /** A text, or bytes given as a text in UTF-8. */
  addText(value: string): void {
    const at = this.roomFor(value.length * BYTES_A_CHAR);
    this.put(this.array.write(value, at));
  }

  addBytes(value: Uint8Array | null): void {
    const at = this.roomFor(value?.length ?? 0);
    if (value !== null) {
      this.array.set(value, at);
      this.put(value.length);
      return;
    }
    this.put(0);
    this.array.writeInt32BE(-1, at - LENGTH_BYTES);
    this.hasNull = true;
  }

  /** The parameter: it shares the array's memory. */
  whole(): Buffer {
    const { array, count } = this;
    array.writeInt32BE(count === 0 ? 0 : 1, 0); // dimensions
    array.writeInt32BE(this.hasNull ? 1 : 0, 4);
    array.writeInt32BE(OID[this.type], 8);
    array.writeInt32BE(count, 12);
    array.writeInt32BE(1, 16); // lower bound
    return array.subarray(0, count === 0 ? 12 : this.end);
  }

  /** The memory that it holds. */
  get bytes(): number {
    return this.array.length;
  }

  /** Without values, in the same memory. */
  clear(): void {
    this.end = HEADER_BYTES;
    this.count = 0;
    this.hasNull = false;
  }

  /** Where the next value goes, behind its length: there is room for so many bytes. */
  private roomFor(bytes: number): number {
    const at = this.end + LENGTH_BYTES;
    if (at + bytes > this.array.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.array.length, at + bytes));
      this.array.copy(larger, 0, 0, this.end);
      this.array = larger;
    }
    return at;
  }

  /** That value was written, and has so many bytes. */
  private put(bytes: number): void {
    this.array.writeInt32BE(bytes, this.end);
    this.end += LENGTH_BYTES + bytes;
    this.count += 1;
  }
}
