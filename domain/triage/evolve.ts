/** The fold of a case in triage. */
import { rungBy } from '../case/alarm';
import type { Instant } from '../kernel/time';
import { belongsTo, isUnanswered, mergedLast } from './belongs';
import { MOST_DELIVERIES, type TriageDecision, type TriageEvent, type TriageState } from './state';

export function evolve(state: TriageState | undefined, event: TriageEvent): TriageState {
  if (state === undefined) {
    if (event.kind !== 'detected') throw new Error(`the first event must be "detected", not "${event.kind}"`);
    const { detection, ...data } = event.data;
    return {
      ...data,
      caseId: event.incidentId,
      seq: event.seq,
      exercise: event.exercise,
      owner: data.incident.owner,
      status: 'waiting',
      handled: [],
      detection,
      openedAt: event.at,
      count: 1,
      firstAt: detection.at,
      lastAt: detection.at,
    };
  }
  switch (event.kind) {
    case 'detections-counted': {
      const { count, firstAt, lastAt, severity, systems, indicators, deliveries } = event.data;
      const late = (state.late?.count ?? 0) + count - state.count;
      return {
        ...state,
        ...(deliveries && { deliveries: [...(state.deliveries ?? []), ...deliveries].slice(-MOST_DELIVERIES) }),
        ...(state.closedAt && { late: { count: late, lastAt } }),
        count,
        firstAt,
        lastAt,
        severity,
        systems: [...state.systems, ...systems],
        indicators: [...state.indicators, ...indicators],
      };
    }
    case 'alarm-raised':
      return { ...state, rung: rungBy(event.data, event.at) ?? state.rung };
    case 'triage-declared': {
      const { declaration } = event.data;
      const decision = { decision: 'declared' as const, by: event.by, at: event.at, incidentId: declaration.id };
      const { severity, owner, title } = declaration;
      return { ...decided(state, decision), status: 'declaring', declaration, severity, owner, title };
    }
    case 'incident-started': {
      const { declaration: _, ...rest } = state;
      return standing(rest, belongsTo(state), event.at);
    }
    case 'triage-dismissed': {
      const decision = { decision: 'dismissed' as const, by: event.by, at: event.at, reason: event.data.reason };
      return { ...state, status: 'dismissed', decision, closedAt: event.at };
    }
    case 'triage-merged': {
      const { into, block } = event.data;
      const decision = { decision: 'merged' as const, by: event.by, at: event.at, incidentId: into };
      return { ...decided(state, decision), status: 'merging', block };
    }
    case 'merge-delivered': {
      const { block: _, ...rest } = state;
      return standing(rest, belongsTo(state), event.at);
    }
    case 'merge-failed': {
      const { block: _, ...rest } = state;
      const failed = mergedLast(state);
      const left = belongsTo(state).filter((each) => each !== failed);
      return again(standing(rest, left, event.at), event.data.dueAt, event.at);
    }
    case 'triage-unmerged': {
      const { closedAt: _, ...open } = state;
      return { ...open, status: 'unmerging', leaving: { ...event.data, by: event.by, at: event.at } };
    }
    case 'unmerge-delivered': {
      const { leaving: _, ...rest } = state;
      const { from, dueAt } = event.data;
      const left = belongsTo(state).filter(({ incidentId }) => incidentId !== from);
      return again(standing(rest, left, event.at), dueAt, event.at);
    }
    case 'unmerge-failed': {
      const { leaving: _, ...rest } = state;
      return standing(rest, belongsTo(state), event.at);
    }
    default:
      return state;
  }
}

/** One more decision, beside those that stand. */
function decided({ closedAt: _, ...open }: TriageState, decision: TriageDecision): TriageState {
  return open.decision ? { ...open, further: [...(open.further ?? []), decision] } : { ...open, decision };
}

/** A case that waits again. The alarm that comes with it stands for whatever would have rung until then. */
function again(state: TriageState, dueAt: Instant | undefined, at: Instant): TriageState {
  if (dueAt === undefined) return state;
  return { ...state, dueAt, rung: { dueAt, at }, ...(dueAt !== state.dueAt && { clockAt: at }) };
}

/** What stands once work for a decision is done, came to nothing or was taken back: without any, the case waits again. */
function standing(state: TriageState, decisions: TriageDecision[], at: Instant): TriageState {
  const { decision: _decision, further: _further, closedAt: _closedAt, ...rest } = state;
  const [decision, ...further] = decisions;
  const last = decisions.at(-1);
  if (!decision || !last) {
    // Whoever decides again decides on all of them.
    const { late: _late, ...waits } = rest;
    return { ...waits, status: 'waiting' };
  }
  const stands = { ...rest, decision, ...(further.length > 0 && { further }) };
  if (rest.declaration) return { ...stands, status: 'declaring' };
  if (isUnanswered(rest)) return { ...stands, status: 'merging' };
  return { ...stands, status: last.decision, closedAt: at };
}
