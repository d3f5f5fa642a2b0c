/**
 * A patch task: a vulnerable package is installed, somebody has until `dueAt` to replace it. The dependency check opens
 * it and closes it; a person may waive it for a time, or say that it is patched, which the next check confirms or not.
 * Its clock counts from when the package was found to be vulnerable, never from when the task came to be.
 */
import { z } from 'zod';
import type { About, Alarm, Threshold } from '../case/alarm';
import { commandsFor } from '../case/alarm-commands';
import { thresholdText } from '../case/alarm-text';
import { stepOf } from '../case/case-step';
import type {
  CaseEventOf,
  CaseMessage,
  CaseRow,
  CaseState,
  CommonCaseEvent,
  Lifecycle,
  NewOf,
  Work,
} from '../case/lifecycle';
import { envelope } from '../case/messages';
import { AlarmAtSchema, type AlarmClock, clockPoints, nextPoint, type Rung, ringing } from '../kernel/alarm-clock';
import { SCHEDULES } from '../kernel/schedules';
import { ByOf, text } from '../kernel/text';
import { deadline, type Instant, InstantSchema, PeriodSchema, toMs } from '../kernel/time';
import { RATINGS, type Rating } from './advisory';
import { moreSevere, RepeatSchema } from './dependencies';

export const PATCH_WORKFLOW = 'patchTask';
export const DEPENDENCY_CHECK = 'dependencyCheck';
/** Id of the daily check's schedule, which is there when a worker has an inventory; and the first part of checks' ids. */
export const DEPENDENCY_SCHEDULE = SCHEDULES.dependencies;

const line = (max: number) => text(max).transform((value) => value.replace(/\s+/gu, ' '));
const versions = z.array(line(300)).max(50);

/** What the task is about, small enough for a payload: of many versions and places the first few. */
export const PatchFindingSchema = z.strictObject({
  key: z.string().regex(/^[0-9a-f]{16}$/),
  inventory: line(120),
  ecosystem: line(120),
  package: line(300),
  versions,
  advisory: line(100),
  aliases: z.array(line(100)).max(50).default([]),
  summary: z.string().max(200).default(''),
  severity: z.enum(RATINGS),
  malicious: z.boolean().default(false),
  fixedIn: versions.default([]),
  dev: z.boolean().default(false),
});
export type PatchFinding = z.infer<typeof PatchFindingSchema>;

const Within = z.union([PeriodSchema, z.literal('none')]);

/** The policy as it was when the task was opened: editing the file moves no running task. */
export const PatchPlanSchema = z.strictObject({
  owner: ByOf,
  deadlines: z.record(z.enum(RATINGS), Within),
  tellAtOnce: z.array(z.enum(RATINGS)),
  alarmAt: AlarmAtSchema,
  repeatEvery: RepeatSchema,
  longestWaiver: PeriodSchema,
});
export type PatchPlan = z.infer<typeof PatchPlanSchema>;

/** Input of the workflow `patchTask`. */
export const PatchTaskInputSchema = z.strictObject({
  finding: PatchFindingSchema,
  plan: PatchPlanSchema,
  foundAt: InstantSchema,
  exercise: z.boolean().default(false),
});
export type PatchTaskInput = z.input<typeof PatchTaskInputSchema>;

export interface PatchState extends CaseState {
  finding: PatchFinding;
  plan: PatchPlan;
  foundAt: Instant;
  dueAt: Instant;
  /** What of its alarm clock has rung. */
  rung?: Rung | undefined;
  waiver?: { by: string; reason: string; until: Instant };
  /** A person says that it is patched; `count` tells one claim from the next. */
  claim?: { by: string; at: Instant; count: number; answered: boolean };
  claims: number;
  closedBecause?: string;
}

export type PatchEvent =
  | CommonCaseEvent
  | CaseEventOf<'patch-due', { finding: PatchFinding; plan: PatchPlan; foundAt: Instant; dueAt: Instant }>
  | CaseEventOf<'finding-changed', { finding: PatchFinding; dueAt: Instant; changes: string[] }>
  | CaseEventOf<'patch-waived', { reason: string; until: Instant }>
  | CaseEventOf<'waiver-ended', { until: Instant; dueAt: Instant }>
  | CaseEventOf<'patch-claimed', { note?: string }>
  | CaseEventOf<'claim-refuted', { versions: string[] }>
  | CaseEventOf<'claim-unconfirmed', { reason: string }>
  | CaseEventOf<'note-added', { note: string }>
  | CaseEventOf<'patch-closed', { outcome: PatchClosing; reason: string }>;

/**
 * `fixed`: no vulnerable version is installed any more. `withdrawn`: the advisory was taken back. `stated`: somebody says that it
 * is patched, or not affected, and no check shows it.
 */
export type PatchClosing = 'fixed' | 'withdrawn' | 'stated';

const CheckedSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ ...envelope, outcome: z.literal('found'), finding: PatchFindingSchema }),
  z.strictObject({ ...envelope, outcome: z.enum(['fixed', 'withdrawn', 'stated']), reason: line(500) }),
]);
const WaiveSchema = z.strictObject({ ...envelope, reason: text(2000), until: InstantSchema });
const PatchedSchema = z.strictObject({ ...envelope, note: text(2000).optional() });
const NoteSchema = z.strictObject({ ...envelope, note: text(2000) });

export const PATCH_MESSAGES = {
  waive: { schema: WaiveSchema, description: 'Accept the risk for a time, with a reason; no alarms until then' },
  patched: {
    schema: PatchedSchema,
    description: 'It is patched: a check confirms and closes, or says that it is not',
  },
  note: { schema: NoteSchema, description: 'Add a note to the record' },
  checked: { schema: CheckedSchema, description: 'The dependency check: what it found' },
};

export type Checked = { outcome: 'found'; finding: PatchFinding } | { outcome: PatchClosing; reason: string };

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
  nextDueAt: ({ closedAt, waiver, dueAt }) => (closedAt ? undefined : (waiver?.until ?? dueAt)),
  rows,
  next(state, now) {
    if (state.closedAt || state.waiver || (state.claim && !state.claim.answered)) return [];
    return [stepOf(alarmOf(state, { kind: 'due' }), state.title, now)];
  },
};

/** The first event of a task. Its deadline counts from `foundAt`. */
export function patchDue({ finding, plan, foundAt }: z.infer<typeof PatchTaskInputSchema>): NewOf<PatchEvent> {
  return { kind: 'patch-due', data: { finding, plan, foundAt, dueAt: dueAfter(foundAt, finding.severity, plan) } };
}

function evolve(state: PatchState | undefined, event: PatchEvent): PatchState {
  if (event.kind === 'patch-due') return opened(event);
  if (!state) throw new Error('a patch task begins with patch-due');
  switch (event.kind) {
    case 'alarm-raised':
      // Whoever is told of a change is told of the clock as well.
      return { ...state, rung: { dueAt: state.dueAt, at: event.at } };
    case 'finding-changed': {
      const { finding, dueAt } = event.data;
      // More time than before: what has rung stays behind.
      const rung = state.rung && toMs(dueAt) > toMs(state.dueAt) ? { dueAt, at: event.at } : state.rung;
      return { ...state, ...shownOf(finding), dueAt, rung };
    }
    case 'patch-waived':
      return { ...state, status: 'waived', waiver: { by: event.by, ...event.data } };
    case 'waiver-ended':
      return { ...state, status: standing({ ...state, waiver: undefined }), waiver: undefined };
    case 'patch-claimed': {
      const count = state.claims + 1;
      const claim = { by: event.by, at: event.at, count, answered: false };
      return { ...state, status: 'said to be patched', claims: count, claim };
    }
    case 'claim-refuted':
      return { ...state, status: standing({ ...state, claim: undefined }), claim: undefined };
    case 'claim-unconfirmed':
      return { ...state, claim: state.claim && { ...state.claim, answered: true } };
    case 'patch-closed':
      return { ...state, status: event.data.outcome, closedAt: event.at, closedBecause: event.data.reason };
    case 'alarm-acknowledged':
    case 'resumed':
    case 'rejected':
    case 'noted':
    case 'note-added':
      return state;
  }
}

function opened(event: Extract<PatchEvent, { kind: 'patch-due' }>): PatchState {
  const { finding, plan, foundAt, dueAt } = event.data;
  return {
    caseId: event.incidentId,
    seq: event.seq,
    exercise: event.exercise,
    ...shownOf(finding),
    owner: plan.owner,
    status: 'open',
    handled: [],
    plan,
    foundAt,
    dueAt,
    claims: 0,
  };
}

function shownOf(finding: PatchFinding) {
  return { finding, severity: finding.severity, title: titleOf(finding) };
}

/** What lists call the task. */
export function titleOf({ package: name, versions, inventory, advisory }: PatchFinding): string {
  return `Patch ${name} ${versions.join(', ')} in ${inventory}: ${advisory}`.slice(0, 200);
}

function standing(state: PatchState): string {
  return state.waiver ? 'waived' : state.claim ? 'said to be patched' : 'open';
}

function onMessage(state: PatchState, name: string, message: CaseMessage, now: Instant): NewOf<PatchEvent>[] {
  if (state.closedAt) return [noted(name, `it is closed since ${state.closedAt}: ${state.closedBecause}`)];
  switch (name) {
    case 'checked':
      return onChecked(state, message as z.infer<typeof CheckedSchema>, now);
    case 'waive':
      return onWaive(state, message as z.infer<typeof WaiveSchema>, now);
    case 'patched': {
      if (state.claim && !state.claim.answered) return [noted(name, 'a check of it is under way')];
      return [{ kind: 'patch-claimed', data: { note: (message as z.infer<typeof PatchedSchema>).note } }];
    }
    default:
      return [{ kind: 'note-added', data: { note: (message as z.infer<typeof NoteSchema>).note } }];
  }
}

function onWaive(state: PatchState, { reason, until }: z.infer<typeof WaiveSchema>, now: Instant): NewOf<PatchEvent>[] {
  const longest = deadline(now, state.plan.longestWaiver);
  const problem =
    toMs(until) <= toMs(now)
      ? `until: ${until} is past; give an instant to come`
      : toMs(until) > toMs(longest)
        ? `until: may be ${longest} at the latest, by policy; waive it again then`
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

/** Its alarms: at once where the policy says so, the parts of its time, the deadline, and the repeats. */
function alarmClock({ foundAt, dueAt, plan, finding }: PatchState): AlarmClock {
  const atOnce = plan.tellAtOnce.includes(finding.severity) ? [0] : [];
  return {
    dueAt,
    points: clockPoints({ startAt: foundAt, dueAt, alarmAt: [...new Set([...atOnce, ...plan.alarmAt, 100])] }),
    repeatMs: toMs(deadline(dueAt, plan.repeatEvery)) - toMs(dueAt),
  };
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

/** The deadline from when it was found. `none` stands for a severity that opens no task by itself: as for low ones. */
function dueAfter(from: Instant, severity: Rating, { deadlines }: PatchPlan): Instant {
  const within = deadlines[severity];
  return deadline(from, within && within !== 'none' ? within : 'P90D');
}

/** Worse than thought: the new time counts from now, but nobody gets more time. Less bad: as if known from the start. */
function dueAfterChange(state: PatchState, severity: Rating, now: Instant): Instant {
  if (severity === state.severity) return state.dueAt;
  if (!moreSevere(severity, state.severity as Rating)) return dueAfter(state.foundAt, severity, state.plan);
  const dueAt = dueAfter(now, severity, state.plan);
  return toMs(dueAt) < toMs(state.dueAt) ? dueAt : state.dueAt;
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
  const list: CaseRow[] = [{ what, dueAt: state.dueAt, state: closedBecause ?? state.status }];
  if (waiver) list.push({ what: `waived by ${waiver.by}`, dueAt: waiver.until, state: waiver.reason });
  if (claim)
    list.push({ what: `said to be patched by ${claim.by}`, state: claim.answered ? 'not confirmed' : 'being checked' });
  return list;
}

function noted(message: string, note: string): NewOf<PatchEvent> {
  return { kind: 'noted', data: { message, note } };
}

/** What a check has the workflow of a task do. `revision`: which state of the finding it was planned for. */
export interface PatchAction {
  caseId: string;
  key: string;
  revision: number;
  what: { do: 'open'; input: PatchTaskInput } | { do: 'tell'; checked: Checked };
}

/** One vulnerability of one package in one inventory, as it was last seen. */
export interface PatchRow {
  finding: PatchFinding;
  /** 1 at first; higher when it came back after it was settled. */
  round: number;
  foundAt: Instant;
  /** False where the policy wants no task. */
  task: boolean;
  settledAt?: Instant;
  /** What the task's workflow is to be told. Taken away when that was done. */
  pending?: PatchAction['what'];
}

/** `PATCH-` and 12 hex digits of the finding; a later round has its number behind. */
export function caseIdOf({ finding, round }: Pick<PatchRow, 'finding' | 'round'>): string {
  return `PATCH-${finding.key.slice(0, 12)}${round > 1 ? `-${round}` : ''}`;
}

/** The round in a task's id. */
export function roundOf(caseId: string): number {
  return Number(/^PATCH-[0-9a-f]+-(\d+)$/.exec(caseId)?.[1] ?? 1);
}
