/** The grade of an exercise: each commitment kept, late, open or not required, by its obligations, and on time by how much. */
import type { IncidentEvent } from '../../../domain/incident/events';
import { evolve } from '../../../domain/incident/evolve';
import { inPartText, outstanding } from '../../../domain/incident/filings';
import { isByTheHour, isLate, latenessText } from '../../../domain/incident/lateness';
import type { IncidentState, Obligation } from '../../../domain/incident/state';
import { type Instant, minuteText, spanText, toMs } from '../../../domain/kernel/time';
import type { Policy } from '../../../domain/policy/policy';

export type Grade = 'kept' | 'late' | 'open' | 'not required';

/** One obligation under one commitment. */
export interface GradedObligation {
  obligation: string;
  grade: Grade;
  fulfilledAt?: Instant;
  /** The deadline at the first fulfilment; for what is open the present one. */
  dueAt?: Instant;
  /** `1 h 35 min before the deadline`, `late by 2 h 10 min`, or why it was not required. */
  detail: string;
}

/** One row of the commitments: T1–T6, N1–N5, R1–R7. */
export interface GradedRow {
  commitment: string;
  grade: Grade;
  obligations: GradedObligation[];
}

export interface ExerciseGrade {
  incidentId: string;
  /** Every row kept or rightly not required; none late, none open. */
  ok: boolean;
  rows: GradedRow[];
}

/** The commitments of a pack in their own order: T before N before R, then by number; others after them. */
export function commitmentsOf(pack: Pick<Policy, 'obligations'>): string[] {
  const rank = (c: string) => ('TNR'.indexOf(c[0]!) + 1 || 9) * 1000 + Number(c.slice(1) || 0);
  return [...new Set(pack.obligations.flatMap((rule) => rule.commitments))].sort(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  );
}

/** Grades an incident by all its events, in order. */
export function grade(events: readonly IncidentEvent[], pack: Pick<Policy, 'obligations'>): ExerciseGrade {
  let state: IncidentState | undefined;
  const dueAtFirst = new Map<string, Instant>();
  for (const event of events) {
    if (event.kind === 'obligation-fulfilled') {
      const dueAt = state?.obligations[event.data.obligation]?.dueAt;
      if (dueAt && !dueAtFirst.has(event.data.obligation)) dueAtFirst.set(event.data.obligation, dueAt);
    }
    state = evolve(state, event);
  }
  if (!state) throw new Error('there are no events to grade');
  const { obligations, caseId: incidentId } = state;
  const rows = commitmentsOf(pack).map((commitment): GradedRow => {
    const rules = pack.obligations.filter((rule) => rule.commitments.includes(commitment));
    const graded = rules.flatMap((rule): GradedObligation[] => {
      const all = Object.values(obligations).filter((o) => o.rule === rule.id);
      // What stood for an authority until it was known says nothing beside those that were then named.
      const named = all.filter((o) => o.recipient !== 'to-be-determined' || o.status !== 'not-required');
      const instances = named.length > 0 ? named : all;
      if (instances.length === 0) return [{ obligation: rule.id, grade: 'open', detail: 'not decided yet' }];
      return instances.map((o) => gradeOne(o, dueAtFirst.get(o.id)));
    });
    return { commitment, grade: worst(graded), obligations: graded };
  });
  return { incidentId, ok: rows.every((row) => row.grade === 'kept' || row.grade === 'not required'), rows };
}

function gradeOne(o: Obligation, dueAtFirst: Instant | undefined): GradedObligation {
  const { id: obligation, fulfilledAt, decision } = o;
  if (fulfilledAt) {
    const dueAt = dueAtFirst ?? o.dueAt;
    const told = o.evidence?.of === undefined ? '' : `${o.evidence.told} of ${o.evidence.of} told, `;
    const late = `${told}${latenessText(o, spanText)}`;
    if (isLate(o)) return { obligation, grade: 'late', fulfilledAt, dueAt, detail: late };
    // Neither kept nor missed by what is known.
    if (isByTheHour(o)) return { obligation, grade: 'open', fulfilledAt, dueAt, detail: late };
    // What opened again since is owed: the first notice was kept, and somebody is untold now.
    if (o.status === 'partly-told') return { obligation, grade: 'open', dueAt: o.dueAt, detail: 'partly told' };
    const missing = outstanding(o);
    if (missing.length > 0) return { obligation, grade: 'open', dueAt: o.dueAt, detail: inPartText(missing) };
    const detail = told + (dueAt ? `${spanText(toMs(dueAt) - toMs(fulfilledAt))} before the deadline` : 'in time');
    return { obligation, grade: 'kept', fulfilledAt, dueAt, detail };
  }
  if (o.status === 'not-required') return { obligation, grade: 'not required', detail: decision?.reason ?? '' };
  if (o.status === 'proposed-not-owed') {
    return { obligation, grade: 'open', dueAt: o.dueAt, detail: 'proposed as not owed, and nobody has confirmed it' };
  }
  if (o.status === 'waived') {
    const ground = decision?.ground && decision.ground !== 'other' ? ` (${decision.ground})` : '';
    return { obligation, grade: 'not required', detail: `waived${ground}: ${decision?.reason ?? ''}` };
  }
  return {
    obligation,
    grade: 'open',
    dueAt: o.dueAt,
    detail: o.dueAt ? `${o.status}, due ${minuteText(o.dueAt)} UTC` : o.status,
  };
}

/** A row is as good as its worst obligation; one that was not required does not spoil one that was kept. */
function worst(graded: GradedObligation[]): Grade {
  const order: Grade[] = ['open', 'late', 'kept', 'not required'];
  return order.find((each) => graded.some((g) => g.grade === each)) ?? 'open';
}
