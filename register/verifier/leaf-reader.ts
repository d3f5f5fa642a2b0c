/**
 * Reads leaves one after the other, fast: byte by byte, without making a text of each part. The leaves of a log resemble
 * one another, so what was seen in the last ones (names of fields, the kind, the incident) is expected and compared.
 */
import { bytesOf, digit, isAt, isInstant, MalformedLeaf, stringEnd, stringOf } from './text';

const KIND = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const AT = bytesOf('{"at":"');
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const INSTANT_LENGTH = 24;
const EXERCISE = bytesOf('","exercise":true,"fields":{');
const NO_EXERCISE = bytesOf('","exercise":false,"fields":{');
const ID = bytesOf(',"incidentId":');
const BEFORE_KIND = bytesOf(',"kind":"');
const BEFORE_POSITION = bytesOf('","position":');
const BEFORE_PREV = bytesOf(',"prev":"');
const BEFORE_PREV_IN_INCIDENT = bytesOf('","prevInIncident":"');
const BEFORE_SEQ = bytesOf('","seq":');
const END = bytesOf(',"v":2}');
const HASH_LENGTH = 64;
const [QUOTE, COLON, COMMA, CLOSE] = [0x22, 0x3a, 0x2c, 0x7d];

/** What is remembered is bounded: names may come from outside. */
const MOST_KNOWN = 1_000;
const MOST_NEXT = 8;

/** The name of a field, as it was met, and the names that were met behind it. */
export interface FieldName {
  pointer: string;
  /** With its quotes, as it stands in a leaf and among openings. */
  quoted: Uint8Array;
  next: FieldName[];
}

/** Reads leaves; what the last one said stands in its fields until the next one is read. */
export class LeafReader {
  bytes: Buffer = Buffer.alloc(0);
  position = 0;
  /** Where the hashes begin in `bytes`. Whether they are 64 hexadecimal digits is for the caller to check, or to compare them. */
  prevAt = 0;
  prevInIncidentAt = 0;
  incidentId = '';
  seq = 0;
  kind = '';
  exercise = false;
  /** How many of `names` and `commitmentsAt` (see `prevAt`) belong to the leaf. */
  count = 0;
  readonly names: FieldName[] = [];
  readonly commitmentsAt: number[] = [];

  private from = 0;
  private readonly known = new Map<string, FieldName>();
  private readonly kinds = new Set<string>();
  private readonly first: FieldName = { pointer: '', quoted: new Uint8Array(), next: [] };
  /** The incident's id and the kind as they stood in the last leaf that had others, and where a number ended. */
  private quotedId: Uint8Array = new Uint8Array();
  private kindBytes: Uint8Array = new Uint8Array();
  private numberEnd = 0;

  /** Reads the leaf at `from`; answers where it ends. @throws MalformedLeaf for what is not the one form of a leaf, but for the digits of its hashes. */
  read(bytes: Buffer, from: number): number {
    this.bytes = bytes;
    this.from = from;
    if (!isAt(bytes, from, AT)) throw new MalformedLeaf(NO_BEGIN);
    const end = from + AT.length + INSTANT_LENGTH;
    if (!isInstantAt(bytes, end - INSTANT_LENGTH)) throw new MalformedLeaf('"at" is no instant');
    this.exercise = isAt(bytes, end, EXERCISE);
    const head = this.exercise ? EXERCISE : NO_EXERCISE;
    if (!isAt(bytes, end, head)) throw new MalformedLeaf(NO_BEGIN);
    return this.readTail(this.readFields(end + head.length));
  }

  /** Reads the place and the hashes of a leaf only; answers where it ends. @throws MalformedLeaf when they do not stand where they should. */
  readPlace(bytes: Buffer, from: number): number {
    this.bytes = bytes;
    return this.readTail(bytes.indexOf(ID, from));
  }

  /** The time of the leaf that was read in full. */
  get at(): string {
    return this.bytes.toString('latin1', this.from + AT.length, this.from + AT.length + INSTANT_LENGTH);
  }

  /** A hash that begins at a place of `bytes`. */
  hashAt(place: number): string {
    return this.bytes.toString('latin1', place, place + HASH_LENGTH);
  }

  /** Reads the fields from `place` on; answers where the brace behind them ends. */
  private readFields(place: number): number {
    const { bytes, names, commitmentsAt } = this;
    let name = this.first;
    for (let count = 0; ; ) {
      name = this.nameAt(place, name);
      const from = place + name.quoted.length + 2;
      const to = from + HASH_LENGTH;
      names[count] = name;
      commitmentsAt[count] = from;
      count += 1;
      place = to + 2;
      const after = bytes[to] === QUOTE ? bytes[to + 1] : undefined;
      if (after === COMMA) continue;
      if (after !== CLOSE) throw new MalformedLeaf(NO_FIELDS);
      this.count = count;
      return place;
    }
  }

  private nameAt(place: number, before: FieldName): FieldName {
    const { bytes } = this;
    for (const each of before.next) {
      const end = place + each.quoted.length;
      if (bytes[end] === COLON && bytes[end + 1] === QUOTE && isAt(bytes, place, each.quoted)) return each;
    }
    const end = stringEnd(bytes, place);
    if (end === undefined || bytes[end] !== COLON || bytes[end + 1] !== QUOTE) throw new MalformedLeaf(NO_FIELDS);
    const name = this.nameOf(bytes.toString('utf8', place, end));
    if (name.pointer <= before.pointer) throw new MalformedLeaf('its fields are not in order');
    if (before.next.length < MOST_NEXT) before.next.push(name);
    return name;
  }

  private nameOf(quoted: string): FieldName {
    const known = this.known.get(quoted);
    if (known !== undefined) return known;
    const pointer = stringOf(quoted);
    if (!pointer.startsWith('/')) throw new MalformedLeaf('a field is named by no JSON Pointer');
    const name = { pointer, quoted: bytesOf(quoted), next: [] };
    if (this.known.size < MOST_KNOWN) this.known.set(quoted, name);
    return name;
  }

  private readTail(place: number): number {
    const { bytes } = this;
    place = this.readId(expected(bytes, place, ID));
    place = this.readKind(expected(bytes, place, BEFORE_KIND));
    this.position = this.readNumber(expected(bytes, place, BEFORE_POSITION), Number.MAX_SAFE_INTEGER);
    this.prevAt = expected(bytes, this.numberEnd, BEFORE_PREV);
    this.prevInIncidentAt = expected(bytes, this.prevAt + HASH_LENGTH, BEFORE_PREV_IN_INCIDENT);
    this.seq = this.readNumber(expected(bytes, this.prevInIncidentAt + HASH_LENGTH, BEFORE_SEQ), 0x7fffffff);
    return expected(bytes, this.numberEnd, END);
  }

  private readId(place: number): number {
    const { bytes, quotedId } = this;
    if (quotedId.length > 0 && isAt(bytes, place, quotedId)) return place + quotedId.length;
    const end = stringEnd(bytes, place);
    if (end === undefined) throw new MalformedLeaf(NO_END);
    const id = stringOf(bytes.toString('utf8', place, end));
    if (id.length === 0 || id.length > 200) throw new MalformedLeaf(NO_NAME);
    this.quotedId = Uint8Array.prototype.slice.call(bytes, place, end);
    this.incidentId = id;
    return end;
  }

  private readKind(place: number): number {
    const { bytes, kindBytes } = this;
    const after = place + kindBytes.length;
    if (kindBytes.length > 0 && bytes[after] === QUOTE && isAt(bytes, place, kindBytes)) return after;
    const end = bytes.indexOf(QUOTE, place);
    const kind = bytes.toString('latin1', place, Math.min(end, place + 101));
    if (!this.kinds.has(kind)) {
      if (kind.length > 100) throw new MalformedLeaf(NO_NAME);
      if (!KIND.test(kind)) throw new MalformedLeaf(NO_END);
      if (this.kinds.size < MOST_KNOWN) this.kinds.add(kind);
    }
    this.kind = kind;
    this.kindBytes = bytesOf(kind);
    return end;
  }

  /** A whole number from 1 to `most` in its one form. */
  private readNumber(place: number, most: number): number {
    const { bytes } = this;
    let value = 0;
    let end = place;
    for (; end < place + 17; end++) {
      const next = digit(bytes[end]);
      if (next < 0) break;
      value = value * 10 + next;
    }
    if (value === 0 || digit(bytes[place]) === 0) throw new MalformedLeaf(NO_END);
    if (value > most) throw new MalformedLeaf('a number is too large');
    this.numberEnd = end;
    return value;
  }
}

const NO_BEGIN = 'it does not begin as an entry does';
const NO_FIELDS = 'its fields are not in the form of an entry';
const NO_END = 'it does not end as an entry does';
const NO_NAME = 'the incident or the kind is empty or too long';

function expected(bytes: Uint8Array, place: number, what: Uint8Array): number {
  if (!isAt(bytes, place, what)) throw new MalformedLeaf(NO_END);
  return place + what.length;
}

/** Most instants are told by their digits; the last days of months, and what is none, by the calendar. */
function isInstantAt(bytes: Buffer, place: number): boolean {
  const two = (at: number) => {
    const [tens, ones] = [digit(bytes[place + at]), digit(bytes[place + at + 1])];
    return tens < 0 || ones < 0 ? 99 : tens * 10 + ones;
  };
  const [month, day] = [two(5), two(8)];
  const plain =
    two(0) < 99 &&
    two(2) < 99 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 28 &&
    two(11) <= 23 &&
    two(14) <= 59 &&
    two(17) <= 59 &&
    two(20) < 99 &&
    digit(bytes[place + 22]) >= 0 &&
    bytes[place + 4] === 0x2d &&
    bytes[place + 7] === 0x2d &&
    bytes[place + 10] === 0x54 &&
    bytes[place + 13] === COLON &&
    bytes[place + 16] === COLON &&
    bytes[place + 19] === 0x2e &&
    bytes[place + 23] === 0x5a;
  if (plain) return true;
  const text = bytes.toString('latin1', place, place + INSTANT_LENGTH);
  return INSTANT.test(text) && isInstant(text);
}
