/** Which clock counts for an obligation, and the instants at which something must happen. */

import { type AlarmClock, type ClockPoint, clockPoints } from '../kernel/alarm-clock';
import { deadline, exactMs, type Instant, MINUTE_MS, toInstant, toMs } from '../kernel/time';
import type { Policy } from '../policy/policy';
import type { Anchor, ObligationRule } from '../policy/rule';
import { inForceAt } from '../policy/validity';
import type { AwarenessDoubt } from './awareness';
import type { ArmedClock, Due } from './round';
import { type IncidentState, isSettled, type Obligation, waitsForPerson } from './state';

/** The recorded instant of an anchor; `fulfilled:<rule>` is the earliest actual fulfilment of that rule. */
export function anchorAt(state: IncidentState, anchor: Anchor): Instant | undefined {
  if (!anchor.startsWith('fulfilled:')) return state.anchors[anchor];
  const rule = anchor.slice('fulfilled:'.length);
  const instants = Object.values(state.obligations).flatMap((o) =>
    o.rule === rule && o.fulfilledAt ? [o.fulfilledAs?.earliest ?? o.fulfilledAt] : [],
  );
  return instants.sort((a, b) => toMs(a) - toMs(b))[0];
}

/**
 * The earliest deadline among the rule's clocks whose anchor is known; `undefined` while none is. `partAt`: no clock of a
 * duty that a part brings about starts before that part was known.
 */
export function armedClock(
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
  partAt?: Instant,
): { clock: ArmedClock; due: Due } | undefined {
  let best: { clock: ArmedClock; due: Due } | undefined;
  for (const { from, within, timeZone } of rule.clocks) {
    const startAt = anchorAt(state, from);
    const counts = rule.validity?.by ? anchorAt(state, rule.validity.by) : startAt;
    if (!startAt || !counts || !inForceAt(rule, counts)) continue;
    const clock = { from, anchorAt: startAt, ...(partAt && { partAt }) };
    const due = dueFor(rule, deadline(startOf(clock), within, pack.calendars, timeZone));
    if (!best || toMs(due.dueAt) < toMs(best.due.dueAt)) best = { clock, due };
  }
  return best;
}

/** When a clock starts to run: its anchor, or the awareness of the part when that is later. */
export function startOf({ anchorAt, partAt }: ArmedClock): Instant {
  return partAt !== undefined && toMs(partAt) > toMs(anchorAt) ? partAt : anchorAt;
}

export function dueFor(rule: ObligationRule, dueAt: Instant): Due {
  return { dueAt, marginAt: toInstant(toMs(dueAt) - exactMs(rule.margin)) };
}

/**
 * The alarm clock of an open obligation: the parts of its time, the margin where silence alarms, and the repeats once it
 * is overdue. While it is being sent and reaches somebody now and then, only its deadline rings; once it reaches nobody for a
 * while, what has passed rings then and what follows at its time. A hold silences nothing: what is held back is still owed.
 */
export function alarmClock(o: Obligation, rule: ObligationRule): AlarmClock | undefined {
  if (isSettled(o) || !o.clock || !o.dueAt || !o.marginAt) return undefined;
  const awaitsPerson = ['pending', 'drafted', 'partly-told', 'proposed-not-owed'].includes(o.status);
  // What is held or was stopped does not go out on silence either, nor does what changed since it was told.
  const silent = rule.onSilence === 'alarm' || Boolean(o.hold || o.changed) || waitsForPerson(o);
  const marginAlarms = rule.dispatch === 'approval' && silent && o.marginAt !== o.dueAt;
  return {
    dueAt: o.dueAt,
    points: whileSending(
      o,
      clockPoints({
        startAt: startOf(o.clock),
        dueAt: o.dueAt,
        alarmAt: rule.alarmAt,
        marginAt: marginAlarms && awaitsPerson ? o.marginAt : undefined,
      }),
    ),
    repeatMs: rule.repeatEvery ? exactMs(rule.repeatEvery) : undefined,
  };
}

/** A round that reached nobody for this long does not move: even a hundred thousand mails are out before that. */
const STILL_MS = 30 * MINUTE_MS;

/** The points of what is being sent: each no earlier than when it stands still, but for the deadline and what has rung. */
function whileSending({ status, moved, rung, dueAt }: Obligation, points: ClockPoint[]): ClockPoint[] {
  if (status !== 'dispatching') return points;
  const stillAt = moved && toMs(moved.at) + STILL_MS;
  return points.flatMap((point) => {
    if (point.threshold.kind === 'due') return [point];
    if (stillAt === undefined || stillAt >= toMs(dueAt!)) return [];
    const hasRung = rung?.dueAt === dueAt && toMs(point.at) <= toMs(rung!.at);
    return hasRung || toMs(point.at) >= stillAt ? [point] : [{ ...point, at: toInstant(stillAt) }];
  });
}

/** The alarm clock of a doubt: at once, at half its time, at its end, and on until somebody answers. */
export function doubtClock({ since, answerBy: dueAt }: AwarenessDoubt): AlarmClock {
  return {
    dueAt,
    points: clockPoints({ startAt: since, dueAt, alarmAt: [0, 50, 100] }),
    repeatMs: toMs(dueAt) - toMs(since),
  };
}

/** The first instant at which a deadline is missed: whoever acts at the deadline itself is on time. */
export function justAfter(dueAt: Instant): Instant {
  return toInstant(toMs(dueAt) + 1);
}

/** Each deadline of what is still owed, under its rule; a doubt about an instant that a person must answer is one too. */
export function owedBy(state: IncidentState): Array<{ obligation: string; dueAt: Instant }> {
  const { awarenessDoubt, detectionDoubt, partsDoubt } = state;
  const doubts = { 'awareness-doubt': awarenessDoubt, 'detection-doubt': detectionDoubt, 'parts-doubt': partsDoubt };
  return [
    ...Object.values(state.obligations).flatMap((o) =>
      !isSettled(o) && o.dueAt ? [{ obligation: o.rule, dueAt: o.dueAt }] : [],
    ),
    ...Object.entries(doubts).flatMap(([obligation, doubt]) => (doubt ? [{ obligation, dueAt: doubt.answerBy }] : [])),
  ];
}

/** The earliest deadline of what is still owed, for the on-call board. */
export function nextDeadline(state: IncidentState): Instant | undefined {
  return owedBy(state)
    .map(({ dueAt }) => dueAt)
    .sort((a, b) => toMs(a) - toMs(b))[0];
}

/** How many open obligations are past their deadline at `now`. */
export function overdueCount(state: IncidentState, now: Instant): number {
  return Object.values(state.obligations).filter((o) => !isSettled(o) && o.dueAt && toMs(o.dueAt) <= toMs(now)).length;
}
