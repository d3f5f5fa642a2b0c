/** Gives events their places in the log. Pure: Postgres is told afterwards. */
import type { KeyObject } from 'node:crypto';
import { GENESIS, type Head } from '../entry';
import { RegisterConflictError, RegisterGapError } from '../errors';
import { commit } from '../fields';
import { seal } from '../seal';
import { leafHash, leafText } from '../verifier/leaf';
import { type Opening, openingsText } from '../verifier/openings';
import { type GivenEvent, isSame, type Last, type Places, type Present, placeKey } from './places';

/** An entry as it is inserted: texts in UTF-8, the hash in hex. */
export interface Row {
  position: number;
  incidentId: string;
  seq: number;
  kind: string;
  leaf: string;
  hash: string;
  content: string;
  sealed: Buffer | null;
}

/** What came of one call: so many entries written and so many repeated, or why none of its events was taken. */
export type Planned = { appended: number; repeated: number } | { refused: Error };

/** How content is stored: which fields are personal data, and the incident's data key (null: destroyed). */
export interface Sealing {
  isPersonal(kind: string, pointer: string, text: string): boolean;
  keyOf(incidentId: string): Uint8Array | KeyObject | null;
}

/**
 * Plans calls one after the other on top of `places`, which then stand behind the last of them. The events of a call get
 * their places all or none: a call that is refused leaves no trace, and hinders no other.
 */
export function planAppends(
  calls: readonly (readonly GivenEvent[])[],
  places: Places,
  sealing: Sealing,
): { rows: Row[]; outcomes: Planned[] } {
  const rows: Row[] = [];
  const taken = new Map<string, GivenEvent>();
  const outcomes = calls.map((given): Planned => {
    try {
      const planned = planCall(given, places, taken, sealing);
      for (const row of planned.rows) rows.push(row);
      places.head = planned.head;
      for (const [incidentId, last] of planned.lastOf) places.lastOf.set(incidentId, last);
      for (const [key, event] of planned.taken) taken.set(key, event);
      return { appended: planned.rows.length, repeated: given.length - planned.rows.length };
    } catch (error) {
      return { refused: error as Error };
    }
  });
  return { rows, outcomes };
}

/** @param before the events that calls before this one gave a place. */
function planCall(
  calls: readonly GivenEvent[],
  places: Places,
  before: ReadonlyMap<string, GivenEvent>,
  sealing: Sealing,
) {
  const rows: Row[] = [];
  const lastOf = new Map<string, Last>();
  const taken = new Map<string, GivenEvent>();
  let head: Head = places.head;
  for (const given of calls) {
    const { incidentId, seq, kind } = given.event;
    const key = placeKey(given.event);
    const earlier = taken.get(key) ?? before.get(key);
    const stored = earlier === undefined ? places.present.get(key) : asPresent(earlier);
    if (stored !== undefined) {
      if (isSame(stored, given)) continue;
      throw new RegisterConflictError(incidentId, seq, { stored: stored.leaf.kind, given: kind });
    }
    const last = lastOf.get(incidentId) ?? places.lastOf.get(incidentId) ?? { seq: 0, hash: GENESIS };
    if (seq !== last.seq + 1) throw new RegisterGapError(incidentId, seq, last.seq + 1);
    const row = rowOf(given, head, last.hash, sealing);
    rows.push(row);
    head = { position: row.position, hash: row.hash };
    lastOf.set(incidentId, { seq, hash: row.hash });
    taken.set(key, given);
  }
  return { rows, head, lastOf, taken };
}

/** What a later event of the same batch finds in its place. */
function asPresent({ event, fields }: GivenEvent): Present {
  return {
    leaf: { at: event.at, kind: event.kind, exercise: event.exercise, fields: new Set(fields.map((f) => f.pointer)) },
    values: new Map(fields.map(({ pointer, text }) => [pointer, text])),
  };
}

function rowOf({ event, fields }: GivenEvent, head: Head, prevInIncident: string, sealing: Sealing): Row {
  const { incidentId, seq, at, kind, exercise } = event;
  const { openings, commitments } = commit(fields);
  const position = head.position + 1;
  const prev = head.hash;
  // Named one by one: a spread here costs as much as the hashes.
  const leaf = leafText({ position, prev, incidentId, seq, prevInIncident, at, kind, exercise, fields: commitments });
  const [open, personal]: [Opening[], Opening[]] = [[], []];
  for (const each of openings) (sealing.isPersonal(kind, each.pointer, each.text) ? personal : open).push(each);
  // Without its key, what is personal is committed to and kept nowhere: it was erased before it came.
  const key = personal.length > 0 ? sealing.keyOf(incidentId) : null;
  const sealed = key === null ? null : seal(key, incidentId, seq, openingsText(personal));
  return { position, incidentId, seq, kind, leaf, hash: leafHash(leaf), content: openingsText(open), sealed };
}
