/** The fold of a case in triage. */
import { rungBy } from '../case/alarm';
import type { TriageEvent, TriageState } from './state';

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
      const { count, firstAt, lastAt, severity, systems, indicators } = event.data;
      return {
        ...state,
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
      return { ...state, status: 'declaring', decision, declaration, severity, owner, title };
    }
    case 'incident-started': {
      const { declaration: _, ...rest } = state;
      return { ...rest, status: 'declared', closedAt: event.at };
    }
    case 'triage-dismissed': {
      const decision = { decision: 'dismissed' as const, by: event.by, at: event.at, reason: event.data.reason };
      return { ...state, status: 'dismissed', decision, closedAt: event.at };
    }
    case 'triage-merged': {
      const { into, block } = event.data;
      const decision = { decision: 'merged' as const, by: event.by, at: event.at, incidentId: into };
      return { ...state, status: 'merging', decision, block };
    }
    case 'merge-delivered': {
      const { block: _, ...rest } = state;
      return { ...rest, status: 'merged', closedAt: event.at };
    }
    case 'merge-failed': {
      const { block: _block, decision: _decision, ...rest } = state;
      return { ...rest, status: 'waiting' };
    }
    default:
      return state;
  }
}
