/**
 * Postgres arrays in their binary form, for parameters: the text form of a `bytea[]` costs more to write and to read
 * than the insertion itself. One dimension, no nulls but where said.
 * Source: PostgreSQL, src/backend/utils/adt/arrayfuncs.c (array_recv).
 */

const OID = { int8: 20, int4: 23, text: 25, bytea: 17 } as const;
const HEADER_BYTES = 20;

function start(type: keyof typeof OID, count: number, bytes: number, hasNull = false): Buffer {
  const array = Buffer.allocUnsafe(HEADER_BYTES + bytes + 4 * count);
  array.writeInt32BE(count === 0 ? 0 : 1, 0); // dimensions
  array.writeInt32BE(hasNull ? 1 : 0, 4);
  array.writeInt32BE(OID[type], 8);
  array.writeInt32BE(count, 12);
  array.writeInt32BE(1, 16); // lower bound
  return count === 0 ? array.subarray(0, 12) : array;
}

/** `bigint[]` of safe integers. */
export function int8Array(values: readonly number[]): Buffer {
  const array = start('int8', values.length, 8 * values.length);
  let at = HEADER_BYTES;
  for (const value of values) {
    array.writeInt32BE(8, at);
    const high = Math.floor(value / 0x1_0000_0000);
    array.writeInt32BE(high, at + 4);
    array.writeUInt32BE(value - high * 0x1_0000_0000, at + 8);
    at += 12;
  }
  return array;
}

/** `int[]` */
export function int4Array(values: readonly number[]): Buffer {
  const array = start('int4', values.length, 4 * values.length);
  let at = HEADER_BYTES;
  for (const value of values) {
    array.writeInt32BE(4, at);
    array.writeInt32BE(value, at + 4);
    at += 8;
  }
  return array;
}

/** `text[]`, or `bytea[]` of texts in UTF-8. */
export function textArray(values: readonly string[], type: 'text' | 'bytea' = 'text'): Buffer {
  let bytes = 0;
  for (const value of values) bytes += Buffer.byteLength(value);
  const array = start(type, values.length, bytes);
  let at = HEADER_BYTES;
  for (const value of values) {
    const length = array.write(value, at + 4);
    array.writeInt32BE(length, at);
    at += 4 + length;
  }
  return array;
}

/** `bytea[]` of equally long values given in hex. */
export function hexArray(values: readonly string[], bytesEach: number): Buffer {
  const array = start('bytea', values.length, bytesEach * values.length);
  let at = HEADER_BYTES;
  for (const value of values) {
    array.writeInt32BE(bytesEach, at);
    array.write(value, at + 4, 'hex');
    at += 4 + bytesEach;
  }
  return array;
}

/** `bytea[]` with nulls. */
export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  let bytes = 0;
  for (const value of values) bytes += value?.length ?? 0;
  const array = start('bytea', values.length, bytes, true);
  let at = HEADER_BYTES;
  for (const value of values) {
    array.writeInt32BE(value === null ? -1 : value.length, at);
    at += 4;
    if (value === null) continue;
    array.set(value, at);
    at += value.length;
  }
  return array;
}
