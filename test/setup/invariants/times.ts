/** Early and silent: the instants of the register, counted again from the policy and held against the mailbox. */
import { startOf } from '../../../domain/incident/clocks';
import { type IncidentEvent, obligationOfEvent } from '../../../domain/incident/events';
import { toMs } from '../../../domain/kernel/time';
import type { ObligationRule } from '../../../domain/policy/rule';
import { of, policy, type RealWorld } from '../real-world';
import type { Tally } from './tally';

/** How long after a point an incident may still be at work before its alarm stands in the register. */
const AT_WORK_MS = 5_000;

/** A clock as it stood for a while. */
interface Span {
  fromMs: number;
  toMs: number;
  startMs: number;
  dueAt: string;
  marginMs: number;
}

export function earlyOrSilent(
  tally: Tally,
  world: RealWorld,
  id: string,
  events: IncidentEvent[],
  skipped = false,
): void {
  // The clock of an exercise is its own: the mailbox and the evidence of deliveries tell the real time.
  const inEarnest = !events[0]!.exercise && !skipped;
  const obligations = new Set(of(events, 'obligation-armed').map(({ data }) => data.obligation));
  for (const obligation of obligations) {
    const own = events.filter((event) => obligationOfEvent(event) === obligation);
    const spans = spansOf(own, toMs(events.at(-1)!.at));
    dispatchedInTime(tally, id, obligation, own, events);
    rungInTime(tally, id, own, spans);
    neverSilent(tally, id, obligation, own, spans, events);
    if (inEarnest) sentInTime(tally, world, id, obligation, own);
  }
  if (inEarnest) mailedInTime(tally, world, id, events);
}

/** A notice goes out once a person approved it, its rule says so, or silence lasted until its margin. */
function dispatchedInTime(
  tally: Tally,
  id: string,
  obligation: string,
  own: IncidentEvent[],
  all: IncidentEvent[],
): void {
  for (const start of of(own, 'dispatch-started')) {
    const { trigger, round } = start.data;
    const before = own.filter(({ seq }) => seq < start.seq);
    const approved = of(before, 'notice-approved').some(({ data }) => data.round === round);
    // What is told with another notice may be due before that one.
    const served = of(all, 'obligation-fulfilled').filter(({ data }) => data.evidence.toldWith === obligation);
    const margins = [obligation, ...served.map(({ data }) => data.obligation)].map((each) =>
      marginAt(
        all.filter((event) => event.seq < start.seq && obligationOfEvent(event) === each),
        toMs(start.at),
      ),
    );
    const isDue = trigger === 'approved' ? approved : trigger === 'automatic' || toMs(start.at) >= Math.min(...margins);
    tally.check('early', isDue, () => `${id}: ${obligation} #${round} went out at ${start.at} (${trigger})`);
  }
}

/** No mail before the dispatch, and no evidence of one. */
function sentInTime(tally: Tally, world: RealWorld, id: string, obligation: string, own: IncidentEvent[]): void {
  const starts = of(own, 'dispatch-started');
  const firstMs = Math.min(...starts.map(({ at }) => toMs(at)));
  for (const mail of world.notices(id, obligation))
    tally.check('early', toMs(mail.created_at as never) >= firstMs, () => `${id}: ${obligation}: ${mail.created_at}`);
  for (const { at, data } of of(own, 'obligation-fulfilled')) {
    const { firstSentAt, lastSentAt } = data.evidence;
    // What goes on after a stop tells of those whom the stopped round had mailed, too.
    const stopped = of(own, 'sending-stopped').map(({ data: { round } }) => round);
    let first = data.round;
    while (stopped.includes(first - 1)) first--;
    const start = starts.find(({ data: { round } }) => round === first);
    if (!firstSentAt || !lastSentAt || !start) continue;
    const isWithin = toMs(firstSentAt) >= toMs(start.at) && toMs(lastSentAt) <= toMs(at);
    const said = `sent from ${firstSentAt} to ${lastSentAt}, though it went out at ${start.at} and was done at ${at}`;
    tally.check('early', isWithin, () => `${id}: the evidence of ${obligation} says ${said}`);
  }
}

/** Each mail to staff follows its entry. */
function mailedInTime(tally: Tally, world: RealWorld, id: string, events: IncidentEvent[]): void {
  const mails = new Map(world.mails(id).map(({ request, created_at }) => [request!.key, created_at]));
  for (const { seq, at } of of(events, 'alarm-raised')) {
    const mailedAt = mails.get(`alarm/${id}/${seq}`);
    if (mailedAt) tally.check('early', Date.parse(mailedAt) >= toMs(at), () => `${id}: alarm ${seq} before ${at}`);
  }
}

/** No alarm rings before the point of the clock that it names. */
function rungInTime(tally: Tally, id: string, own: IncidentEvent[], spans: Span[]): void {
  for (const { seq, at, data } of of(own, 'alarm-raised')) {
    const span = spans.find(({ dueAt, fromMs }) => dueAt === data.dueAt && fromMs <= toMs(at));
    if (!span) continue;
    const { threshold } = data;
    const dueMs = Date.parse(span.dueAt);
    const points: Record<string, number> = { start: span.fromMs, margin: span.marginMs, due: dueMs, overdue: dueMs };
    const pointMs = threshold.kind === 'elapsed' ? pointOf(span, threshold.percent) : points[threshold.kind];
    if (pointMs === undefined) continue;
    tally.check('early', toMs(at) >= pointMs, () => `${id}: alarm ${seq} at ${at}: ${JSON.stringify(threshold)}`);
  }
}

/** Each point of a clock that passed while it was open rang, or a later one did. */
function neverSilent(
  tally: Tally,
  id: string,
  obligation: string,
  own: IncidentEvent[],
  spans: Span[],
  all: IncidentEvent[],
): void {
  const rule = ruleOf(own);
  const alarms = of(own, 'alarm-raised');
  const sending = of(own, 'dispatch-started').map(({ at }) => toMs(at));
  for (const span of spans) {
    for (const percent of rule.alarmAt) {
      const pointMs = pointOf(span, percent);
      const seenMs = Math.max(pointMs, span.fromMs);
      if (seenMs + AT_WORK_MS > span.toMs) continue;
      // While it is being sent, only its deadline rings; and it may be the first thing that could be done since the point.
      const next = all.find(({ at }) => toMs(at) >= seenMs);
      const acted = next ? toMs(next.at) : seenMs;
      if (percent < 100 && sending.some((ms) => ms >= span.fromMs && ms <= acted)) continue;
      const rang = alarms.some(({ at, data }) => data.dueAt === span.dueAt && toMs(at) >= pointMs);
      tally.check('silent', rang, () => `${id}: ${obligation}: ${percent} % of the time until ${span.dueAt}`);
    }
  }
}

/** Where each clock of an obligation stood, from when to when. What is settled has none. */
function spansOf(own: IncidentEvent[], endMs: number): Span[] {
  const spans: Span[] = [];
  const end = (at: number) => {
    const last = spans.at(-1);
    if (last) last.toMs = Math.min(last.toMs, at);
  };
  for (const { at, kind, data } of own) {
    switch (kind) {
      case 'obligation-armed':
      case 'obligation-due-changed':
      case 'obligation-reopened':
        end(toMs(at));
        spans.push({
          fromMs: toMs(at),
          toMs: endMs,
          startMs: toMs(startOf(data.clock)),
          dueAt: data.dueAt,
          marginMs: toMs(data.marginAt),
        });
        break;
      case 'obligation-fulfilled':
      case 'obligation-supplemented':
      case 'obligation-waived':
      case 'obligation-not-required':
        end(toMs(at));
    }
  }
  return spans;
}

function marginAt(events: IncidentEvent[], ms: number): number {
  return spansOf(events, ms).at(-1)?.marginMs ?? Number.POSITIVE_INFINITY;
}

function pointOf({ startMs, dueAt }: Span, percent: number): number {
  const dueMs = Date.parse(dueAt);
  const fromMs = Math.min(startMs, dueMs);
  return Math.round(fromMs + ((dueMs - fromMs) * percent) / 100);
}

function ruleOf(own: IncidentEvent[]): ObligationRule {
  const { rule } = of(own, 'obligation-armed')[0]!.data;
  return policy.pack.obligations.find(({ id }) => id === rule)!;
}
