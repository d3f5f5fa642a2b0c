/**
 * RFC 8785 over bytes: JSON text in, its one canonical form out, in a single pass without building values.
 *
 * Stricter than `JSON.parse`, because two readers of a line must not see two things: names that stand twice, lone
 * surrogates, bytes that are no UTF-8, integers that no IEEE 754 double holds and more than 64 levels are refused (I-JSON,
 * RFC 7493). Every line of a log of millions passes here: bytes are copied while they are looked at, nothing is allocated.
 */
import { isUtf8 } from 'node:buffer';

/** Deep enough for any entry; keeps a hostile line from exhausting the stack. */
export const MAX_DEPTH = 64;

/** The text has no canonical form; the message says why, without quoting it. */
export class NotCanonicalisable extends Error {}

/** The canonical form of a JSON text. @throws NotCanonicalisable */
export function canonicalBytes(text: Uint8Array): Buffer {
  const canonicaliser = new Canonicaliser();
  canonicaliser.run(text, 0, text.length);
  return Buffer.from(canonicaliser.out.subarray(0, canonicaliser.length));
}

const [QUOTE, BACKSLASH, COMMA, COLON, MINUS, DOT, ZERO] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x2e, 0x30];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

const [ORDINARY, FOREIGN, STOP] = [0, 1, 2];
/** What a byte in a string asks for: nothing, a look at the encoding, or to stop and act. */
const IN_STRING = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? STOP : byte >= 0x80 ? FOREIGN : ORDINARY,
);

const SHORT_ESCAPES: Record<string, number> = {
  b: 0x08,
  t: 0x09,
  n: 0x0a,
  f: 0x0c,
  r: 0x0d,
  '"': 0x22,
  '\\': 0x5c,
  '/': 0x2f,
};
/** Code point of a two-character escape by its second byte; 0 for none. */
const UNESCAPED = new Uint8Array(256);
/** Second byte of the two-character escape by its code point; 0 for none. */
const ESCAPED = new Uint8Array(256);
for (const [letter, code] of Object.entries(SHORT_ESCAPES)) {
  UNESCAPED[letter.charCodeAt(0)] = code;
  if (letter !== '/') ESCAPED[code] = letter.charCodeAt(0);
}

/** Integers of so many digits are canonical as they stand. */
const SAFE_DIGITS = 15;
/** Of objects with at most so many members the order is remembered. */
const FEW_MEMBERS = 24;
/** Numbers that a member takes in `members`. */
const STRIDE = 4;

/**
 * Reusable: one for a whole log. After `run`, `out` holds the canonical form in its first `length` bytes, until the next run.
 * The members of the outermost object can be looked at, and one can be left out: that is how an entry loses its hash.
 */
export class Canonicaliser {
  out = Buffer.allocUnsafe(4096);
  length = 0;
  /** True when the text was its own canonical form. */
  wasCanonical = true;
  /** How many members the outermost object has; 0 when it is no object. In canonical order. */
  memberCount = 0;

  private text: Uint8Array = this.out;
  private at = 0;
  private end = 0;
  private foreign = false;
  /** For each member of each open object: start and end of its name in `out` with quotes, its end, whether its name is plain. */
  private members = new Int32Array(64 * STRIDE);
  private top = 0;
  private aside = Buffer.allocUnsafe(4096);

  /** Canonicalises `text` from `start` up to `end`. @throws NotCanonicalisable */
  run(text: Uint8Array, start: number, end: number): void {
    this.text = text;
    this.at = start;
    this.end = end;
    this.length = 0;
    this.top = 0;
    this.memberCount = 0;
    this.wasCanonical = true;
    this.foreign = false;
    this.reserve(end - start);
    this.space();
    const isObject = this.at < end && text[this.at] === OPEN_OBJECT;
    this.value(1);
    this.space();
    if (this.at !== end) throw new NotCanonicalisable('there is more after the JSON value');
    if (this.foreign && !isUtf8(text.subarray(start, end))) throw new NotCanonicalisable('it is not in UTF-8');
    if (isObject) this.memberCount = this.top / STRIDE;
  }

  /** Whether the name of a member of the outermost object is this one, given as canonical JSON with its quotes. */
  memberIs(member: number, name: Uint8Array): boolean {
    const start = this.members[member * STRIDE]!;
    if (this.members[member * STRIDE + 1]! - start !== name.length) return false;
    const { out } = this;
    for (let i = 1; i < name.length; i++) if (out[start + i] !== name[i]) return false;
    return true;
  }

  /** Where the value of a member of the outermost object starts in `out`. */
  valueStart(member: number): number {
    return this.members[member * STRIDE + 1]! + 1;
  }

  valueEnd(member: number): number {
    return this.members[member * STRIDE + 2]!;
  }

  /** Takes a member of the outermost object out of `out`; the members must not be looked at afterwards. */
  cut(member: number): void {
    const start = this.members[member * STRIDE]!;
    const end = this.valueEnd(member);
    const isLast = member === this.memberCount - 1;
    // With the comma after it; the last one with the comma before it, if it is not the only one.
    const from = isLast && member > 0 ? start - 1 : start;
    const to = isLast ? end : end + 1;
    this.out.copyWithin(from, to, this.length);
    this.length -= to - from;
  }

  private value(depth: number): void {
    const byte = this.at < this.end ? this.text[this.at]! : -1;
    if (byte === QUOTE) this.string();
    else if (byte === OPEN_OBJECT) this.object(depth);
    else if (byte === OPEN_ARRAY) this.array(depth);
    else if (byte === MINUS || (byte >= ZERO && byte <= 0x39)) this.number();
    else if (byte === 0x74) this.literal(TRUE);
    else if (byte === 0x66) this.literal(FALSE);
    else if (byte === 0x6e) this.literal(NULL);
    else throw new NotCanonicalisable(byte < 0 ? 'it ends too early' : 'it is not JSON');
  }

  private object(depth: number): void {
    if (depth > MAX_DEPTH) throw new NotCanonicalisable(`it is nested deeper than ${MAX_DEPTH} levels`);
    const base = this.top;
    let ordered = true;
    this.at++;
    this.out[this.length++] = OPEN_OBJECT;
    this.space();
    if (this.text[this.at] === CLOSE_OBJECT && this.at < this.end) {
      this.at++;
      this.out[this.length++] = CLOSE_OBJECT;
      return;
    }
    for (;;) {
      const member = this.top;
      if (member + STRIDE > this.members.length) this.growMembers();
      this.top += STRIDE;
      if (this.at >= this.end || this.text[this.at] !== QUOTE) throw new NotCanonicalisable('a name is missing');
      this.members[member] = this.length;
      this.members[member + 3] = this.string() ? 1 : 0;
      this.members[member + 1] = this.length;
      if (member > base) {
        const order = this.compareNames(member - STRIDE, member);
        if (order === 0) throw new NotCanonicalisable('a name stands twice in an object');
        if (order > 0) ordered = false;
      }
      this.space();
      if (this.at >= this.end || this.text[this.at] !== COLON) throw new NotCanonicalisable('a ":" is missing');
      this.at++;
      this.out[this.length++] = COLON;
      this.space();
      this.value(depth + 1);
      this.members[member + 2] = this.length;
      this.space();
      const byte = this.at < this.end ? this.text[this.at++] : -1;
      if (byte === CLOSE_OBJECT) break;
      if (byte !== COMMA) throw new NotCanonicalisable('a "," or "}" is missing');
      this.out[this.length++] = COMMA;
      this.space();
    }
    if (!ordered) this.order(base, depth);
    this.out[this.length++] = CLOSE_OBJECT;
    // Those of the outermost object stay to be looked at.
    if (depth > 1) this.top = base;
  }

  private array(depth: number): void {
    if (depth > MAX_DEPTH) throw new NotCanonicalisable(`it is nested deeper than ${MAX_DEPTH} levels`);
    this.at++;
    this.out[this.length++] = OPEN_ARRAY;
    this.space();
    if (this.text[this.at] === CLOSE_ARRAY && this.at < this.end) {
      this.at++;
      this.out[this.length++] = CLOSE_ARRAY;
      return;
    }
    for (;;) {
      this.value(depth + 1);
      this.space();
      const byte = this.at < this.end ? this.text[this.at++] : -1;
      if (byte === CLOSE_ARRAY) break;
      if (byte !== COMMA) throw new NotCanonicalisable('a "," or "]" is missing');
      this.out[this.length++] = COMMA;
      this.space();
    }
    this.out[this.length++] = CLOSE_ARRAY;
  }

  /** Copies a string. True when it is plain: ASCII without escapes, so that its bytes sort as its UTF-16 code units do. */
  private string(): boolean {
    const { text, out, end } = this;
    let at = this.at + 1;
    let length = this.length;
    let plain = true;
    out[length++] = QUOTE;
    for (;;) {
      if (at >= end) throw new NotCanonicalisable('a string does not end');
      const byte = text[at]!;
      const what = IN_STRING[byte]!;
      if (what === ORDINARY) {
        out[length++] = byte;
        at++;
      } else if (what === FOREIGN) {
        out[length++] = byte;
        at++;
        plain = false;
        this.foreign = true;
      } else if (byte === QUOTE) {
        break;
      } else if (byte === BACKSLASH) {
        this.at = at + 1;
        this.length = length;
        this.escape();
        at = this.at;
        length = this.length;
        plain = false;
      } else {
        throw new NotCanonicalisable('a control character stands in a string');
      }
    }
    out[length++] = QUOTE;
    this.length = length;
    this.at = at + 1;
    return plain;
  }

  /** Writes the canonical form of an escape, of which the backslash has been read. It is never longer than the escape. */
  private escape(): void {
    const letter = this.at < this.end ? this.text[this.at++]! : -1;
    if (letter !== 0x75) {
      const code = letter < 0 ? 0 : UNESCAPED[letter]!;
      if (code === 0) throw new NotCanonicalisable('an escape in a string is unknown');
      if (code === 0x2f) this.wasCanonical = false;
      this.character(code);
      return;
    }
    const start = this.at;
    let code = this.hex4();
    if (code >= 0xdc00 && code <= 0xdfff) throw new NotCanonicalisable('a string holds a lone surrogate');
    if (code >= 0xd800 && code <= 0xdbff) {
      if (this.at + 6 > this.end || this.text[this.at] !== BACKSLASH || this.text[this.at + 1] !== 0x75) {
        throw new NotCanonicalisable('a string holds a lone surrogate');
      }
      this.at += 2;
      const low = this.hex4();
      if (low < 0xdc00 || low > 0xdfff) throw new NotCanonicalisable('a string holds a lone surrogate');
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code >= 0x20 || ESCAPED[code] !== 0 || hasCapital(this.text, start, this.at)) this.wasCanonical = false;
    this.character(code);
  }

  /** Writes one code point of a string as RFC 8785 has it. */
  private character(code: number): void {
    const { out } = this;
    if (code < 0x80) {
      const short = ESCAPED[code]!;
      if (short !== 0) {
        out[this.length++] = BACKSLASH;
        out[this.length++] = short;
      } else if (code < 0x20) {
        this.length += out.write(`\\u00${code < 0x10 ? '0' : ''}${code.toString(16)}`, this.length, 'latin1');
      } else {
        out[this.length++] = code;
      }
    } else if (code < 0x800) {
      out[this.length++] = 0xc0 | (code >> 6);
      out[this.length++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      out[this.length++] = 0xe0 | (code >> 12);
      out[this.length++] = 0x80 | ((code >> 6) & 0x3f);
      out[this.length++] = 0x80 | (code & 0x3f);
    } else {
      out[this.length++] = 0xf0 | (code >> 18);
      out[this.length++] = 0x80 | ((code >> 12) & 0x3f);
      out[this.length++] = 0x80 | ((code >> 6) & 0x3f);
      out[this.length++] = 0x80 | (code & 0x3f);
    }
  }

  private hex4(): number {
    if (this.at + 4 > this.end) throw new NotCanonicalisable('an escape in a string is unknown');
    let code = 0;
    for (let i = 0; i < 4; i++) {
      const digit = hexDigit(this.text[this.at++]!);
      if (digit < 0) throw new NotCanonicalisable('an escape in a string is unknown');
      code = code * 16 + digit;
    }
    return code;
  }

  private number(): void {
    const { text, end } = this;
    const start = this.at;
    let at = start;
    if (text[at] === MINUS) at++;
    const first = at < end ? text[at]! : -1;
    if (first === ZERO) at++;
    else {
      while (at < end && text[at]! >= ZERO && text[at]! <= 0x39) at++;
      if (first < ZERO || first > 0x39) throw new NotCanonicalisable('a number is malformed');
    }
    const next = at < end ? text[at]! : -1;
    const isInteger = next !== DOT && next !== 0x65 && next !== 0x45;
    if (isInteger && at - start <= SAFE_DIGITS && !(first === ZERO && at - start > 1)) {
      const { out } = this;
      let { length } = this;
      for (let i = start; i < at; i++) out[length++] = text[i]!;
      this.length = length;
      this.at = at;
      return;
    }
    this.at = at;
    if (!isInteger) this.fraction();
    this.rewriteNumber(start, isInteger);
  }

  private fraction(): void {
    if (this.text[this.at] === DOT) {
      this.at++;
      this.digits();
    }
    const byte = this.at < this.end ? this.text[this.at]! : -1;
    if (byte !== 0x65 && byte !== 0x45) return;
    this.at++;
    const sign = this.at < this.end ? this.text[this.at]! : -1;
    if (sign === MINUS || sign === 0x2b) this.at++;
    this.digits();
  }

  private digits(): void {
    const start = this.at;
    while (this.at < this.end && this.text[this.at]! >= ZERO && this.text[this.at]! <= 0x39) this.at++;
    if (this.at === start) throw new NotCanonicalisable('a number is malformed');
  }

  /** RFC 8785 takes ECMAScript's form of a double, which is what `String` gives. */
  private rewriteNumber(start: number, isInteger: boolean): void {
    const token = Buffer.from(this.text.buffer, this.text.byteOffset + start, this.at - start).toString('latin1');
    const value = Number(token);
    if (!Number.isFinite(value)) throw new NotCanonicalisable('a number is larger than a double holds');
    const canonical = String(value);
    if (isInteger && !isExact(token, value, canonical)) {
      throw new NotCanonicalisable('an integer is not one that a double holds');
    }
    if (canonical !== token) this.wasCanonical = false;
    this.reserve(canonical.length + this.end - this.at);
    this.length += this.out.write(canonical, this.length, 'latin1');
  }

  private literal(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      if (this.at >= this.end || this.text[this.at] !== bytes[i]) throw new NotCanonicalisable('it is not JSON');
      this.at++;
      this.out[this.length++] = bytes[i]!;
    }
  }

  private space(): void {
    while (this.at < this.end) {
      const byte = this.text[this.at]!;
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return;
      this.at++;
      this.wasCanonical = false;
    }
  }

  // —— order of members ——

  private compareNames(a: number, b: number): number {
    const { members, out } = this;
    const aStart = members[a]!;
    const aEnd = members[a + 1]!;
    const bStart = members[b]!;
    const bEnd = members[b + 1]!;
    if (members[a + 3] === 1 && members[b + 3] === 1) {
      // Without the quotes: '"' is less than a letter, but more than a space or "!".
      const shared = Math.min(aEnd - aStart, bEnd - bStart) - 1;
      for (let i = 1; i < shared; i++) {
        const difference = out[aStart + i]! - out[bStart + i]!;
        if (difference !== 0) return difference;
      }
      return aEnd - aStart - (bEnd - bStart);
    }
    const left = JSON.parse(out.toString('utf8', aStart, aEnd)) as string;
    const right = JSON.parse(out.toString('utf8', bStart, bEnd)) as string;
    return left < right ? -1 : left > right ? 1 : 0;
  }

  /** Puts the members of the innermost open object, which end where `out` does, into their order. */
  private order(base: number, depth: number): void {
    this.wasCanonical = false;
    const { members, top, out } = this;
    const count = (top - base) / STRIDE;
    const places = this.inOrder(base, count, depth);
    const from = members[base]!;
    const size = this.length - from;
    if (this.aside.length < size) this.aside = Buffer.allocUnsafe(2 * size);
    const { aside } = this;
    const sorted = count <= FEW_MEMBERS ? this.fewMembers : new Int32Array(count * STRIDE);
    let to = 0;
    for (let i = 0; i < count; i++) {
      const place = base + places[i]!;
      const start = members[place]!;
      const end = members[place + 2]!;
      if (i > 0) aside[to++] = COMMA;
      const shift = from + to - start;
      sorted[i * STRIDE] = start + shift;
      sorted[i * STRIDE + 1] = members[place + 1]! + shift;
      sorted[i * STRIDE + 2] = end + shift;
      sorted[i * STRIDE + 3] = members[place + 3]!;
      for (let j = start; j < end; j++) aside[to++] = out[j]!;
    }
    aside.copy(out, from, 0, size);
    for (let i = 0; i < count * STRIDE; i++) members[base + i] = sorted[i]!;
  }

  private readonly fewMembers = new Int32Array(FEW_MEMBERS * STRIDE);
  /** By depth: the order that the members of the last object had. The lines of a log mostly have the same. */
  private readonly lastOrders: number[][] = Array.from({ length: MAX_DEPTH + 1 }, () => []);

  /** The members from `base` on, as offsets from it, in their order. @throws NotCanonicalisable for a name that stands twice */
  private inOrder(base: number, count: number, depth: number): number[] {
    const lastOrder = this.lastOrders[depth]!;
    if (lastOrder.length === count && this.isInOrder(base, lastOrder)) return lastOrder;
    const order = Array.from({ length: count }, (_, i) => i * STRIDE);
    order.sort((a, b) => this.compareNames(base + a, base + b));
    if (!this.isInOrder(base, order)) throw new NotCanonicalisable('a name stands twice in an object');
    if (count <= FEW_MEMBERS) this.lastOrders[depth] = order;
    return order;
  }

  private isInOrder(base: number, order: number[]): boolean {
    for (let i = 1; i < order.length; i++) {
      if (this.compareNames(base + order[i - 1]!, base + order[i]!) >= 0) return false;
    }
    return true;
  }

  // —— room ——

  /** Makes room for so many bytes more. What is not a number never grows: its room is made at the start. */
  private reserve(bytes: number): void {
    const needed = this.length + bytes + 64;
    if (needed <= this.out.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.out.copy(larger, 0, 0, this.length);
    this.out = larger;
  }

  private growMembers(): void {
    const larger = new Int32Array(2 * this.members.length);
    larger.set(this.members);
    this.members = larger;
  }
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  return -1;
}

function hasCapital(text: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (text[i]! >= 0x41 && text[i]! <= 0x46) return true;
  return false;
}

/**
 * Whether an integer is, digit by digit, one that a double stands for: its exact value, or its shortest form. Another one
 * would be read as two numbers by two readers, and could be changed without changing the canonical form.
 */
function isExact(token: string, value: number, canonical: string): boolean {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return true;
  const [mantissa, exponent] = canonical.split('e+') as [string, string?];
  const fraction = mantissa.split('.')[1] ?? '';
  const shortest = exponent ? mantissa.replace('.', '') + '0'.repeat(Number(exponent) - fraction.length) : canonical;
  return token === shortest || BigInt(token) === BigInt(value);
}
