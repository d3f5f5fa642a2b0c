/**
 * Comparisons of bytes, four at a time. A verification compares nearly every byte of an export with one that it expects:
 * this is where its time goes, beside the hashes themselves.
 */
import { hash } from 'node:crypto';
import { bytesOf } from './text';

/** Bytes that are also read four at a time, at any place. */
export class Viewed {
  readonly view: DataView;
  // Asked of a Buffer each time, they cost as much as the hash of a short field.
  private readonly memory: ArrayBufferLike;
  private readonly offset: number;

  /** Of the bytes it makes no copy. */
  constructor(readonly bytes: Buffer) {
    [this.memory, this.offset] = [bytes.buffer, bytes.byteOffset];
    this.view = new DataView(this.memory, this.offset, bytes.length);
  }

  /** The bytes from `from` up to `to`: a bare view of them, which is made faster than a Buffer. */
  part(from: number, to: number): Uint8Array {
    return new Uint8Array(this.memory, this.offset + from, to - from);
  }
}

/** Bytes that are expected somewhere, at least four. */
export class Pattern {
  readonly length: number;
  private readonly words: Int32Array;
  /** The last four bytes, which overlap the word before them. */
  private readonly last: number;

  constructor(text: string | Uint8Array) {
    const bytes = typeof text === 'string' ? bytesOf(text) : text;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    this.length = bytes.length;
    this.words = new Int32Array((bytes.length - 1) >> 2);
    for (let i = 0; i < this.words.length; i++) this.words[i] = view.getInt32(4 * i, true);
    this.last = view.getInt32(bytes.length - 4, true);
  }

  /** Whether it stands at a place. */
  isAt({ bytes, view }: Viewed, place: number): boolean {
    const { length, words } = this;
    if (place < 0 || place + length > bytes.length) return false;
    for (let i = 0; i < words.length; i++) if (view.getInt32(place + 4 * i, true) !== words[i]) return false;
    return view.getInt32(place + length - 4, true) === this.last;
  }
}

/** Stands in no text: 0xff is no byte of UTF-8. */
export const NOWHERE = new Pattern(new Uint8Array(4).fill(0xff));

/** A hash in hex as 16 words of four digits. */
export type HashWords = Int32Array;

export function wordsOf(hash: string): HashWords {
  const bytes = bytesOf(hash);
  return copyWords(new DataView(bytes.buffer, bytes.byteOffset), 0, new Int32Array(16));
}

/** The hash in hex. */
export function textOf(words: HashWords): string {
  const bytes = Buffer.alloc(64);
  for (let i = 0; i < 16; i++) bytes.writeInt32LE(words[i]!, 4 * i);
  return bytes.toString('latin1');
}

/** Takes the hash that stands at a place. */
export function copyWords(view: DataView, place: number, words: HashWords): HashWords {
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(place + 4 * i, true);
  return words;
}

/** Whether a hash stands at a place. */
export function isWordsAt(view: DataView, place: number, words: HashWords): boolean {
  let different = 0;
  for (let i = 0; i < 16; i++) different |= view.getInt32(place + 4 * i, true) ^ words[i]!;
  return different === 0;
}

/** A SHA-256 as 16 characters of two bytes each: a short text is made and read faster than 64 hexadecimal digits. */
export type Digest = string;

/** SHA-256 of the bytes from `from` up to `to`. */
export function digestOf(text: Viewed, from: number, to: number): Digest {
  // The type knows the encodings of bytes as text only; Node takes any (crypto.hash, outputEncoding).
  return hash('sha256', text.part(from, to), 'utf16le' as 'hex');
}

/** By byte: its two hexadecimal digits, the first one in the lower half. */
const HEX = Uint16Array.from({ length: 256 }, (_, byte) => {
  const digits = byte.toString(16).padStart(2, '0');
  return digits.charCodeAt(0) | (digits.charCodeAt(1) << 8);
});

/** Whether a hash stands at a place, in hex. */
export function isDigestAt(view: DataView, place: number, digest: Digest): boolean {
  let different = 0;
  for (let i = 0; i < 16; i++) {
    const two = digest.charCodeAt(i);
    different |= view.getInt32(place + 4 * i, true) ^ (HEX[two & 0xff]! | (HEX[two >> 8]! << 16));
  }
  return different === 0;
}
