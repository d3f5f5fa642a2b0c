/**
 * The two values of lateness: as acted on the instants then recorded, which is frozen at the first fulfilment, and on the
 * instants as they were corrected since. Pure.
 */
import { deadline, type Instant, toMs } from '../kernel/time';
import type { Policy } from '../policy/policy';
import type { Anchor, ObligationRule } from '../policy/rule';
import { inForceAt } from '../policy/validity';
import { anchorAt, startOf } from './clocks';
import type { ArmedClock, NewEvent } from './events';
import { partOf } from './part-clock';
import type { IncidentState, Obligation } from './state';

/** Instants that people state and correct. Any other follows from acts, and moves no deadline of what was done before. */
const STATED: ReadonlySet<Anchor> = new Set<Anchor>(['detected', 'declared', 'aware', 'confirmed']);

/** A fulfilment whose deadline, on the instants as corrected, gives it another lateness than is on record. */
export function correctedLateness(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): NewEvent[] {
  const now = onCorrected(o, rule, state, pack);
  const previousLateByMs = o.correctedLateByMs ?? o.lateByMs ?? 0;
  if (!now || now.lateByMs === previousLateByMs) return [];
  const events: NewEvent[] = [{ kind: 'lateness-corrected', data: { obligation: o.id, ...now, previousLateByMs } }];
  if (rule.delayReasons && now.lateByMs > previousLateByMs && !o.delayReasons && !o.delayReasonsOwed) {
    events.push({ kind: 'delay-reasons-requested', data: { obligation: o.id } });
  }
  return events;
}

function onCorrected(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
): { clock: ArmedClock; dueAt: Instant; lateByMs: number } | undefined {
  if (!o.fulfilledAt || !o.metClock) return undefined;
  const { clock: met, dueAt: metDueAt } = o.metClock;
  const partAt = partOf(rule, state, pack, { key: o.recipient, born: met });
  const dues = rule.clocks.flatMap(({ from, within, timeZone }) => {
    const at = anchorAt(state, from);
    const counts = rule.validity?.by ? anchorAt(state, rule.validity.by) : at;
    if (!STATED.has(from) || !at || !counts || !inForceAt(rule, counts)) return [];
    const clock: ArmedClock = { from, anchorAt: at, ...(partAt && { partAt }) };
    return [{ clock, dueAt: deadline(startOf(clock), within, pack.calendars, timeZone) }];
  });
  if (met.from === 'reopened' || !STATED.has(met.from)) dues.push({ clock: met, dueAt: metDueAt });
  const [first] = dues.sort((a, b) => toMs(a.dueAt) - toMs(b.dueAt));
  // Containment that was retracted is done when it was done for good.
  const actedAt = (rule.channel === 'containment' && state.anchors.contained) || o.fulfilledAt;
  return first && { ...first, lateByMs: Math.max(0, toMs(actedAt) - toMs(first.dueAt)) };
}

/** The two values as a state, a record or a form holds them. */
type Lateness = { lateByMs?: number | undefined; correctedLateByMs?: number | undefined };

/** Late as recorded then, or on the instants as corrected. */
export function isLate({ lateByMs = 0, correctedLateByMs = 0 }: Lateness): boolean {
  return lateByMs > 0 || correctedLateByMs > 0;
}

/** Both values for people: `late by 12:00` · `in time as recorded then, late by 12:00 on the corrected clock`. */
export function latenessText({ lateByMs = 0, correctedLateByMs }: Lateness, span: (ms: number) => string): string {
  const words = (ms: number) => (ms > 0 ? `late by ${span(ms)}` : 'in time');
  if (correctedLateByMs === undefined || correctedLateByMs === lateByMs) return lateByMs > 0 ? words(lateByMs) : '';
  return `${words(lateByMs)} as recorded then, ${words(correctedLateByMs)} as corrected`;
}
