/**
 * An acknowledgement holds for a time. What its alarm called for and is not done by then rings again, as an alarm of its own. It
 * begins an escalation at the first level, or joins one that is under way. A later alarm about the same takes its place. Pure.
 *
 * Only what has an end rings again: a duty, a deadline. Of other alarms nothing says when they are done with; nor is anything kept of
 * what rings while a notice is being sent.
 */
import type { RecordedEvent } from '../kernel/recorded-event';
import { earliest, type Instant, minuteText, toInstant, toMs } from '../kernel/time';
import type { Acknowledged, Alarmed, RingAgain } from './acknowledge';
import type { About, Alarm, Threshold } from './alarm';
import type { CaseState, Lifecycle, NewOf } from './lifecycle';

type Owing<S extends CaseState, E extends RecordedEvent> = Pick<Lifecycle<S, E>, 'owes'>;
type Ringing<S extends CaseState, E extends RecordedEvent> = Pick<Lifecycle<S, E>, 'rings'>;

/** Beside duties, what is owed until it is done. */
const OWED: ReadonlyArray<About['kind']> = ['detections', 'acknowledgement', 'disclosure', 'package'];

/** What an alarm is about, as a case keeps it: the duty of an incident, else the kind of what is owed. */
function subjectOf({ about }: Alarm): string | undefined {
  if (about.kind === 'obligation') return about.obligation;
  return OWED.includes(about.kind) ? about.kind : undefined;
}

/** The state with what alarms call for after an event. What is not owed by a person any more is forgotten. */
export function withAlarmed<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Owing<S, E>,
  state: S,
  event: E,
): S {
  const before = state.alarmed ?? {};
  const after = Object.entries(changed(before, event)).filter(([subject]) => lifecycle.owes?.(state, subject));
  if (after.length > 0) return { ...state, alarmed: Object.fromEntries(after) };
  return state.alarmed ? { ...state, alarmed: undefined } : state;
}

function changed(before: Alarmed, { kind, seq, at, by, data }: RecordedEvent): Alarmed {
  if (kind === 'alarm-raised') {
    const subject = subjectOf(data as Alarm);
    return subject === undefined ? before : { ...before, [subject]: { alarm: seq } };
  }
  const { ringAgain } = data as { ringAgain?: RingAgain };
  if (kind !== 'alarm-acknowledged' || !ringAgain) return before;
  return Object.fromEntries(
    Object.entries(before).map(([subject, entry]) => {
      const ends = ringAgain.find(({ alarm }) => alarm === entry.alarm)?.at;
      return [subject, ends ? { ...entry, acknowledged: { by, at, until: ends } } : entry];
    }),
  );
}

/** An event as it is recorded: an acknowledgement with how long it holds. */
export function withRingAgain<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Ringing<S, E>,
  state: S,
  event: NewOf<E>,
  now: Instant,
): NewOf<E> {
  if (event.kind !== 'alarm-acknowledged') return event;
  const data = event.data as { alarms: number[] };
  const ringAgain: RingAgain = Object.entries(state.alarmed ?? {}).flatMap(([subject, { alarm }]) => {
    const again = data.alarms.includes(alarm) ? lifecycle.rings?.(state, subject, { kind: 'due' }, now) : undefined;
    return again ? [{ alarm, at: toInstant(toMs(now) + again.holdsMs) }] : [];
  });
  return ringAgain.length === 0 ? event : { ...event, data: { ...data, ringAgain } };
}

/** The alarms of what was acknowledged and is not done in the time that the acknowledgement held. */
export function expired<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Ringing<S, E>,
  state: S,
  now: Instant,
): NewOf<E>[] {
  return Object.entries(state.alarmed ?? {}).flatMap(([subject, { acknowledged }]) => {
    if (!acknowledged || toMs(acknowledged.until) > toMs(now)) return [];
    const { by, at } = acknowledged;
    const threshold: Threshold = { kind: 'acknowledgement-expired', by, at };
    const again = lifecycle.rings?.(state, subject, threshold, now);
    return again ? [{ kind: 'alarm-raised', data: again.alarm } as unknown as NewOf<E>] : [];
  });
}

/** The next instant after `now` at which a case has something to do by itself: its own, or the end of an acknowledgement. */
export function nextWakeOf<S extends CaseState, E extends RecordedEvent>(
  lifecycle: Pick<Lifecycle<S, E>, 'nextWake'>,
  state: S,
  now: Instant,
): { at: Instant; what: string } | undefined {
  const own = lifecycle.nextWake(state, now);
  const ends = Object.values(state.alarmed ?? {}).flatMap(({ acknowledged }) => acknowledged?.until ?? []);
  const at = earliest(ends.filter((until) => toMs(until) > toMs(now)));
  if (at === undefined || (own && toMs(own.at) <= toMs(at))) return own;
  return { at, what: 'an acknowledgement ends' };
}

/**
 * What an acknowledgement of alarms that holds for a time leads to, to put behind who gave it; empty where it holds for good. Some
 * of the alarms may ring again and others not.
 */
export function ringAgainText(alarms: readonly number[], ringAgain: RingAgain = []): string {
  // A reader who may not see them has a word in their place.
  const ends = ringAgain.flatMap((each) => (typeof each === 'object' ? [each] : []));
  const at = earliest(ends.map((end) => end.at));
  if (at === undefined) return '';
  const [by, first] = ends.some((end) => end.at !== at)
    ? ['', `, the first at ${minuteText(at)} UTC`]
    : [` by ${minuteText(at)} UTC`, ''];
  if (ends.length === alarms.length) return `; what is not done${by} rings again${first}`;
  const numbers = ends.map(({ alarm }) => alarm);
  return numbers.length === 1
    ? `; alarm ${numbers[0]} rings again if what it calls for is not done${by}${first}`
    : `; alarms ${numbers.join(', ')} ring again if what they call for is not done${by}${first}`;
}

/** The acknowledgement that ends first of those that hold for a time. */
export function firstToEnd({ alarmed = {} }: Pick<CaseState, 'alarmed'>): Acknowledged | undefined {
  const held = Object.values(alarmed).flatMap(({ acknowledged }) => acknowledged ?? []);
  return held.sort((a, b) => toMs(a.until) - toMs(b.until))[0];
}

/** How something stands, and behind it who acknowledged the latest alarm about it, where that holds for a time. */
export function withAcknowledged({ alarmed }: Pick<CaseState, 'alarmed'>, subject: string, stands: string): string {
  const seen = alarmed?.[subject]?.acknowledged;
  return seen ? `${stands}; alarm acknowledged by ${seen.by} until ${minuteText(seen.until)} UTC` : stands;
}
