/** Which incidents the detections of a case belong to. */
import type { Joined } from '../incident/detections';
import type { TriageDecision, TriageState } from './state';

/** A decision by which they belong to an incident. */
export type Belonging = TriageDecision & { incidentId: string };

/** In the order of the decisions. The last may be under way. */
export function belongsTo({ decision, further = [] }: Pick<TriageState, 'decision' | 'further'>): Belonging[] {
  return [decision, ...further].filter((each): each is Belonging => each?.incidentId !== undefined);
}

/** The latest merge, which may be unanswered. */
export function mergedLast(state: Pick<TriageState, 'decision' | 'further'>): Belonging | undefined {
  return belongsTo(state).findLast(({ decision }) => decision === 'merged');
}

/** Whether an incident has not answered to a merge yet: what it is asked to block is kept until then. */
export function isUnanswered({ block }: Pick<TriageState, 'block'>): boolean {
  return block !== undefined;
}

/** What an incident is told of the case. */
export function joinedOf(state: TriageState, { decision, by }: Pick<Belonging, 'decision' | 'by'>): Joined {
  const { caseId, detection, ruleTitle, severity, count, firstAt, lastAt } = state;
  const how = decision === 'declared' ? ('declared' as const) : ('merged' as const);
  const { source } = detection;
  return { by, detections: { caseId, how, source, title: ruleTitle, severity, count, firstAt, lastAt } };
}
