/**
 * The leaf of an entry: what the log's tree is made of, and what is published. Canonical JSON (RFC 8785) in exactly one
 * form, so reading it is a comparison. It holds the entry's place and, for each field of its content, a commitment; no
 * content. Needs nothing but Node: the stand-alone verifier is made of this folder.
 */
import { hash } from 'node:crypto';

/** The hash before the first: 64 zeros. */
export const GENESIS = '0'.repeat(64);

/** What a leaf says. Hashes in lower-case hex. */
export interface Leaf {
  /** 1, 2, 3 … without gap in the whole log. The tree's index of the leaf is one less. */
  position: number;
  /** Leaf hash of the entry before it in the whole log. */
  prev: string;
  /** The incident or case. */
  incidentId: string;
  /** 1, 2, 3 … without gap within the incident. */
  seq: number;
  /** Leaf hash of the entry before it in its incident, so that one incident verifies on its own. */
  prevInIncident: string;
  /** When it happened by the incident's clock: UTC with milliseconds. */
  at: string;
  kind: string;
  exercise: boolean;
  /** JSON Pointer (RFC 6901) of each field of the content → its commitment. In the order of the leaf. */
  fields: Map<string, string>;
}

/** The text is not a leaf in its one form; the message says what is wrong without quoting it. */
export class MalformedLeaf extends Error {}

const HEAD = /\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","exercise":(true|false),"fields":\{/y;
/** The source of a pattern for a JSON string whose escapes are still to be looked at. */
export const STRING = String.raw`"(?:[^"\\\x00-\x1f]|\\.)*"`;
const FIELD = new RegExp(`(${STRING}):"([0-9a-f]{64})"([,}])`, 'y');
const TAIL = new RegExp(
  String.raw`,"incidentId":(${STRING}),"kind":"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)","position":([1-9]\d{0,15}),` +
    String.raw`"prev":"([0-9a-f]{64})","prevInIncident":"([0-9a-f]{64})","seq":([1-9]\d{0,9}),"v":2\}`,
  'y',
);

/** Reads a leaf from its text. @throws MalformedLeaf for any other text than the one form of what it says. */
export function parseLeaf(text: string): Leaf {
  HEAD.lastIndex = 0;
  const head = HEAD.exec(text);
  if (head === null) throw new MalformedLeaf('it does not begin as an entry does');
  const at = head[1]!;
  if (!isInstant(at)) throw new MalformedLeaf('"at" is no instant');
  const fields = new Map<string, string>();
  let place = HEAD.lastIndex;
  for (let before = ''; ; ) {
    FIELD.lastIndex = place;
    const field = FIELD.exec(text);
    if (field === null) throw new MalformedLeaf('its fields are not in the form of an entry');
    const pointer = stringOf(field[1]!);
    if (pointer <= before) throw new MalformedLeaf('its fields are not in order');
    if (!pointer.startsWith('/')) throw new MalformedLeaf('a field is named by no JSON Pointer');
    fields.set(pointer, field[2]!);
    before = pointer;
    place = FIELD.lastIndex;
    if (field[3] === '}') break;
  }
  TAIL.lastIndex = place;
  const tail = TAIL.exec(text);
  if (tail === null || TAIL.lastIndex !== text.length) throw new MalformedLeaf('it does not end as an entry does');
  const incidentId = stringOf(tail[1]!);
  const [kind, position, seq] = [tail[2]!, Number(tail[3]), Number(tail[6])];
  if (incidentId.length === 0 || incidentId.length > 200 || kind.length > 100) {
    throw new MalformedLeaf('the incident or the kind is empty or too long');
  }
  if (!Number.isSafeInteger(position) || seq > 0x7fffffff) throw new MalformedLeaf('a number is too large');
  return {
    position,
    prev: tail[4]!,
    incidentId,
    seq,
    prevInIncident: tail[5]!,
    at,
    kind,
    exercise: head[2] === 'true',
    fields,
  };
}

/** The one text of a leaf. `fields` must be in the order of their pointers' UTF-16 code units. */
export function leafText(leaf: Leaf): string {
  let fields = '';
  for (const [pointer, commitment] of leaf.fields) {
    fields += `${fields === '' ? '' : ','}${JSON.stringify(pointer)}:"${commitment}"`;
  }
  const { at, exercise, incidentId, kind, position, prev, prevInIncident, seq } = leaf;
  return (
    `{"at":"${at}","exercise":${exercise},"fields":{${fields}},"incidentId":${JSON.stringify(incidentId)},"kind":"${kind}",` +
    `"position":${position},"prev":"${prev}","prevInIncident":"${prevInIncident}","seq":${seq},"v":2}`
  );
}

/** RFC 6962 leaf hash, SHA-256(0x00 ‖ leaf), in hex. */
export function leafHash(leaf: Uint8Array | string): string {
  if (typeof leaf === 'string') return hash('sha256', `\0${leaf}`);
  const prefixed = new Uint8Array(leaf.length + 1);
  prefixed.set(leaf, 1);
  return hash('sha256', prefixed);
}

/** The commitment to a field: SHA-256 over its salt (32 hex digits) and the canonical JSON of its value, as UTF-8. */
export function commitmentOf(salt: string, valueText: string): string {
  return hash('sha256', salt + valueText);
}

/** A JSON string in canonical form. @throws MalformedLeaf when it has another escape than RFC 8785 asks for. */
export function stringOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  let value: unknown;
  try {
    value = JSON.parse(quoted);
  } catch {
    throw new MalformedLeaf('a string is not JSON');
  }
  if (JSON.stringify(value) !== quoted) throw new MalformedLeaf('a string is not in canonical form');
  return value as string;
}

/** Whether a text of the form 2026-04-01T03:00:00.000Z is an instant. */
export function isInstant(at: string): boolean {
  const [month, day] = [Number(at.slice(5, 7)), Number(at.slice(8, 10))];
  if (month < 1 || month > 12 || day < 1) return false;
  if (at.slice(11, 13) > '23' || at.slice(14, 16) > '59' || at.slice(17, 19) > '59') return false;
  return day <= 28 || new Date(at).toJSON() === at;
}
