/** What it means for an incident that detections join or leave it. Pure. */
import { JOINED_SIGNAL, type Joined, LEFT_SIGNAL, type Left, type ListedDetections } from './detections';
import type { EventOf, NewEvent } from './events';
import type { IncidentState } from './state';

/** An incident that lists more tells nobody anything: the attack has become another one. */
export const MOST_DETECTIONS = 300;

/** Whether the detections of a triage case belong to the incident now. */
export function belongs({ detections = [] }: Pick<IncidentState, 'detections'>, caseId: string): boolean {
  return detections.some((each) => each.caseId === caseId && !each.left);
}

/** How an incident that is declared from a triage case begins to list it. */
export function joinedEvent({ by, detections }: Pick<Joined, 'by' | 'detections'>): NewEvent {
  return { kind: 'detections-joined', by, data: detections };
}

/** Detections join; nothing where they belong to it already. */
export function onJoined(state: IncidentState, { by, detections }: Joined): NewEvent[] {
  if (belongs(state, detections.caseId)) return [];
  const problem = closedProblem(state) ?? foreignProblem(state) ?? fullProblem(state);
  if (problem) return [rejected(by, JOINED_SIGNAL, problem)];
  return [joinedEvent({ by, detections })];
}

/** Detections leave; nothing where they have left. Of an earlier version's merge the incident has no entry, and records it all the same. */
export function onLeft(state: IncidentState, { by, caseId, reason }: Left): NewEvent[] {
  if (state.detections?.some((each) => each.caseId === caseId && each.left)) return [];
  const problem = closedProblem(state);
  if (problem) return [rejected(by, LEFT_SIGNAL, problem)];
  return [{ kind: 'detections-left', by, data: { caseId, reason } }];
}

function closedProblem({ closedAt }: IncidentState): string | undefined {
  return closedAt && `incident: it was closed at ${closedAt}; reopen it first`;
}

function foreignProblem({ exercise }: IncidentState): string | undefined {
  return exercise ? 'incident: it is an exercise, and detections are not; name a real one' : undefined;
}

function fullProblem({ detections = [] }: IncidentState): string | undefined {
  return detections.length < MOST_DETECTIONS
    ? undefined
    : `incident: it lists ${MOST_DETECTIONS} triage cases; give another one, declared beside it and linked with it`;
}

function rejected(by: string, message: string, problem: string): NewEvent {
  return { kind: 'rejected', by, data: { message, problems: [problem] } };
}

/** The list after detections joined or left. */
export function listedAfter(
  listed: ListedDetections[] = [],
  { kind, by, at, data }: EventOf<'detections-joined'> | EventOf<'detections-left'>,
): ListedDetections[] {
  if (kind === 'detections-joined')
    return [...listed.filter(({ caseId }) => caseId !== data.caseId), { ...data, by, at }];
  const left = { by, at, reason: data.reason };
  return listed.map((each) => (each.caseId === data.caseId ? { ...each, left } : each));
}
