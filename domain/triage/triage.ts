/**
 * A detection in triage: it waits for a person to declare an incident, to dismiss it with a reason or to merge it into an
 * incident that runs, and cannot be forgotten meanwhile. It may join further incidents later, and a merge can be undone. Its
 * owner is alarmed before the limit, at it and after it; where its rule says so, silence declares. A detection whose rule
 * declares goes the same way, without waiting.
 */

import { stepOf } from '../case/case-step';
import type { CaseMessage, CaseRow, Lifecycle, NewOf } from '../case/lifecycle';
import { withAcknowledged } from '../case/rings-again';
import { AT_RECEIPT, isAtReceipt } from '../detection/detection';
import { DeclarationSchema } from '../incident/incident';
import { aheadProblem } from '../kernel/ahead';
import { tocsin } from '../kernel/command-lines';
import { earliestOf, inexactOf } from '../kernel/inexact-instant';
import { problemsOf } from '../kernel/problems';
import { saidWithin } from '../kernel/said-within';
import { type Instant, minuteText, toMs } from '../kernel/time';
import { belongsTo, isUnanswered, mergedLast } from './belongs';
import { blockable } from './blockable';
import { alarm, alarmOf, dueAgain, nextWake, onTime, rings, stays } from './clock';
import { leftBy, type Settled, settledBy } from './decided';
import { declarationOf } from './declaration';
import { evolve } from './evolve';
import { afterDecision, recounts } from './late';
import { TRIAGE_MESSAGES, type TriageMessage } from './messages';
import type { TriageDecision, TriageEvent, TriageOutcome, TriageState, TriageWork } from './state';

function onMessage(state: TriageState, name: string, message: CaseMessage, now: Instant): NewOf<TriageEvent>[] {
  const rejected = (problem: string): NewOf<TriageEvent>[] => [
    { kind: 'rejected', data: { message: name, problems: [problem] } },
  ];
  const answer = (settled: Settled): NewOf<TriageEvent>[] =>
    'note' in settled ? [{ kind: 'noted', data: { message: name, note: settled.note } }] : rejected(settled.problem);
  if (name === 'unmerge') {
    const { from, reason } = message as TriageMessage<'unmerge'>;
    const left = leftBy(state, { from });
    return 'from' in left ? [{ kind: 'triage-unmerged', data: { from: left.from, reason } }] : answer(left);
  }
  const settled = settledBy(state, name, message);
  if (settled) return answer(settled);
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

function onOutcome(state: TriageState, outcome: TriageOutcome, now: Instant): NewOf<TriageEvent>[] {
  switch (outcome.kind) {
    case 'declared': {
      const { incidentId, already } = outcome;
      return [{ kind: 'incident-started', data: { incidentId, already } }];
    }
    case 'merged':
      return [{ kind: 'merge-delivered', data: { into: outcome.into } }];
    case 'merge-failed':
      return mergeFailed(state, outcome, now);
    case 'unmerged':
      return unmerged(state, outcome.from, now);
    case 'recount-failed': {
      const { into, problem } = outcome;
      return [{ kind: 'recount-failed', data: { into, problem } }, afterDecision(state, { into, problem })];
    }
    case 'unmerge-failed': {
      const { from, problem } = outcome;
      return [
        { kind: 'unmerge-failed', data: { from, problem } },
        stays(state, { kind: 'unmerge-failed', from }, problem),
      ];
    }
  }
}

/** The incident did not take it: the owner hears of it, and where it was the only one the case waits again. */
function mergeFailed(
  state: TriageState,
  { into, problem, again }: Extract<TriageOutcome, { kind: 'merge-failed' }>,
  now: Instant,
): NewOf<TriageEvent>[] {
  const threshold = { kind: 'merge-failed', into } as const;
  const failed = { into, problem };
  if (belongsTo(state).length > 1) return [{ kind: 'merge-failed', data: failed }, stays(state, threshold, problem)];
  // Somebody did decide in time.
  const dueAt = again ? dueAgain(state, now) : state.dueAt;
  const data = { ...failed, ...(dueAt !== state.dueAt && { dueAt }) };
  return [{ kind: 'merge-failed', data }, alarm({ ...state, dueAt }, threshold, problem)];
}

/** The incident has let it go. Where that was the only one, the case waits again, and its owner hears of it. */
function unmerged(state: TriageState, from: string, now: Instant): NewOf<TriageEvent>[] {
  if (belongsTo(state).length > 1) return [{ kind: 'unmerge-delivered', data: { from } }];
  const dueAt = dueAgain(state, now);
  return [{ kind: 'unmerge-delivered', data: { from, dueAt } }, alarm({ ...state, dueAt }, { kind: 'unmerged', from })];
}

// —— work, and what people see ——

function wantedWork(state: TriageState): TriageWork[] {
  const { status, declaration, block = [], leaving } = state;
  const merge = mergedLast(state);
  const wanted: TriageWork[] = [];
  if (status === 'declaring' && declaration) wanted.push({ kind: 'declare', key: 'declare', declaration });
  if (merge && isUnanswered(state))
    wanted.push({ kind: 'merge', key: 'merge', into: merge.incidentId, block, by: merge.by });
  if (status === 'unmerging' && leaving) {
    const { from, by, reason } = leaving;
    wanted.push({ kind: 'unmerge', key: 'unmerge', from, by, reason });
  }
  return wanted;
}

/** What a person who undoes a merge must know: the incident takes nothing back by itself. */
function says(events: readonly TriageEvent[]): string | undefined {
  const left = events.find((event) => event.kind === 'triage-unmerged');
  if (left?.kind !== 'triage-unmerged') return undefined;
  const { from: id } = left.data;
  return `${id} takes nothing back by itself: what it blocked for these detections stays blocked, and what was stated and decided in it stands. Look at it: \`${tocsin('show', { id })}\``;
}

function rows(state: TriageState): CaseRow[] {
  const { decision, triage, count, firstAt, lastAt, detection, late } = state;
  const times =
    count === 1 ? `at ${minuteText(firstAt)} UTC` : `${count}, ${minuteText(firstAt)} – ${minuteText(lastAt)} UTC`;
  const span = isAtReceipt(detection) ? `${times}, the first ${AT_RECEIPT['detected-at']}` : times;
  const decided = decision
    ? [decision, ...(state.further ?? [])].map(decisionText).join(', ')
    : withAcknowledged(state, 'detections', `waiting; on silence: ${triage?.onSilence ?? 'declare'}`);
  return [
    { what: 'Decision', dueAt: decision ? undefined : state.dueAt, state: decided },
    { what: 'Detections', state: `${span} · ${detection.source} · ${detection.type}` },
    ...(late
      ? [{ what: 'Since decided', state: `${late.count} of them, the last at ${minuteText(late.lastAt)} UTC` }]
      : []),
    { what: 'Rule', state: `${state.rule}: ${state.why.join('; ')}`.slice(0, 300) },
    ...(state.systems.length > 0 ? [{ what: 'Systems', state: some(state.systems) }] : []),
    ...(state.indicators.length > 0 ? [{ what: 'Indicators', state: some(state.indicators) }] : []),
  ];
}

function decisionText({ decision, by, incidentId, reason }: TriageDecision): string {
  return `${decision} by ${by}${incidentId ? ` · ${incidentId}` : ''}${reason ? ` · ${reason}` : ''}`;
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
  causedWork: (event, state) =>
    event.kind === 'detections-counted' && state.closedAt ? recounts(state, event.seq) : [],
  owes: ({ decision }, subject) => subject === 'detections' && !decision,
  rings: (state, _detections, threshold) => rings(state, threshold),
  says,
  nextDueAt: (state) => (state.decision ? undefined : state.dueAt),
  rows,
  next(state, now) {
    if (state.status !== 'waiting') return [];
    return [stepOf(alarmOf(state, { kind: 'due' }), 'Decide', now)];
  },
};
