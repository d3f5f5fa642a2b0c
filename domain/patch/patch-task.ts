/**
 * A patch task: a vulnerable package is installed, somebody has until `dueAt` to replace it. The dependency check opens
 * it and closes it; a person may waive it for a time, or say that it is patched, which the next check confirms or not.
 * Its clock counts from when the package was found to be vulnerable, never from when the task came to be.
 */

import type { z } from 'zod';
import type { About, Alarm, Threshold } from '../case/alarm';
import { commandsFor } from '../case/alarm-commands';
import { thresholdText } from '../case/alarm-text';
import { stepOf } from '../case/case-step';
import type { CaseMessage, CaseRow, Lifecycle, NewOf, Work } from '../case/lifecycle';
import { withAcknowledged } from '../case/rings-again';
import { nextPoint, ringing } from '../kernel/alarm-clock';
import { SCHEDULES } from '../kernel/schedules';
import { deadline, human, type Instant, toMs } from '../kernel/time';
import type { Rating } from './advisory';
import { alarmClock, dueAfter, dueAfterChange } from './deadlines';
import { moreSevere } from './dependencies';
import { evolve } from './evolve';
import { type Checked, PATCH_MESSAGES, type PatchMessage } from './messages';
import { roundOf } from './patch-row';
import type { PatchEvent, PatchFinding, PatchState, PatchTaskInputSchema } from './state';

export const PATCH_WORKFLOW = 'patchTask';
export const DEPENDENCY_CHECK = 'dependencyCheck';
/** Id of the daily check's schedule, which is there when a worker has an inventory; and the first part of checks' ids. */
export const DEPENDENCY_SCHEDULE = SCHEDULES.dependencies;

/** What a check of the one package says, after somebody said that it is patched. `unlisted`: the inventory is gone. */
export type Recheck = Checked | { outcome: 'unlisted'; reason: string } | { outcome: 'unknown'; reason: string };

/** What the outside world must do: check whether a claim holds, and note that the task is over. */
export type PatchWork =
  | (Work & { kind: 'recheck'; finding: PatchFinding })
  | (Work & { kind: 'settle'; finding: PatchFinding; round: number });

/** What the check that a claim asked for says. */
export type PatchOutcome = { kind: 'rechecked'; answer: Recheck };

/** The kind of case that a patch task is. */
export const patchTaskLifecycle: Lifecycle<PatchState, PatchEvent, PatchWork, PatchOutcome> = {
  evolve,
  messages: PATCH_MESSAGES,
  onMessage,
  onTime,
  onOutcome: (state, { answer }, now) => onRecheck(state, answer, now),
  nextWake,
  wantedWork: ({ claim, closedAt, finding }) =>
    claim && !claim.answered && !closedAt ? [{ kind: 'recheck', key: `recheck ${claim.count}`, finding }] : [],
  causedWork: ({ kind }, { caseId, finding }) =>
    kind === 'patch-closed' ? [{ kind: 'settle', key: 'settle', finding, round: roundOf(caseId) }] : [],
  owes: (state, subject) => subject === 'package' && waitsForPerson(state),
  rings: (state, _package, threshold, now) => {
    const period = state.plan.acknowledgedFor;
    if (period === undefined) return undefined;
    return { alarm: alarmOf(state, threshold), holdsMs: toMs(deadline(now, period)) - toMs(now) };
  },
  nextDueAt: ({ closedAt, waiver, dueAt }) => (closedAt ? undefined : (waiver?.until ?? dueAt)),
  rows,
  next(state, now) {
    return waitsForPerson(state) ? [stepOf(alarmOf(state, { kind: 'due' }), state.title, now)] : [];
  },
};

/** Not while it is waived, or a check of what somebody said is under way. */
function waitsForPerson({ closedAt, waiver, claim }: PatchState): boolean {
  return !closedAt && !waiver && (!claim || claim.answered);
}

/** The first event of a task. Its deadline counts from `foundAt`. */
export function patchDue({ finding, plan, foundAt }: z.infer<typeof PatchTaskInputSchema>): NewOf<PatchEvent> {
  return { kind: 'patch-due', data: { finding, plan, foundAt, dueAt: dueAfter(foundAt, finding.severity, plan) } };
}

function onMessage(state: PatchState, name: string, message: CaseMessage, now: Instant): NewOf<PatchEvent>[] {
  if (state.closedAt) return [noted(name, `it is closed since ${human(state.closedAt)}: ${state.closedBecause}`)];
  switch (name) {
    case 'checked':
      return onChecked(state, message as PatchMessage<'checked'>, now);
    case 'waive':
      return onWaive(state, message as PatchMessage<'waive'>, now);
    case 'patched': {
      if (state.claim && !state.claim.answered) return [noted(name, 'a check of it is under way')];
      return [{ kind: 'patch-claimed', data: { note: (message as PatchMessage<'patched'>).note } }];
    }
    default:
      return [{ kind: 'note-added', data: { note: (message as PatchMessage<'note'>).note } }];
  }
}

function onWaive(state: PatchState, { reason, until }: PatchMessage<'waive'>, now: Instant): NewOf<PatchEvent>[] {
  const longest = deadline(now, state.plan.longestWaiver);
  const problem =
    toMs(until) <= toMs(now)
      ? `until: ${human(until)} is past; give an instant to come`
      : toMs(until) > toMs(longest)
        ? `until: may be ${human(longest)} at the latest, by policy; waive it again then`
        : undefined;
  if (problem) return [{ kind: 'rejected', data: { message: 'waive', problems: [problem] } }];
  return [{ kind: 'patch-waived', data: { reason, until } }];
}

function onChecked(state: PatchState, checked: Checked, now: Instant): NewOf<PatchEvent>[] {
  if (checked.outcome !== 'found') {
    return [{ kind: 'patch-closed', data: { outcome: checked.outcome, reason: checked.reason } }];
  }
  return onFound(state, checked.finding, now);
}

/** A check found it again: what has changed, and a claim that does not hold. */
function onFound(state: PatchState, finding: PatchFinding, now: Instant): NewOf<PatchEvent>[] {
  const events: NewOf<PatchEvent>[] = [];
  const changes = changesBetween(state.finding, finding);
  if (changes.length > 0) {
    const dueAt = dueAfterChange(state, finding.severity, now);
    events.push({ kind: 'finding-changed', data: { finding, dueAt, changes } });
    if (moreSevere(finding.severity, state.severity as Rating)) {
      // Who accepted the lesser risk has not accepted this one.
      if (state.waiver) events.push({ kind: 'waiver-ended', data: { until: state.waiver.until, dueAt } });
      const threshold = { kind: 'severity-changed', from: state.severity, to: finding.severity } as const;
      events.push(alarm({ ...state, finding, dueAt }, threshold));
    }
  }
  if (state.claim) {
    events.push({ kind: 'claim-refuted', data: { versions: finding.versions } });
    const dueAt = changes.length > 0 ? dueAfterChange(state, finding.severity, now) : state.dueAt;
    events.push(alarm({ ...state, finding, dueAt }, { kind: 'refuted', by: state.claim.by }));
  }
  return events;
}

/** What the check that a claim asked for means. */
function onRecheck(state: PatchState, answer: Recheck, now: Instant): NewOf<PatchEvent>[] {
  if (state.closedAt || !state.claim) return [];
  if (answer.outcome === 'unlisted') {
    const reason = `${state.claim.by} says so; no check confirms it: ${answer.reason}`;
    return [{ kind: 'patch-closed', data: { outcome: 'stated', reason } }];
  }
  if (answer.outcome === 'unknown') return [{ kind: 'claim-unconfirmed', data: { reason: answer.reason } }];
  return onChecked(state, answer, now);
}

/** Alarms by the clock: of several that are due at once (a worker that was away) only the last one is raised. */
function onTime(state: PatchState, now: Instant): NewOf<PatchEvent>[] {
  if (state.waiver) {
    const { until, by } = state.waiver;
    if (toMs(now) < toMs(until)) return [];
    return [{ kind: 'waiver-ended', data: { until, dueAt: state.dueAt } }, alarm(state, { kind: 'waiver-ended', by })];
  }
  const point = ringing(alarmClock(state), state.rung, now);
  return point ? [alarm(state, point.threshold)] : [];
}

function nextWake(state: PatchState, now: Instant): { at: Instant; what: string } | undefined {
  if (state.waiver) return { at: state.waiver.until, what: 'the waiver ends' };
  const next = nextPoint(alarmClock(state), now)!;
  return { at: next.at, what: `alarm: ${thresholdText(next.threshold)}, ${state.finding.package}`.slice(0, 100) };
}

function alarm(state: PatchState, threshold: Threshold): NewOf<PatchEvent> {
  return { kind: 'alarm-raised', data: alarmOf(state, threshold) };
}

function alarmOf({ caseId, finding, claim, dueAt }: PatchState, threshold: Threshold): Alarm {
  const about: About = {
    kind: 'package',
    package: finding.package,
    versions: finding.versions,
    inventory: finding.inventory,
    advisory: finding.advisory,
    severity: finding.severity,
    fixedIn: finding.fixedIn,
    claimedBy: claim?.by,
  };
  return { threshold, about, todo: 'patch', dueAt, commands: commandsFor('patch', caseId, about) };
}

function changesBetween(before: PatchFinding, after: PatchFinding): string[] {
  const shown = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value));
  return (['versions', 'severity', 'fixedIn', 'advisory', 'aliases', 'malicious'] as const).flatMap((field) =>
    shown(before[field]) === shown(after[field])
      ? []
      : [`${field}: ${shown(before[field]) || 'none'} → ${shown(after[field]) || 'none'}`.slice(0, 500)],
  );
}

function rows(state: PatchState): CaseRow[] {
  const { finding, waiver, claim, closedBecause } = state;
  const fix = finding.fixedIn.length > 0 ? ` → ${finding.fixedIn.join(', ')}` : '';
  const what = `${finding.package} ${finding.versions.join(', ')}${fix}`;
  const list: CaseRow[] = [
    { what, dueAt: state.dueAt, state: closedBecause ?? withAcknowledged(state, 'package', state.status) },
  ];
  if (waiver) list.push({ what: `waived by ${waiver.by}`, dueAt: waiver.until, state: waiver.reason });
  if (claim)
    list.push({ what: `said to be patched by ${claim.by}`, state: claim.answered ? 'not confirmed' : 'being checked' });
  return list;
}

function noted(message: string, note: string): NewOf<PatchEvent> {
  return { kind: 'noted', data: { message, note } };
}
