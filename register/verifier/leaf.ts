/**
 * The leaf of an entry: what the log's tree is made of, and what is published. Canonical JSON (RFC 8785) in exactly one
 * form: a leaf is parsed, and holds only if what it says gives the same text again. It holds the entry's place and, for each
 * field of its content, a commitment; no content. Needs nothing but Node: the stand-alone verifier is made of this folder.
 */
import { hash } from 'node:crypto';
import { isPlainObject, isWellFormed } from '../canonical';
import { hasOnly, isHash, isInstant, isKind, MalformedLeaf } from './text';

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

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= most && isWellFormed(value);
const isNumber = (value: unknown, most: number) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;

/** What each member must be. */
const MEMBERS: Record<string, (value: unknown) => boolean> = {
  at: (value) => typeof value === 'string' && isInstant(value),
  exercise: (value) => typeof value === 'boolean',
  fields: (value) => isPlainObject(value) && areFields(Object.entries(value)),
  incidentId: (value) => isText(value, 200),
  kind: (value) => isText(value, 100) && isKind(value),
  position: (value) => isNumber(value, Number.MAX_SAFE_INTEGER),
  prev: isHash,
  prevInIncident: isHash,
  seq: (value) => isNumber(value, 0x7fffffff),
  v: (value) => value === 2,
};
const NAMES = Object.keys(MEMBERS);

/** At least one, in the order of their pointers' UTF-16 code units. */
function areFields(fields: [string, unknown][]): boolean {
  return (
    fields.length > 0 &&
    fields.every(([pointer, commitment], i) => {
      return isPointer(pointer) && isHash(commitment) && (i === 0 || fields[i - 1]![0] < pointer);
    })
  );
}

/** Whether a text can be the pointer of a field. */
export function isPointer(text: string): boolean {
  return text.startsWith('/') && isWellFormed(text);
}

/** Reads a leaf from its text. @throws MalformedLeaf for any other text than the one form of what it says. */
export function parseLeaf(text: string): Leaf {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedLeaf('it is not JSON');
  }
  if (!isPlainObject(value) || !hasOnly(value, NAMES))
    throw new MalformedLeaf('it does not have the members of an entry');
  const bad = NAMES.find((name) => !MEMBERS[name]!(value[name]));
  if (bad !== undefined) throw new MalformedLeaf(`its "${bad}" is not what that of an entry must be`);
  const { v: _, fields, ...place } = value;
  const leaf = { ...place, fields: new Map(Object.entries(fields as object)) } as Leaf;
  if (leafText(leaf) !== text) throw new MalformedLeaf('it is not in canonical form');
  return leaf;
}

/** The one text of a leaf. `fields` must be in the order of their pointers' UTF-16 code units. */
export function leafText(leaf: Omit<Leaf, 'fields'> & { fields: Iterable<readonly [string, string]> }): string {
  const fields: string[] = [];
  for (const [pointer, commitment] of leaf.fields) fields.push(`${JSON.stringify(pointer)}:"${commitment}"`);
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
