/** Gives events their places in the log. Pure: Postgres is told afterwards. */
import { entryBytes, GENESIS, type Head, leafHash } from '../entry';
import { RegisterConflictError, RegisterGapError } from '../errors';
import { type GivenEvent, type Last, type Places, placeKey } from './places';

/** An entry as it is inserted. */
export interface Row {
  position: number;
  incidentId: string;
  seq: number;
  kind: string;
  at: string;
  bytes: Buffer;
  hash: Buffer;
}

/** What came of one call: so many entries written and so many repeated, or why none of its events was taken. */
export type Planned = { appended: number; repeated: number } | { refused: Error };

/**
 * Plans calls one after the other on top of `places`, which then stand behind the last of them. The events of a call get
 * their places all or none: a call that is refused leaves no trace, and hinders no other.
 */
export function planAppends(
  calls: readonly (readonly GivenEvent[])[],
  places: Places,
): { rows: Row[]; outcomes: Planned[] } {
  const rows: Row[] = [];
  const outcomes = calls.map((given): Planned => {
    try {
      const planned = planCall(given, places);
      rows.push(...planned.rows);
      places.head = planned.head;
      for (const [incidentId, last] of planned.lastOf) places.lastOf.set(incidentId, last);
      for (const [key, event] of planned.present) places.present.set(key, event);
      return { appended: planned.rows.length, repeated: given.length - planned.rows.length };
    } catch (error) {
      return { refused: error as Error };
    }
  });
  return { rows, outcomes };
}

function planCall(given: readonly GivenEvent[], places: Places) {
  const rows: Row[] = [];
  const lastOf = new Map<string, Last>();
  const present = new Map<string, { text: string; kind: string }>();
  let head: Head = places.head;
  for (const { event, text } of given) {
    const { incidentId, seq, kind, at } = event;
    const key = placeKey(event);
    const stored = present.get(key) ?? places.present.get(key);
    if (stored !== undefined) {
      if (stored.text === text) continue;
      throw new RegisterConflictError(incidentId, seq, { stored: stored.kind, given: kind });
    }
    const last = lastOf.get(incidentId) ?? places.lastOf.get(incidentId) ?? { seq: 0, hash: GENESIS };
    if (seq !== last.seq + 1) throw new RegisterGapError(incidentId, seq, last.seq + 1);
    const position = head.position + 1;
    const bytes = entryBytes(event, { position, prev: head.hash, prevInIncident: last.hash });
    const hash = leafHash(bytes);
    rows.push({ position, incidentId, seq, kind, at, bytes, hash: Buffer.from(hash, 'hex') });
    head = { position, hash };
    lastOf.set(incidentId, { seq, hash });
    present.set(key, { text, kind });
  }
  return { rows, head, lastOf, present };
}
