/**
 * Reads leaves one after the other, fast: as bytes, without making a text of each part. The leaves of a log resemble
 * one another, so what was seen in the last ones (names of fields, the kind, the incident) is expected and compared.
 */
import { bytesOf, digit, isInstant, isKind, MalformedLeaf, stringEnd, stringOf } from './text';
import { NOWHERE, Pattern, Viewed } from './words';

const AT_START = '{"at":"';
const AT = new Pattern(AT_START);
const [DATE_LENGTH, INSTANT_LENGTH] = [10, 24];
const BEFORE_EXERCISE = '","exercise":';
const EXERCISE = new Pattern(`${BEFORE_EXERCISE}true,"fields":{`);
const NO_EXERCISE = new Pattern(`${BEFORE_EXERCISE}false,"fields":{`);
const T = 0x74;
const BEFORE_ID = ',"incidentId":';
const BEFORE_KIND = ',"kind":"';
const AFTER_KIND = '","position":';
const ID = new Pattern(BEFORE_ID);
const KIND_START = new Pattern(BEFORE_KIND);
const KIND_END = new Pattern(AFTER_KIND);
const PREV = new Pattern(',"prev":"');
const PREV_IN_INCIDENT = new Pattern('","prevInIncident":"');
const SEQ = new Pattern('","seq":');
const END = new Pattern(',"v":2}');
const HASH_LENGTH = 64;
const [QUOTE, COLON, COMMA, CLOSE] = [0x22, 0x3a, 0x2c, 0x7d];

/** What is remembered is bounded: names may come from outside. */
const MOST_KNOWN = 1_000;
const MOST_NEXT = 8;

/** The name of a field, as it was met, and the names that were met behind it. */
export interface FieldName {
  pointer: string;
  /** As it stands in a leaf, and among openings: with its quotes and what follows them. */
  inLeaf: Pattern;
  inOpenings: Pattern;
  next: FieldName[];
}

interface KnownId {
  id: string;
  pattern: Pattern;
}

/** Reads leaves, which must be UTF-8; what the last one said stands in its fields until the next one is read. */
export class LeafReader {
  text = new Viewed(Buffer.alloc(0));
  position = 0;
  /** Where the hashes begin in `text`. Whether they are 64 hexadecimal digits is for the caller to check, or to compare them. */
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
  private readonly ids = new Map<string, KnownId>();
  private readonly kinds = new Map<string, Pattern>();
  private readonly first: FieldName = named('', '""');
  /** The day, the incident's id and the kind as they stood in the last leaf that had others, and where a number ended. */
  private withDate = NOWHERE;
  private withId = NOWHERE;
  private withKind = NOWHERE;
  private numberEnd = 0;

  /** Reads the leaf at `from`; answers where it ends. @throws MalformedLeaf for what is not the one form of a leaf, but for the digits of its hashes. */
  read(text: Viewed, from: number): number {
    [this.text, this.from] = [text, from];
    const end = this.readInstant(from);
    this.exercise = text.bytes[end + BEFORE_EXERCISE.length] === T;
    const fields = expected(text, end, this.exercise ? EXERCISE : NO_EXERCISE, NO_BEGIN);
    return this.readTail(this.readFields(fields));
  }

  /** The time of the leaf that was read in full. */
  get at(): string {
    return this.text.bytes.toString('latin1', this.from + AT.length, this.from + AT.length + INSTANT_LENGTH);
  }

  /** A hash that begins at a place of `text`. */
  hashAt(place: number): string {
    return this.text.bytes.toString('latin1', place, place + HASH_LENGTH);
  }

  /** Reads from the beginning up to the end of the instant: of the day that the last leaf had, the time is to be read only. */
  private readInstant(from: number): number {
    const { text, withDate } = this;
    const end = from + AT.length + INSTANT_LENGTH;
    if (withDate.isAt(text, from) && isTimeAt(text.bytes, from + withDate.length)) return end;
    const instant = text.bytes.toString('latin1', expected(text, from, AT, NO_BEGIN), end);
    if (!isInstant(instant)) throw new MalformedLeaf('"at" is no instant');
    this.withDate = new Pattern(AT_START + instant.slice(0, DATE_LENGTH));
    return end;
  }

  /** Reads the fields from `place` on; answers where the brace behind them ends. */
  private readFields(place: number): number {
    const { names, commitmentsAt } = this;
    const { bytes } = this.text;
    let name = this.first;
    for (let count = 0; ; ) {
      name = this.nameAt(place, name);
      const from = place + name.inLeaf.length;
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
    const { text } = this;
    const { bytes } = text;
    for (const each of before.next) if (each.inLeaf.isAt(text, place)) return each;
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
    const name = named(pointer, quoted);
    if (this.known.size < MOST_KNOWN) this.known.set(quoted, name);
    return name;
  }

  private readTail(place: number): number {
    const { text } = this;
    this.position = this.readNumber(this.readKind(this.readId(place)), Number.MAX_SAFE_INTEGER);
    this.prevAt = expected(text, this.numberEnd, PREV, NO_END);
    this.prevInIncidentAt = expected(text, this.prevAt + HASH_LENGTH, PREV_IN_INCIDENT, NO_END);
    this.seq = this.readNumber(expected(text, this.prevInIncidentAt + HASH_LENGTH, SEQ, NO_END), 0x7fffffff);
    return expected(text, this.numberEnd, END, NO_END);
  }

  private readId(place: number): number {
    const { text, withId } = this;
    const { bytes } = text;
    if (withId.isAt(text, place)) return place + withId.length;
    const from = expected(text, place, ID, NO_END);
    const end = stringEnd(bytes, from);
    if (end === undefined) throw new MalformedLeaf(NO_END);
    const quoted = bytes.toString('utf8', from, end);
    const known = this.ids.get(quoted) ?? this.idOf(quoted);
    this.withId = known.pattern;
    this.incidentId = known.id;
    return end;
  }

  private idOf(quoted: string): KnownId {
    const id = stringOf(quoted);
    if (id.length === 0 || id.length > 200) throw new MalformedLeaf(NO_NAME);
    const known = { id, pattern: new Pattern(BEFORE_ID + quoted) };
    if (this.ids.size === MOST_KNOWN) this.ids.clear();
    this.ids.set(quoted, known);
    return known;
  }

  private readKind(place: number): number {
    const { text, withKind } = this;
    const { bytes } = text;
    if (withKind.isAt(text, place)) return place + withKind.length;
    const from = expected(text, place, KIND_START, NO_END);
    const end = bytes.indexOf(QUOTE, from);
    const kind = bytes.toString('latin1', from, Math.min(end, from + 101));
    this.withKind = this.kinds.get(kind) ?? this.kindOf(kind);
    this.kind = kind;
    return expected(text, end, KIND_END, NO_END);
  }

  private kindOf(kind: string): Pattern {
    if (kind.length > 100) throw new MalformedLeaf(NO_NAME);
    if (!isKind(kind)) throw new MalformedLeaf(NO_END);
    const pattern = new Pattern(BEFORE_KIND + kind + AFTER_KIND);
    if (this.kinds.size < MOST_KNOWN) this.kinds.set(kind, pattern);
    return pattern;
  }

  /** A whole number from 1 to `most` in its one form. */
  private readNumber(place: number, most: number): number {
    const { bytes } = this.text;
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

/** Where a pattern ends that must stand at a place. */
function expected(text: Viewed, place: number, pattern: Pattern, otherwise: string): number {
  if (!pattern.isAt(text, place)) throw new MalformedLeaf(otherwise);
  return place + pattern.length;
}

function named(pointer: string, quoted: string): FieldName {
  return { pointer, inLeaf: new Pattern(`${quoted}:"`), inOpenings: new Pattern(`${quoted}:["`), next: [] };
}

/** Whether a time of the form T03:00:00.000Z stands at a place. */
function isTimeAt(bytes: Buffer, place: number): boolean {
  for (let i = 0; i < EARLIEST.length; i++) {
    const byte = bytes[place + i]!;
    if (!(byte >= EARLIEST[i]! && byte <= LATEST[i]!)) return false;
  }
  return bytes[place + 1] !== TWO || bytes[place + 2]! <= THREE;
}

/** Each byte of a time is between these, and its hour is not above 23. */
const [EARLIEST, LATEST] = [bytesOf('T00:00:00.000Z'), bytesOf('T29:59:59.999Z')];
const [TWO, THREE] = [0x32, 0x33];
