/** Gives events their places in the log. Pure: Postgres is told afterwards. */
import { GENESIS, type Head, leafHash } from '../entry';
import { RegisterConflictError, RegisterGapError } from '../errors';
import { commit } from '../fields';
import { seal } from '../seal';
import { leafText } from '../verifier/leaf';
import { type Opening, openingsText } from '../verifier/openings';
import type { Row } from './insert-rows';
import { type End, type GivenEvent, isSame, type Last, type Places, type Present, placeKey } from './places';

/** What came of one call: so many entries written and so many repeated, or why none of its events was taken. */
export type Outcome = { appended: number; repeated: number } | { refused: Error };

/** How content is stored: which fields are personal data, and the incident's data key (null: destroyed). */
export interface Sealing {
  isPersonal(kind: string, pointer: string, text: string): boolean;
  keyOf(incidentId: string): Uint8Array | null;
}

/** Calls planned one after the other on top of `places`, which then stand behind the last of them: what one statement writes. */
export class Plan {
  /** What is to be inserted. */
  readonly rows: Row[] = [];
  /** Of each call. */
  readonly outcomes: Outcome[] = [];
  /** What the first of its rows follows, and the last of them. */
  readonly after: End;
  private end: End;
  private readonly planned: GivenEvent[] = [];

  constructor(
    private readonly places: Places,
    private readonly sealing: Sealing,
  ) {
    this.after = places.end;
    this.end = places.end;
  }

  /** The log's head after the last of its rows. */
  get head(): Head {
    const { position, hash } = this.end;
    return { position, hash };
  }

  /** The events of a call get their places all or none: a call that is refused leaves no trace, and hinders no other. */
  add(call: readonly GivenEvent[]): void {
    try {
      const unwritten = this.unwrittenOf(call);
      for (const row of this.rowsOf(unwritten)) {
        this.rows.push(row);
        this.end = row.placed;
        this.places.lastOf.set(row.incidentId, row.placed);
      }
      this.places.end = this.end;
      for (const given of unwritten) this.planned.push(given);
      this.outcomes.push({ appended: unwritten.length, repeated: call.length - unwritten.length });
    } catch (error) {
      this.outcomes.push({ refused: error as Error });
    }
  }

  private unwrittenOf(call: readonly GivenEvent[]): GivenEvent[] {
    const unwritten: GivenEvent[] = [];
    const lastOf = new Map<string, number>();
    for (const given of call) {
      const { incidentId, seq, kind } = given.event;
      const last = lastOf.get(incidentId) ?? this.places.lastOf.get(incidentId)?.seq ?? 0;
      if (seq === last + 1) {
        unwritten.push(given);
        lastOf.set(incidentId, seq);
        continue;
      }
      const stored = this.presentAt(given, unwritten);
      if (stored === undefined) throw new RegisterGapError(incidentId, seq, last + 1);
      if (!isSame(stored, given))
        throw new RegisterConflictError(incidentId, seq, { stored: stored.leaf.kind, given: kind });
    }
    return unwritten;
  }

  /** What is in the place of an event: in the register, or to be written before it. */
  private presentAt({ event: { incidentId, seq } }: GivenEvent, unwritten: readonly GivenEvent[]): Present | undefined {
    const isThere = ({ event }: GivenEvent) => event.seq === seq && event.incidentId === incidentId;
    const earlier = unwritten.find(isThere) ?? this.planned.find(isThere);
    return earlier === undefined ? this.places.present.get(placeKey({ incidentId, seq })) : asPresent(earlier);
  }

  private rowsOf(unwritten: readonly GivenEvent[]): Row[] {
    let { end } = this.places;
    const lastOf = new Map<string, Last>();
    return unwritten.map((given) => {
      const { incidentId } = given.event;
      const last = lastOf.get(incidentId) ?? this.places.lastOf.get(incidentId);
      const row = rowOf(given, end, last?.hash ?? GENESIS, this.sealing);
      end = row.placed;
      lastOf.set(incidentId, row.placed);
      return row;
    });
  }
}

/** What a later event of the same batch finds in its place. */
function asPresent({ event, fields }: GivenEvent): Present {
  return {
    leaf: { at: event.at, kind: event.kind, exercise: event.exercise, fields: new Set(fields.map((f) => f.pointer)) },
    values: new Map(fields.map(({ pointer, text }) => [pointer, text])),
  };
}

function rowOf(
  { event, fields }: GivenEvent,
  { position: size, hash: prev }: Head,
  prevInIncident: string,
  sealing: Sealing,
): Row {
  const { incidentId, seq, at, kind, exercise } = event;
  const { openings, commitments } = commit(fields);
  const position = size + 1;
  const leaf = leafText({ position, prev, incidentId, seq, prevInIncident, at, kind, exercise, fields: commitments });
  const [open, personal]: [Opening[], Opening[]] = [[], []];
  for (const each of openings) (sealing.isPersonal(kind, each.pointer, each.text) ? personal : open).push(each);
  // Without its key, what is personal is committed to and kept nowhere: it was erased before it came.
  const key = personal.length > 0 ? sealing.keyOf(incidentId) : null;
  const sealed = key === null ? null : seal(key, incidentId, seq, openingsText(personal));
  return {
    placed: { position, seq, leaf, hash: leafHash(leaf) },
    incidentId,
    kind,
    content: openingsText(open),
    sealed,
  };
}
