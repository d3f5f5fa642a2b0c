/**
 * When something was done is first known by the day, or about, and stated more exactly later: from the receipt of a report, from
 * the log of the mail. The first statement stays on record beside the second, and the verdict follows. Pure. Decision 0024.
 */
import { ask, tocsin } from '../kernel/command-lines';
import { earliestOf, type InexactInstant, inexactOf, latestOf, type When, whenText } from '../kernel/inexact-instant';
import { human, type Instant, spanText, toMs } from '../kernel/time';
import type { ObligationRule } from '../policy/rule';
import type { DataOf, EventOf, NewEvent } from './events';
import { dependsOnHour, verdictText } from './lateness';
import type { IncidentState, Obligation, Supplement } from './state';
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
  { at: when, round, reason }: { at: When; round?: number | undefined; reason: string },
  answer: Answers,
): NewEvent[] {
  const note = `say so with \`${tocsin('follow-up', { id: state.caseId, text: ask('text') })}\``;
  const acts = actsOf(o);
  if (acts.length === 0)
    return answer.rejected(
      `obligation: ${o.id} is not fulfilled yet, so there is no time of it to state more exactly; record the act first`,
    );
  const named = round === undefined ? acts : acts.filter((act) => act.round === round);
  if (named.length === 0)
    return answer.rejected(
      `round: ${o.id} was not fulfilled in round ${round}: give one of ${acts.map((act) => act.round).join(', ')}`,
    );
  const inexactly = named.filter(({ inexact }) => inexact !== undefined);
  const last = named.at(-1)!;
  if (inexactly.length === 0)
    return answer.rejected(
      `obligation: ${o.id} was done at ${human(last.at)}, which is exact; if that is wrong, ${note}`,
    );
  const within = inexactly.filter((act) => isWithin(when, act.inexact!));
  if (within.length > 1)
    return answer.rejected(
      `round: ${o.id} was done at about that time in more than one round: say which it is of with "round", one of ${within.map((act) => act.round).join(', ')}`,
    );
  const act = within[0] ?? inexactly[0]!;
  const before = act.inexact!;
  const inexact = inexactOf(when);
  if (earliestOf(when) === before.earliest && latestOf(when) === before.latest)
    return answer.noted(`${o.id}: this is on record already`);
  if (within.length === 0)
    return answer.rejected(
      `at: must be within what was stated before, ${inexactly.map((each) => whenText(each.inexact!)).join(' or ')}, like ${before.earliest}; if that was wrong, ${note}`,
    );
  const { at, lateByMs, inTimeUntil, dueAt } = act;
  const late = dueAt ? Math.max(0, toMs(latestOf(when)) - toMs(dueAt)) : 0;
  return [
    {
      kind: 'act-timed',
      data: {
        obligation: o.id,
        ...(act.round > FIRST && { round: act.round }),
        at: latestOf(when),
        ...(inexact && { inexact }),
        lateByMs: late,
        ...dependsOnHour(when, dueAt),
        previous: { at, inexact: before, lateByMs, ...(inTimeUntil && { inTimeUntil }) },
        reason,
        ...(act.round === FIRST && rule.sets && { sets: rule.sets }),
      },
    },
  ];
}

/** The round of the first fulfilment, as the register counts the notices. */
const FIRST = 1;

interface Act {
  round: number;
  at: Instant;
  inexact: InexactInstant | undefined;
  lateByMs: number;
  inTimeUntil: Instant | undefined;
  dueAt: Instant | undefined;
}

/** What was done, the first fulfilment and each later round, oldest first. */
function actsOf({ fulfilledAt, fulfilledAs, lateByMs = 0, inTimeUntil, metClock, supplements }: Obligation): Act[] {
  if (!fulfilledAt) return [];
  const first = { round: FIRST, at: fulfilledAt, inexact: fulfilledAs, lateByMs, inTimeUntil, dueAt: metClock?.dueAt };
  const later = supplements.map(({ round, at, inexact, lateByMs: late = 0, inTimeUntil: until, dueAt }) => ({
    ...{ round, at, inexact, lateByMs: late, inTimeUntil: until, dueAt },
  }));
  return [first, ...later];
}

function isWithin(when: When, { earliest, latest }: InexactInstant): boolean {
  return toMs(earliestOf(when)) >= toMs(earliest) && toMs(latestOf(when)) <= toMs(latest);
}

/** The obligation with its act as it is stated now, and as it was stated before beside it. */
export function foldActTimed(o: Obligation, { data }: EventOf<'act-timed'>): Obligation {
  const { round, at, inexact, lateByMs, inTimeUntil, previous } = data;
  if (round !== undefined) {
    const supplements = o.supplements.map((each) => (each.round === round ? timedSupplement(each, data) : each));
    return { ...o, supplements };
  }
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

function timedSupplement(
  { inexact: _readings, inTimeUntil: _then, ...supplement }: Supplement,
  { at, inexact, lateByMs, inTimeUntil, previous }: DataOf<'act-timed'>,
): Supplement {
  const { evidence, statedBefore = [] } = supplement;
  return {
    ...supplement,
    at,
    ...(inexact && { inexact }),
    lateByMs,
    ...(inTimeUntil && { inTimeUntil }),
    statedBefore: [...statedBefore, previous],
    evidence: { ...evidence, ...timesOf(evidence, previous, { at, inexact }) },
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
  const { round, at, inexact, previous, lateByMs, inTimeUntil, reason } = data;
  const verdict = verdictText(lateByMs, inTimeUntil, spanText);
  const before = verdictText(previous.lateByMs, previous.inTimeUntil, spanText);
  const when = inexact ? whenText(inexact) : human(at);
  const done = round === undefined ? 'Done' : `Round ${round}: done`;
  return `${done} ${when}, says ${by}, stated before as ${whenText(previous.inexact)}: ${verdict} (before: ${before}): ${reason}`;
}
