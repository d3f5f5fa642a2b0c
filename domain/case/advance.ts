/** The pure core of every case: events get their place, are folded, and what follows is added up to the fixpoint. */
import { type RecordedEvent, TOCSIN } from '../kernel/recorded-event';
import type { Instant } from '../kernel/time';
import { withoutUndefined } from '../kernel/without-undefined';
import { acknowledged, raised } from './acknowledge';
import type { CaseState, Lifecycle, NewOf } from './lifecycle';
import { expired, withAlarmed, withRingAgain } from './rings-again';

/** As many handled command ids as a state keeps: the latest. */
const HANDLED_KEPT = 1_000;
const MOST_ROUNDS = 500;

/** What folds the events of a kind of case. */
export type Folds<S extends CaseState, E extends RecordedEvent> = Pick<Lifecycle<S, E>, 'evolve' | 'owes'>;
type Advances<S extends CaseState, E extends RecordedEvent> = Folds<S, E> & Pick<Lifecycle<S, E>, 'onTime' | 'rings'>;

/** A state and the events that led to it from the one before. */
export interface Decision<S, E> {
  state: S;
  events: E[];
}

/** The state after one event: the kind's own fold, and what is common to all kinds. */
export function evolveCase<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Folds<S, E>,
  state: S | undefined,
  event: E,
): S {
  const next = withAlarmed(lifecycle, { ...lifecycle.evolve(state, event), seq: event.seq }, event);
  if (event.commandId && !next.handled.includes(event.commandId)) {
    next.handled = [...next.handled, event.commandId].slice(-HANDLED_KEPT);
  }
  if (event.kind === 'alarm-raised') return { ...next, unacknowledged: raised(next.unacknowledged, event.seq) };
  if (event.kind !== 'alarm-acknowledged') return next;
  const { alarms } = event.data as { alarms: number[] };
  return { ...next, unacknowledged: acknowledged(next.unacknowledged, alarms) };
}

/** The state of a case from its register entries, in any order; a repeated entry counts once. */
export function foldCase<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Folds<S, E>,
  events: Iterable<E>,
): S | undefined {
  const bySeq = new Map<number, E>();
  for (const event of events) if (!bySeq.has(event.seq)) bySeq.set(event.seq, event);
  const ordered = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  return ordered.reduce<S | undefined>((state, event) => evolveCase(lifecycle, state, event), undefined);
}

/** Stamps events with their place and folds them. What follows from time and facts is left to `advance`. */
export function record<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Folds<S, E>,
  before: S,
  given: NewOf<E>[],
  now: Instant,
  by?: string,
  commandId?: string,
  breakGlass?: string,
): Decision<S, E> {
  const { caseId, exercise } = before;
  return stamped(lifecycle, before, given, { caseId, exercise, now, by, commandId, breakGlass });
}

/** Records events, and adds what follows from time and facts, up to the fixpoint. */
export function advance<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Advances<S, E>,
  before: S,
  given: NewOf<E>[],
  now: Instant,
  by?: string,
  commandId?: string,
  breakGlass?: string,
): Decision<S, E> {
  const first = given.map((each) => withRingAgain(lifecycle, before, each, now));
  let { state, events } = record(lifecycle, before, first, now, by, commandId, breakGlass);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const follows = state.closedAt ? [] : following(lifecycle, state, now);
    if (follows.length === 0) return { state, events };
    // What follows is Tocsin's own, but for what names the sender as who decided it.
    const said =
      breakGlass === undefined ? follows : follows.map((each) => (each.by === by ? { ...each, breakGlass } : each));
    const next = record(lifecycle, state, said, now);
    state = next.state;
    events = [...events, ...next.events];
  }
  throw new Error(`no fixpoint for ${before.caseId}: its rules keep causing events; report this as a defect`);
}

/** What rings by its own clock comes before what rings again: it takes the place of that. */
function following<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Advances<S, E>,
  state: S,
  now: Instant,
): NewOf<E>[] {
  const onTime = lifecycle.onTime(state, now);
  return onTime.length > 0 ? onTime : expired(lifecycle, state, now);
}

/** Opens a case with its first events: the first of them, number 1, makes the state. */
export function open<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Advances<S, E>,
  caseId: string,
  first: NewOf<E>[],
  now: Instant,
  exercise = false,
): Decision<S, E> {
  const opened = stamped(lifecycle, undefined, first, { caseId, exercise, now });
  const next = advance(lifecycle, opened.state, [], now);
  return { state: next.state, events: [...opened.events, ...next.events] };
}

interface Stamp {
  caseId: string;
  exercise: boolean;
  now: Instant;
  by?: string;
  commandId?: string;
  breakGlass?: string;
}

function stamped<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Folds<S, E>,
  before: S | undefined,
  given: NewOf<E>[],
  { caseId: incidentId, exercise, now: at, by = TOCSIN, commandId, breakGlass }: Stamp,
): Decision<S, E> {
  let state = before;
  const events: E[] = [];
  for (const { kind, data, by: author, breakGlass: why = breakGlass } of given as Array<{
    kind: string;
    data: object;
    by?: string;
    breakGlass?: string;
  }>) {
    const stamp = { v: 1 as const, incidentId, seq: (state?.seq ?? 0) + 1, at, by: author ?? by };
    const event = withoutUndefined({ ...stamp, exercise, commandId, breakGlass: why, kind, data }) as unknown as E;
    events.push(event);
    state = evolveCase(lifecycle, state, event);
  }
  return { state: state!, events };
}
