/**
 * The leaf of an entry: what the log's tree is made of, and what is published. Canonical JSON (RFC 8785) in exactly one
 * form: a leaf is parsed, and holds only if what it says gives the same text again. It holds the entry's place and, for each
 * field of its content, a commitment; no content. Needs nothing but Node: the stand-alone verifier is made of this folder.
 */
import { hash } from 'node:crypto';
import { isPlainObject, isWellFormed } from '../canonical';
import { isHash, isInstant, isKind, MalformedLeaf, objectOf } from './text';

export { MalformedLeaf };

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

/** Reads a leaf from its text. @throws MalformedLeaf for any other text than the one form of what it says. */
export function parseLeaf(text: string): Leaf {
  const value = objectOf(text);
  const { at, exercise, incidentId, kind, position, prev, prevInIncident, seq } = value as unknown as Leaf;
  if (!isInstant(at)) throw new MalformedLeaf('its "at" is not an instant');
  if (!isName(incidentId, 200)) throw new MalformedLeaf('its "incidentId" is none');
  if (!isName(kind, 100) || !isKind(kind)) throw new MalformedLeaf('its "kind" is none');
  if (!isNumber(position, Number.MAX_SAFE_INTEGER)) throw new MalformedLeaf('its "position" is none');
  if (!isNumber(seq, 0x7fffffff)) throw new MalformedLeaf('its "seq" is none');
  if (!isHash(prev) || !isHash(prevInIncident)) throw new MalformedLeaf('what it follows is not a hash');
  const fields = fieldsOf(value.fields);
  const leaf: Leaf = { position, prev, incidentId, seq, prevInIncident, at, kind, exercise, fields };
  // Whatever else it holds, or holds in another form, is not in this text.
  if (leafText(leaf) !== text) throw new MalformedLeaf('it is not in the one form of an entry');
  return leaf;
}

/** At least one, in the order of their pointers' UTF-16 code units. */
function fieldsOf(value: unknown): Map<string, string> {
  const fields = new Map<string, string>();
  let before = '';
  const object = isPlainObject(value) ? value : {};
  for (const pointer of Object.keys(object)) {
    const commitment = object[pointer];
    if (!isPointer(pointer) || !isHash(commitment)) throw new MalformedLeaf('its fields are not those of an entry');
    if (pointer <= before) throw new MalformedLeaf('its fields are not in order');
    fields.set(pointer, commitment);
    before = pointer;
  }
  if (fields.size === 0) throw new MalformedLeaf('it has no fields');
  return fields;
}

/** Whether a text can be the pointer of a field. */
export function isPointer(text: string): boolean {
  return text.startsWith('/') && isWellFormed(text);
}

function isName(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= most && isWellFormed(value);
}

function isNumber(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}

/** The one text of a leaf. `fields` must be in the order of their pointers' UTF-16 code units. */
export function leafText(leaf: Omit<Leaf, 'fields'> & { fields: Iterable<readonly [string, string]> }): string {
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
  return hash('sha256', typeof leaf === 'string' ? `\0${leaf}` : Buffer.concat([LEAF_PREFIX, leaf]));
}

const LEAF_PREFIX = Buffer.of(0);

/** The commitment to a field: SHA-256 over its salt (32 hex digits) and the canonical JSON of its value, as UTF-8. */
export function commitmentOf(salt: string, valueText: string): string {
  return hash('sha256', salt + valueText);
}
