/**
 * When something was done is first known by the day, or about, and stated more exactly later: from the receipt of a report, from
 * the log of the mail. The first statement stays on record beside the second, and the verdict follows. Pure. Decision 0024.
 */
import { ask, tocsin } from '../kernel/command-lines';
import { earliestOf, type InexactInstant, inexactOf, latestOf, type When, whenText } from '../kernel/inexact-instant';
import { type Instant, spanText, toMs } from '../kernel/time';
import type { ObligationRule } from '../policy/rule';
import type { EventOf, NewEvent } from './events';
import { dependsOnHour, verdictText } from './lateness';
import type { IncidentState, Obligation } from './state';
import type { StatedBefore } from './stated-before';

/** What a decision answers when it causes no events. */
interface Answers {
  rejected(...problems: string[]): NewEvent[];
  noted(note: string): NewEvent[];
}

/** A person states more exactly when it was done: within what was stated before, as everything else would be another act. */
export function onActedAt(
  state: IncidentState,
  o: Obligation,
  rule: ObligationRule,
  { at: when, reason }: { at: When; reason: string },
  answer: Answers,
): NewEvent[] {
  const note = `say so with \`${tocsin('follow-up', { id: state.caseId, text: ask('text') })}\``;
  const { fulfilledAt, fulfilledAs: before, lateByMs = 0, inTimeUntil } = o;
  if (!fulfilledAt)
    return answer.rejected(
      `obligation: ${o.id} is not fulfilled yet, so there is no time of it to state more exactly; record the act first`,
    );
  if (!before)
    return answer.rejected(`obligation: ${o.id} was done at ${fulfilledAt}, which is exact; if that is wrong, ${note}`);
  const inexact = inexactOf(when);
  if (earliestOf(when) === before.earliest && latestOf(when) === before.latest)
    return answer.noted(`${o.id}: this is on record already`);
  if (toMs(earliestOf(when)) < toMs(before.earliest) || toMs(latestOf(when)) > toMs(before.latest))
    return answer.rejected(
      `at: must be within what was stated before, ${whenText(before)}, like ${before.earliest}; if that was wrong, ${note}`,
    );
  const dueAt = o.metClock?.dueAt;
  const late = dueAt ? Math.max(0, toMs(latestOf(when)) - toMs(dueAt)) : 0;
  return [
    {
      kind: 'act-timed',
      data: {
        obligation: o.id,
        at: latestOf(when),
        ...(inexact && { inexact }),
        lateByMs: late,
        ...dependsOnHour(when, dueAt),
        previous: { at: fulfilledAt, inexact: before, lateByMs, ...(inTimeUntil && { inTimeUntil }) },
        reason,
        ...(rule.sets && { sets: rule.sets }),
      },
    },
  ];
}

/** The obligation with its act as it is stated now, and as it was stated before beside it. */
export function foldActTimed(o: Obligation, { data }: EventOf<'act-timed'>): Obligation {
  const { at, inexact, lateByMs, inTimeUntil, previous } = data;
  const { fulfilledAs: _readings, inTimeUntil: _then, ...rest } = o;
  const late = (dueAt: Instant | undefined) => dueAt !== undefined && toMs(at) > toMs(dueAt);
  const missed = (o.misses ?? []).some((dueAt) => late(dueAt));
  return {
    ...rest,
    fulfilledAt: at,
    ...(inexact && { fulfilledAs: inexact }),
    lateByMs,
    ...(inTimeUntil && { inTimeUntil }),
    statedBefore: [...(o.statedBefore ?? []), previous],
    ...(o.evidence && { evidence: { ...o.evidence, ...timesOf(o.evidence, previous, { at, inexact }) } }),
    // Known to be in time, it owes no reasons for a delay; a deadline that had passed before it still asks for them.
    ...(o.delayReasonsOwed && {
      delayReasonsOwed: missed || late(o.metClock?.dueAt) || late(o.correctedDueAt),
    }),
  };
}

/** When the first and the last were told, where those were the readings of this act. */
function timesOf(
  { firstToldAt, lastToldAt }: { firstToldAt?: Instant; lastToldAt?: Instant },
  before: StatedBefore,
  now: { at: Instant; inexact: InexactInstant | undefined },
): { firstToldAt?: Instant; lastToldAt?: Instant } {
  return {
    ...(firstToldAt === before.inexact.earliest && { firstToldAt: now.inexact?.earliest ?? now.at }),
    ...(lastToldAt === before.inexact.latest && { lastToldAt: now.at }),
  };
}

/** The state with the anchor that the act had set at its earliest reading. */
export function withTimedAnchor(state: IncidentState, { data }: EventOf<'act-timed'>): IncidentState {
  const { sets, previous, at, inexact } = data;
  if (!sets) return state;
  const anchors = state.anchors as Record<string, Instant | undefined>;
  if (anchors[sets] !== previous.inexact.earliest) return state;
  return { ...state, anchors: { ...state.anchors, [sets]: inexact?.earliest ?? at } };
}

/** In words, with what was stated before and both verdicts. */
export function actTimedText({ data, by }: EventOf<'act-timed'>, human: (at: Instant) => string): string {
  const { at, inexact, previous, lateByMs, inTimeUntil, reason } = data;
  const verdict = verdictText(lateByMs, inTimeUntil, spanText);
  const before = verdictText(previous.lateByMs, previous.inTimeUntil, spanText);
  const when = inexact ? whenText(inexact) : human(at);
  return `Done ${when}, says ${by}, stated before as ${whenText(previous.inexact)}: ${verdict} (before: ${before}): ${reason}`;
}
