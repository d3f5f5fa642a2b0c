/** A case of any kind as its register entries tell it: whether it is open, and when it is due next. Pure. */
import { type Folds, foldCase } from '../case/advance';
import type { Alarm } from '../case/alarm';
import type { CaseState } from '../case/lifecycle';
import { unheardAlarms } from '../case/resumed';
import { standingOf } from '../escalation/standing';
import { nextDeadline, owedBy } from '../incident/clocks';
import { INCIDENT_WORKFLOW } from '../incident/contract';
import { INCIDENT_FOLDS } from '../incident/evolve';
import type { IncidentState } from '../incident/state';
import type { RecordedEvent } from '../kernel/recorded-event';
import type { Instant } from '../kernel/time';
import { PATCH_WORKFLOW, patchTaskLifecycle } from '../patch/patch-task';
import { VULNERABILITY_REPORT_WORKFLOW, vulnerabilityReportLifecycle } from '../report/vulnerability-report';
import { TRIAGE_WORKFLOW } from '../triage/state';
import { triageLifecycle } from '../triage/triage';

/** A case of the register. */
export interface RegisteredCase {
  id: string;
  /** The type of the workflow that should run while it is open. */
  workflow: string;
  /** Entries so far. */
  seq: number;
  open: boolean;
  exercise: boolean;
  owner: string;
  title: string;
  severity: string;
  status: string;
  /** The earliest deadline that is owed, also when it is past. */
  nextDueAt?: Instant;
  lastAt: Instant;
  /** When the latest of its alarms rang that nobody has acknowledged and that call for what is not done: those are repeated. */
  ringingAt?: Instant;
}

type Reads = Folds<CaseState, RecordedEvent> & { nextDueAt(state: CaseState): Instant | undefined };

/** What reads a kind of case, by the kind of its first event. */
const KINDS: Record<string, { workflow: string; reads: Reads }> = {
  declared: {
    workflow: INCIDENT_WORKFLOW,
    reads: { ...INCIDENT_FOLDS, nextDueAt: nextDeadline } as unknown as Reads,
  },
  detected: { workflow: TRIAGE_WORKFLOW, reads: triageLifecycle as unknown as Reads },
  'report-received': {
    workflow: VULNERABILITY_REPORT_WORKFLOW,
    reads: vulnerabilityReportLifecycle as unknown as Reads,
  },
  'patch-due': { workflow: PATCH_WORKFLOW, reads: patchTaskLifecycle as unknown as Reads },
};

/** The case that these entries tell, in any order; `undefined` where they are of no case, such as the register's own. */
export function registeredCase(entries: readonly RecordedEvent[]): RegisteredCase | undefined {
  const kind = kindOf(entries);
  const state = kind && foldCase(kind.reads, entries);
  if (!kind || !state) return undefined;
  const nextDueAt = state.closedAt ? undefined : kind.reads.nextDueAt(state);
  const ringingAt = state.closedAt ? undefined : latestRinging(state, nextDueAt, entries);
  return {
    id: state.caseId,
    workflow: kind.workflow,
    seq: state.seq,
    open: state.closedAt === undefined,
    exercise: state.exercise,
    owner: state.owner,
    title: state.title,
    severity: state.severity,
    status: state.status,
    ...(nextDueAt && { nextDueAt }),
    lastAt: entries.find(({ seq }) => seq === state.seq)!.at,
    ...(ringingAt && { ringingAt }),
  };
}

function latestRinging(
  state: CaseState,
  nextDueAt: Instant | undefined,
  entries: readonly RecordedEvent[],
): Instant | undefined {
  const alarms = unheardAlarms(state, entries).map(({ seq, at, data }) => ({ ...(data as Alarm), seq, at }));
  const { settled } = standingOf({ state, nextDueAt: nextDueAt ?? null }, alarms);
  return alarms.filter(({ seq }) => !settled.includes(seq)).sort((a, b) => b.seq - a.seq)[0]?.at;
}

/** The state of the case that these entries tell, of whatever kind. */
export function stateOfAny(entries: readonly RecordedEvent[]): CaseState | undefined {
  const kind = kindOf(entries);
  return kind && foldCase(kind.reads, entries);
}

/** An open case as figures show it: no id, no text. */
export interface CaseFigures {
  /** The type of its workflow. */
  kind: string;
  exercise: boolean;
  /** Alarms that nobody has acknowledged. */
  alarms: number;
  /** Each deadline that is owed, also when it is past: under the rule of the pack, or the kind where it has one alone. */
  owed: Array<{ obligation: string; dueAt: Instant }>;
}

/** What these entries tell of an open case; `undefined` where it is closed, or they are of none. */
export function caseFigures(entries: readonly RecordedEvent[]): CaseFigures | undefined {
  const kind = kindOf(entries);
  const state = kind && foldCase(kind.reads, entries);
  if (!kind || !state || state.closedAt !== undefined) return undefined;
  const { workflow, reads } = kind;
  const dueAt = reads.nextDueAt(state);
  return {
    kind: workflow,
    exercise: state.exercise,
    alarms: state.unacknowledged?.length ?? 0,
    owed:
      workflow === INCIDENT_WORKFLOW ? owedBy(state as IncidentState) : dueAt ? [{ obligation: workflow, dueAt }] : [],
  };
}

/** The workflow of a case, by the kind of its first entry; `undefined` where that begins no case. */
export function workflowBegunBy(first: string): string | undefined {
  return KINDS[first]?.workflow;
}

function kindOf(entries: readonly RecordedEvent[]): (typeof KINDS)[string] | undefined {
  const first = entries.find(({ seq }) => seq === 1);
  return first && KINDS[first.kind];
}
