/**
 * A detection in triage: it waits for a person to declare an incident, to dismiss it with a reason or to merge it into an
 * incident that runs, and cannot be forgotten meanwhile. Its owner is alarmed before the limit, at it and after it; where
 * its rule says so, silence declares. A detection whose rule declares goes the same way, without waiting.
 */

import { stepOf } from '../case/case-step';
import type { CaseMessage, CaseRow, Lifecycle, NewOf } from '../case/lifecycle';
import { withAcknowledged } from '../case/rings-again';
import { AT_RECEIPT, isAtReceipt } from '../detection/detection';
import { DeclarationSchema } from '../incident/incident';
import { aheadProblem } from '../kernel/ahead';
import { earliestOf, inexactOf } from '../kernel/inexact-instant';
import { problemsOf } from '../kernel/problems';
import { saidWithin } from '../kernel/said-within';
import { type Instant, minuteText, toMs } from '../kernel/time';
import { blockable } from './blockable';
import { alarm, alarmOf, nextWake, onTime, rings } from './clock';
import { declarationOf } from './declaration';
import { evolve } from './evolve';
import { TRIAGE_MESSAGES, type TriageMessage } from './messages';
import type { TriageEvent, TriageOutcome, TriageState, TriageWork } from './state';

function onMessage(state: TriageState, name: string, message: CaseMessage, now: Instant): NewOf<TriageEvent>[] {
  const rejected = (problem: string): NewOf<TriageEvent>[] => [
    { kind: 'rejected', data: { message: name, problems: [problem] } },
  ];
  if (state.decision) {
    const { decision, incidentId, by, at } = state.decision;
    const decided = `it was ${decision}${incidentId ? ` (${incidentId})` : ''} by ${by} at ${at}`;
    const same = { declare: 'declared', dismiss: 'dismissed', merge: 'merged' }[name] === decision;
    const other = name === 'merge' && (message as TriageMessage<'merge'>).into !== incidentId;
    if (same && !other) return [{ kind: 'noted', data: { message: name, note: decided } }];
    return rejected(`case: ${decided}; a decided case stays decided`);
  }
  switch (name) {
    case 'declare':
      return onDeclare(state, message as TriageMessage<'declare'>, now, rejected);
    case 'dismiss':
      return [{ kind: 'triage-dismissed', data: { reason: (message as TriageMessage<'dismiss'>).reason } }];
    case 'merge': {
      const { into } = message as TriageMessage<'merge'>;
      return [{ kind: 'triage-merged', data: { into, block: blockable(state) } }];
    }
    default:
      return rejected(`message: there is no "${name}"`);
  }
}

function onDeclare(
  state: TriageState,
  { by, commandId: _, sentAt, awareAt, ...stated }: TriageMessage<'declare'>,
  now: Instant,
  rejected: (problem: string) => NewOf<TriageEvent>[],
): NewOf<TriageEvent>[] {
  if (awareAt && toMs(earliestOf(awareAt)) > toMs(now)) return rejected(`awareAt: ${aheadProblem(awareAt, now)}`);
  const aware = awareAt && { awareAt: earliestOf(awareAt), awareAs: inexactOf(awareAt) };
  // Whoever decided knows since then, however late a worker gets to read it.
  const declaredAt = saidWithin(sentAt, state.openedAt, now);
  const parsed = DeclarationSchema.safeParse(declarationOf(state, by, declaredAt, { ...stated, ...aware }));
  if (!parsed.success) return problemsOf(parsed.error).flatMap(rejected);
  return [{ kind: 'triage-declared', data: { trigger: 'person', declaration: parsed.data } }];
}

function onOutcome(state: TriageState, outcome: TriageOutcome): NewOf<TriageEvent>[] {
  switch (outcome.kind) {
    case 'declared': {
      const { incidentId, already } = outcome;
      return [{ kind: 'incident-started', data: { incidentId, already } }];
    }
    case 'merged':
      return [{ kind: 'merge-delivered', data: { into: outcome.into } }];
    case 'merge-failed':
      return mergeFailed(state, outcome.into, outcome.problem);
  }
}

/** The incident could not be reached: the case waits for another decision, and its owner hears of it. */
function mergeFailed(state: TriageState, into: string, problem: string): NewOf<TriageEvent>[] {
  return [{ kind: 'merge-failed', data: { into, problem } }, alarm(state, { kind: 'merge-failed', into })];
}

// —— work, and what people see ——

function wantedWork(state: TriageState): TriageWork[] {
  const { status, declaration, decision, block } = state;
  if (status === 'declaring' && declaration) return [{ kind: 'declare', key: 'declare', declaration }];
  if (status === 'merging' && decision?.incidentId) {
    return [{ kind: 'merge', key: 'merge', into: decision.incidentId, block: block ?? [], by: decision.by }];
  }
  return [];
}

function rows(state: TriageState): CaseRow[] {
  const { decision, triage, count, firstAt, lastAt, detection } = state;
  const times = count === 1 ? `at ${minuteText(firstAt)}` : `${count}, ${minuteText(firstAt)} – ${minuteText(lastAt)}`;
  const span = isAtReceipt(detection) ? `${times}, the first ${AT_RECEIPT['detected-at']}` : times;
  const decided = decision
    ? `${decision.decision} by ${decision.by}${decision.incidentId ? ` · ${decision.incidentId}` : ''}${decision.reason ? ` · ${decision.reason}` : ''}`
    : withAcknowledged(state, 'detections', `waiting; on silence: ${triage?.onSilence ?? 'declare'}`);
  return [
    { what: 'Decision', dueAt: decision ? undefined : state.dueAt, state: decided },
    { what: 'Detections', state: `${span} · ${detection.source} · ${detection.type}` },
    { what: 'Rule', state: `${state.rule}: ${state.why.join('; ')}`.slice(0, 300) },
    ...(state.systems.length > 0 ? [{ what: 'Systems', state: some(state.systems) }] : []),
    ...(state.indicators.length > 0 ? [{ what: 'Indicators', state: some(state.indicators) }] : []),
  ];
}

function some(items: string[]): string {
  return items.length > 10 ? `${items.slice(0, 10).join(', ')} and ${items.length - 10} more` : items.join(', ');
}

/** The kind of case that a detection in triage is. */
export const triageLifecycle: Lifecycle<TriageState, TriageEvent, TriageWork, TriageOutcome> = {
  evolve,
  messages: TRIAGE_MESSAGES,
  onMessage,
  onTime,
  onOutcome,
  nextWake,
  wantedWork,
  owes: ({ decision }, subject) => subject === 'detections' && !decision,
  rings: (state, _detections, threshold) => rings(state, threshold),
  nextDueAt: (state) => (state.decision ? undefined : state.dueAt),
  rows,
  next(state, now) {
    if (state.status !== 'waiting') return [];
    return [stepOf(alarmOf(state, { kind: 'due' }), 'Decide', now)];
  },
};
