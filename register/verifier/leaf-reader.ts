/**
 * Reads leaves one after the other, fast. The leaves of a log resemble one another: what was seen in the last ones (names
 * of fields, kinds, the incident) is expected and compared, which costs a fraction of taking it apart by patterns.
 */
import { copyOf, isInstant, MalformedLeaf, STRING, stringOf } from './text';

const HEAD = /\{"at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","exercise":(?:true,|false,)"fields":\{/y;
const NAME = new RegExp(STRING, 'y');
const KIND = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const BEFORE_ID = ',"incidentId":';
const BEFORE_KIND = ',"kind":"';
const BEFORE_POSITION = '","position":';
const BEFORE_PREV = ',"prev":"';
const BEFORE_PREV_IN_INCIDENT = '","prevInIncident":"';
const BEFORE_SEQ = '","seq":';
const END = ',"v":2}';
const HASH_LENGTH = 64;

/** What is remembered is bounded: names may come from outside. */
const MOST_KNOWN = 1_000;
const MOST_NEXT = 8;

/** The name of a field, as it was met, and the names that were met behind it. */
export interface FieldName {
  pointer: string;
  /** How it begins in a leaf, `"/by":"`, and among openings, `"/by":["`. */
  inLeaf: string;
  inOpenings: string;
  next: FieldName[];
}

/** Reads leaves; what the last one said stands in its fields until the next one is read. */
export class LeafReader {
  position = 0;
  /** 64 characters each; whether they are hexadecimal digits is for the caller to check, or to compare them. */
  prev = '';
  prevInIncident = '';
  incidentId = '';
  seq = 0;
  at = '';
  kind = '';
  exercise = false;
  /** How many of `names` and `commitments` (64 characters each, see `prev`) belong to the leaf. */
  count = 0;
  readonly names: FieldName[] = [];
  readonly commitments: string[] = [];

  private readonly known = new Map<string, FieldName>();
  private readonly kinds = new Set<string>();
  private readonly first: FieldName = { pointer: '', inLeaf: '', inOpenings: '', next: [] };
  /** The incident's id as it stood in the last leaf, quoted, and where a number ended. */
  private quotedId = '';
  private numberEnd = 0;

  /** Reads a leaf. @throws MalformedLeaf for any text that is not the one form of a leaf, but for the digits of its hashes. */
  read(text: string): void {
    HEAD.lastIndex = 0;
    if (!HEAD.test(text)) throw new MalformedLeaf('it does not begin as an entry does');
    this.at = text.slice(7, 31);
    if (!isInstant(this.at)) throw new MalformedLeaf('"at" is no instant');
    this.exercise = text[44] === 't';
    this.readTail(text, this.readFields(text, HEAD.lastIndex));
  }

  /** Reads the place and the hashes of a leaf only. @throws MalformedLeaf when they do not stand where they should. */
  readPlace(text: string): void {
    this.readTail(text, Math.max(0, text.indexOf(BEFORE_ID)));
  }

  /** Reads the fields from `place` on; answers where the brace behind them ends. */
  private readFields(text: string, place: number): number {
    let name = this.first;
    for (let count = 0; ; ) {
      name = this.nameAt(text, place, name);
      const from = place + name.inLeaf.length;
      const to = from + HASH_LENGTH;
      this.names[count] = name;
      this.commitments[count] = text.slice(from, to);
      count += 1;
      place = to + 2;
      if (text.startsWith('",', to)) continue;
      if (!text.startsWith('"}', to)) throw new MalformedLeaf('its fields are not in the form of an entry');
      this.count = count;
      return place;
    }
  }

  private nameAt(text: string, place: number, before: FieldName): FieldName {
    for (const each of before.next) if (text.startsWith(each.inLeaf, place)) return each;
    NAME.lastIndex = place;
    if (!NAME.test(text) || !text.startsWith(':"', NAME.lastIndex)) {
      throw new MalformedLeaf('its fields are not in the form of an entry');
    }
    const name = this.nameOf(copyOf(text.slice(place, NAME.lastIndex)));
    if (name.pointer <= before.pointer) throw new MalformedLeaf('its fields are not in order');
    if (before.next.length < MOST_NEXT) before.next.push(name);
    return name;
  }

  private nameOf(quoted: string): FieldName {
    const known = this.known.get(quoted);
    if (known !== undefined) return known;
    const pointer = stringOf(quoted);
    if (!pointer.startsWith('/')) throw new MalformedLeaf('a field is named by no JSON Pointer');
    const name = { pointer, inLeaf: `${quoted}:"`, inOpenings: `${quoted}:["`, next: [] };
    if (this.known.size < MOST_KNOWN) this.known.set(quoted, name);
    return name;
  }

  private readTail(text: string, place: number): void {
    place = this.readId(text, expected(text, place, BEFORE_ID));
    place = this.readKind(text, expected(text, place, BEFORE_KIND));
    this.position = this.readNumber(text, place, Number.MAX_SAFE_INTEGER);
    place = expected(text, this.numberEnd, BEFORE_PREV) + HASH_LENGTH;
    this.prev = text.slice(place - HASH_LENGTH, place);
    place = expected(text, place, BEFORE_PREV_IN_INCIDENT) + HASH_LENGTH;
    this.prevInIncident = text.slice(place - HASH_LENGTH, place);
    this.seq = this.readNumber(text, expected(text, place, BEFORE_SEQ), 0x7fffffff);
    if (expected(text, this.numberEnd, END) !== text.length) throw new MalformedLeaf(NO_END);
  }

  private readId(text: string, place: number): number {
    if (this.quotedId !== '' && text.startsWith(this.quotedId, place)) return place + this.quotedId.length;
    NAME.lastIndex = place;
    if (!NAME.test(text)) throw new MalformedLeaf(NO_END);
    const quoted = text.slice(place, NAME.lastIndex);
    const id = stringOf(quoted);
    if (id.length === 0 || id.length > 200) throw new MalformedLeaf(NO_NAME);
    [this.quotedId, this.incidentId] = [quoted, id];
    return place + quoted.length;
  }

  /** Reads the kind; answers where the position begins. */
  private readKind(text: string, place: number): number {
    const end = text.indexOf(BEFORE_POSITION, place);
    if (end < 0) throw new MalformedLeaf(NO_END);
    const after = end + BEFORE_POSITION.length;
    if (this.kind !== '' && end - place === this.kind.length && text.startsWith(this.kind, place)) return after;
    const kind = text.slice(place, end);
    if (!this.kinds.has(kind)) {
      if (kind.length > 100) throw new MalformedLeaf(NO_NAME);
      if (!KIND.test(kind)) throw new MalformedLeaf(NO_END);
      if (this.kinds.size < MOST_KNOWN) this.kinds.add(copyOf(kind));
    }
    this.kind = kind;
    return after;
  }

  /** A whole number from 1 to `most` in its one form. */
  private readNumber(text: string, place: number, most: number): number {
    let value = 0;
    let end = place;
    for (; end < place + 17; end++) {
      const digit = text.charCodeAt(end) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (value === 0 || text[place] === '0') throw new MalformedLeaf(NO_END);
    if (value > most) throw new MalformedLeaf('a number is too large');
    this.numberEnd = end;
    return value;
  }
}

const NO_END = 'it does not end as an entry does';
const NO_NAME = 'the incident or the kind is empty or too long';

function expected(text: string, place: number, what: string): number {
  if (!text.startsWith(what, place)) throw new MalformedLeaf(NO_END);
  return place + what.length;
}
