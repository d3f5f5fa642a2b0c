/**
 * The leaf of an entry: what the log's tree is made of, and what is published. Canonical JSON (RFC 8785) in exactly one
 * form, so reading it is a comparison. It holds the entry's place and, for each field of its content, a commitment; no
 * content. Needs nothing but Node: the stand-alone verifier is made of this folder.
 */
import { hash } from 'node:crypto';
import { LeafReader } from './leaf-reader';
import { assertHex, MalformedLeaf, quoted } from './text';
import { Viewed } from './words';

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
  const reader = new LeafReader();
  const bytes = Buffer.from(text);
  if (reader.read(new Viewed(bytes), 0) !== bytes.length)
    throw new MalformedLeaf('something follows where an entry ends');
  const { position, incidentId, seq, at, kind, exercise, prevAt, prevInIncidentAt, commitmentsAt, count } = reader;
  for (const place of [prevAt, prevInIncidentAt, ...commitmentsAt]) assertHex(bytes, place, 64);
  const fields = new Map<string, string>();
  for (let i = 0; i < count; i++) fields.set(reader.names[i]!.pointer, reader.hashAt(commitmentsAt[i]!));
  const [prev, prevInIncident] = [reader.hashAt(prevAt), reader.hashAt(prevInIncidentAt)];
  return { position, prev, incidentId, seq, prevInIncident, at, kind, exercise, fields };
}

/** The one text of a leaf. `fields` must be in the order of their pointers' UTF-16 code units. */
export function leafText(leaf: Omit<Leaf, 'fields'> & { fields: Iterable<readonly [string, string]> }): string {
  let fields = '';
  for (const [pointer, commitment] of leaf.fields) {
    fields += `${fields === '' ? '' : ','}${quoted(pointer)}:"${commitment}"`;
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
