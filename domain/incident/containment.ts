/** What containment still lacks, and the duty that opens again when it is retracted. Pure. */
import { deadline, human, type Instant } from '../kernel/time';
import { standInOf } from '../policy/disclosure';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { outcomeWords } from './board-words';
import { dueFor } from './clocks';
import type { DataOf, IncidentEvent, NewEvent } from './events';
import { STATUSES } from './incident';
import { askedText } from './second-person';
import type { ContainmentStep, IncidentState, Obligation } from './state';

const NOT_DONE: ReadonlySet<ContainmentStep['state']> = new Set([
  'awaits-second',
  'requested',
  'undo-requested',
  'recorded-only',
  'failed',
  'refused',
]);

/** The steps that were asked for and are not done: under way, failed, refused, or recorded on this machine only. */
export function openSteps({ containment }: Pick<IncidentState, 'containment'>): ContainmentStep[] {
  return Object.values(containment).filter((step) => NOT_DONE.has(step.state));
}

/** Nothing of it is in force or under way: it may be asked for again. */
export function isOver({ state }: ContainmentStep): boolean {
  return ['failed', 'refused', 'recorded-only', 'undone', 'withdrawn'].includes(state);
}

/** How a step stands, and while it waits for a second person who asked first and who is asked. */
export function stepStands({ state, askedBy }: ContainmentStep, owner: string): string {
  const asks = askedBy === undefined ? '' : ` (asked for by ${askedBy}; ${askedText(owner, askedBy)})`;
  return `${outcomeWords(state)}${asks}`;
}

/** What came of a step in detail, with what only those who work on it need where the reader is shown that. */
export function stepDetail({ detail, internal }: DataOf<'containment-step'>): string {
  return internal === undefined || standInOf(internal) ? detail : `${detail}: ${internal}`;
}

/** How containment was done, for the evidence. */
export function containedNote({ containment, containedAs }: IncidentState): string {
  const steps = Object.values(containment);
  const done = steps.filter((s) => s.state === 'verified' || s.state === 'applied').length;
  return [
    `${done} of ${steps.length} containment steps done`,
    ...(containedAs?.atUnknown ? ['at a time that nobody knows, at the latest then'] : []),
    ...(containedAs?.despite ? [`in spite of ${containedAs.steps?.join(', ')}: ${containedAs.despite}`] : []),
  ].join('; ');
}

/** That a status took containment back, and what that starts, for whoever set it. */
export function retractionSaid(events: readonly IncidentEvent[], before: IncidentState): string | undefined {
  const set = events.find((event) => event.kind === 'status-changed');
  if (!before.anchors.contained || !set || !retracts(set.data.status)) return undefined;
  const reopened = events.find((event) => event.kind === 'obligation-reopened' && event.data.purpose === 'retracted');
  const due =
    reopened?.kind === 'obligation-reopened' ? `: its clock runs again, due ${human(reopened.data.dueAt)}` : '';
  return `Containment is retracted${due}. It was recorded as of ${human(before.anchors.contained)}.`;
}

/** Whether a status says that what was contained is not. */
export function retracts(status: (typeof STATUSES)[number]): boolean {
  return STATUSES.indexOf(status) < STATUSES.indexOf('contained');
}

/** The actor turned out to be active still: the duty to contain runs anew, from when that was said. */
export function retracted(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
  now: Instant,
): NewEvent[] {
  // Who waived that round decided that nothing more is owed.
  if (rule.channel !== 'containment' || o.status !== 'fulfilled' || o.decision || state.anchors.contained) return [];
  const { within, timeZone } = rule.clocks[0]!;
  const due = dueFor(rule, deadline(now, within, pack.calendars, timeZone));
  const clock = { from: 'reopened' as const, anchorAt: now };
  const reason = `containment was retracted: the status is ${state.status}`;
  const data = { obligation: o.id, round: o.round + 1, purpose: 'retracted' as const, reason, clock, ...due };
  return [{ kind: 'obligation-reopened', data }];
}
