/** What it means for an incident that detections join or leave it. Pure. */

import { human } from '../kernel/time';
import { JOINED_SIGNAL, type Joined, LEFT_SIGNAL, type Left, type Recounted } from './detections';
import type { EventOf, NewEvent } from './events';
import type { IncidentState } from './state';

/** A list of more tells nobody anything. Those that left do not count. */
export const MOST_DETECTIONS = 300;

/** Whether the detections of a triage case belong to the incident now. */
export function belongs({ detections = [] }: Pick<IncidentState, 'detections'>, caseId: string): boolean {
  return detections.some((each) => each.caseId === caseId && !each.left);
}

/** Whether it was recorded that they left. Of an earlier version's merge the incident has no entry, and records it once all the same. */
export function hasLeft(
  { detections = [], leftUnlisted = [] }: Pick<IncidentState, 'detections' | 'leftUnlisted'>,
  caseId: string,
): boolean {
  const listed = detections.find((each) => each.caseId === caseId);
  return listed ? listed.left !== undefined : leftUnlisted.includes(caseId);
}

/** How an incident that is declared from a triage case begins to list it. */
export function joinedEvent({ by, detections }: Pick<Joined, 'by' | 'detections'>): NewEvent {
  return { kind: 'detections-joined', by, data: detections };
}

/**
 * Triage cases that an earlier version merged: it had a measure name each, by a command of this id, and kept nothing else of it.
 * `left`: taken out again.
 */
export function earlierMerged({
  handled,
  detections = [],
  leftUnlisted = [],
}: Pick<IncidentState, 'handled' | 'detections' | 'leftUnlisted'>): { caseId: string; left: boolean }[] {
  return handled.flatMap((commandId) => {
    const caseId = EARLIER_MERGE.exec(commandId)?.[1];
    if (caseId === undefined || detections.some((each) => each.caseId === caseId)) return [];
    return [{ caseId, left: leftUnlisted.includes(caseId) }];
  });
}

const EARLIER_MERGE = /^(TRG-[0-9a-f]{12}) merge$/;

/** `merged by an earlier version, which kept no more of it here`. */
export function howItWasMerged({ left }: { left: boolean }): string {
  const merged = 'merged by an earlier version, which kept no more of it here';
  return left ? `${merged}; taken out since` : merged;
}

/** Detections join; nothing where they belong to it already. */
export function onJoined(state: IncidentState, { by, detections }: Joined): NewEvent[] {
  if (belongs(state, detections.caseId)) return [];
  const problem = closedProblem(state) ?? foreignProblem(state) ?? fullProblem(state);
  if (problem) return [rejected(by, JOINED_SIGNAL, problem)];
  return [joinedEvent({ by, detections })];
}

/** More of the same came; nothing where they do not belong to it, or it knows of as many. */
export function onRecounted(state: IncidentState, recounted: Recounted): NewEvent[] {
  const listed = state.detections?.find(({ caseId }) => caseId === recounted.caseId);
  if (!listed || listed.left || state.closedAt || recounted.count <= listed.count) return [];
  return [{ kind: 'detections-recounted', data: recounted }];
}

/** Characters of a reason that the list keeps; the register has all of it. */
const REASON_KEPT = 300;

/** Detections leave; nothing where they have left. */
export function onLeft(state: IncidentState, { by, caseId, reason }: Left): NewEvent[] {
  if (hasLeft(state, caseId)) return [];
  const problem = closedProblem(state);
  if (problem) return [rejected(by, LEFT_SIGNAL, problem)];
  return [{ kind: 'detections-left', by, data: { caseId, reason } }];
}

function closedProblem({ closedAt }: IncidentState): string | undefined {
  return closedAt && `incident: it was closed at ${human(closedAt)}; reopen it first`;
}

function foreignProblem({ exercise }: IncidentState): string | undefined {
  return exercise ? 'incident: it is an exercise, and detections are not; name a real one' : undefined;
}

function fullProblem({ detections = [] }: IncidentState): string | undefined {
  return detections.filter(({ left }) => !left).length < MOST_DETECTIONS
    ? undefined
    : `incident: it lists ${MOST_DETECTIONS} triage cases; give another one, declared beside it and linked with it`;
}

function rejected(by: string, message: string, problem: string): NewEvent {
  return { kind: 'rejected', by, data: { message, problems: [problem] } };
}

/** The lists after detections joined, became more or left. */
export function listedAfter(
  { detections = [], leftUnlisted = [] }: Pick<IncidentState, 'detections' | 'leftUnlisted'>,
  { kind, by, at, data }: EventOf<'detections-joined' | 'detections-recounted' | 'detections-left'>,
): Pick<IncidentState, 'detections' | 'leftUnlisted'> {
  if (kind === 'detections-joined')
    return { detections: [...detections.filter(({ caseId }) => caseId !== data.caseId), { ...data, by, at }] };
  if (kind === 'detections-recounted')
    return { detections: detections.map((each) => (each.caseId === data.caseId ? { ...each, ...data } : each)) };
  if (!detections.some(({ caseId }) => caseId === data.caseId)) return { leftUnlisted: [...leftUnlisted, data.caseId] };
  const left = { by, at, reason: clipped(data.reason) };
  return { detections: detections.map((each) => (each.caseId === data.caseId ? { ...each, left } : each)) };
}

function clipped(reason: string): string {
  return reason.length > REASON_KEPT ? `${reason.slice(0, REASON_KEPT - 1)}…` : reason;
}
