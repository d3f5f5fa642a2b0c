/**
 * The two values of lateness: as acted on the instants then recorded, which is frozen at the first fulfilment, and on the
 * instants as they were corrected since. Pure.
 */
import { earliestOf, latestOf, type When } from '../kernel/inexact-instant';
import { deadline, type Instant, minuteText, toMs } from '../kernel/time';
import type { Policy } from '../policy/policy';
import type { Anchor, ObligationRule } from '../policy/rule';
import { inForceAt } from '../policy/validity';
import { anchorAt, startOf } from './clocks';
import { containedWhen } from './contained-when';
import type { NewEvent } from './events';
import { partOf } from './part-clock';
import type { ArmedClock } from './round';
import type { IncidentState, Obligation } from './state';

/** Instants that people state and correct. Any other follows from acts, and moves no deadline of what was done before. */
const STATED: ReadonlySet<Anchor> = new Set<Anchor>(['detected', 'declared', 'aware', 'confirmed']);

/** A fulfilment whose deadline, on the instants as corrected, gives it another lateness than is on record. */
export function correctedLateness(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): NewEvent[] {
  const now = onCorrected(o, rule, state, pack);
  const previousLateByMs = o.correctedLateByMs ?? o.lateByMs ?? 0;
  const previousUntil = o.correctedLateByMs === undefined ? o.inTimeUntil : o.correctedInTimeUntil;
  if (!now || (now.lateByMs === previousLateByMs && now.inTimeUntil === previousUntil)) return [];
  const previous = { previousLateByMs, ...(previousUntil && { previousInTimeUntil: previousUntil }) };
  const events: NewEvent[] = [{ kind: 'lateness-corrected', data: { obligation: o.id, ...now, ...previous } }];
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
): { clock: ArmedClock; dueAt: Instant; lateByMs: number; inTimeUntil?: Instant } | undefined {
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
  const contained = rule.channel === 'containment' ? containedWhen(state) : undefined;
  const acted: When = contained ?? o.fulfilledAs ?? o.fulfilledAt;
  if (!first) return undefined;
  const lateByMs = Math.max(0, toMs(latestOf(acted)) - toMs(first.dueAt));
  return { ...first, lateByMs, ...dependsOnHour(acted, first.dueAt) };
}

/** The deadline, where it falls between the readings of an act: in time up to it, late after it. */
export function dependsOnHour(act: When, dueAt: Instant | undefined): { inTimeUntil?: Instant } {
  if (!dueAt || toMs(latestOf(act)) <= toMs(dueAt) || toMs(earliestOf(act)) > toMs(dueAt)) return {};
  return { inTimeUntil: dueAt };
}

/** The two values as a state, a record or a form holds them; of an inexact act, the most that it can be late. */
export interface Lateness {
  lateByMs?: number | undefined;
  inTimeUntil?: Instant | undefined;
  correctedLateByMs?: number | undefined;
  correctedInTimeUntil?: Instant | undefined;
}

/** The values of lateness alone, for whoever shows them beside other things; none that is not known. */
export function latenessOf({ lateByMs, inTimeUntil, correctedLateByMs, correctedInTimeUntil }: Lateness): Lateness {
  return {
    lateByMs,
    ...(inTimeUntil && { inTimeUntil }),
    correctedLateByMs,
    ...(correctedInTimeUntil && { correctedInTimeUntil }),
  };
}

/** Late as recorded then, or on the instants as corrected, whatever the hour of the act. */
export function isLate({ lateByMs = 0, inTimeUntil, correctedLateByMs = 0, correctedInTimeUntil }: Lateness): boolean {
  return (lateByMs > 0 && !inTimeUntil) || (correctedLateByMs > 0 && !correctedInTimeUntil);
}

/** Neither in time nor late by what is known: a verdict of its own. */
export function isByTheHour(given: Lateness): boolean {
  return !isLate(given) && (given.inTimeUntil ?? given.correctedInTimeUntil) !== undefined;
}

/**
 * Both values for people: `late by 12 h` · `in time as recorded then, late by 12 h as corrected` · `depends on the hour:
 * in time if no later than 2026-11-20 10:00 UTC, else late by up to 13 h 59 min`.
 */
export function latenessText(given: Lateness, span: (ms: number) => string): string {
  const { lateByMs = 0, inTimeUntil, correctedLateByMs, correctedInTimeUntil } = given;
  const then = verdictText(lateByMs, inTimeUntil, span);
  const unchanged = correctedLateByMs === lateByMs && correctedInTimeUntil === inTimeUntil;
  if (correctedLateByMs === undefined || unchanged) return lateByMs > 0 ? then : '';
  return `${then} as recorded then, ${verdictText(correctedLateByMs, correctedInTimeUntil, span)} as corrected`;
}

/** One of the two values for people; neither "in time" nor "late" where it depends on the hour. */
export function verdictText(lateByMs: number, inTimeUntil: Instant | undefined, span: (ms: number) => string): string {
  if (inTimeUntil) {
    return `depends on the hour (in time if no later than ${minuteText(inTimeUntil)} UTC, else late by up to ${span(lateByMs)})`;
  }
  return lateByMs > 0 ? `late by ${span(lateByMs)}` : 'in time';
}
