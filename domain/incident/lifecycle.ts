/** The lifecycle of an incident: what it decides, under the policy that applied when it was declared. */
import type { Lifecycle } from '../case/lifecycle';
import type { Policy, PolicyRef } from '../policy/policy';
import { acknowledgedAlarm, occasionAlarm } from './alarms';
import { nextDeadline, overdueCount } from './clocks';
import { retractionSaid } from './containment';
import type { IncidentEvent } from './events';
import { INCIDENT_FOLDS } from './evolve';
import { board } from './explain';
import { INCIDENT_MESSAGES } from './messages';
import { nextSteps } from './next-steps';
import { decideMessage, type OwnMessage } from './on-message';
import { type IncidentOutcome, onOutcome } from './outcome';
import { reconcile } from './reconcile';
import type { IncidentState } from './state';
import { nextWake } from './wake';
import { causedWork, type IncidentWork, wantedWork } from './work';

export type IncidentLifecycle = Lifecycle<IncidentState, IncidentEvent, IncidentWork, IncidentOutcome>;

/** The kind of case that an incident is, under one policy. `ref`: that policy, where an incident may be opened again. */
export function incidentLifecycle(pack: Policy, ref?: PolicyRef): IncidentLifecycle {
  return {
    ...INCIDENT_FOLDS,
    messages: INCIDENT_MESSAGES,
    onMessage: (state, name, message, now) =>
      decideMessage(state, { message: name, ...message } as OwnMessage, pack, now, ref),
    onTime: (state, now) => reconcile(state, pack, now),
    onOutcome: (state, outcome, now) => onOutcome(state, outcome, pack, now),
    wantedWork: (state) => wantedWork(state, pack),
    causedWork: (event, state) => causedWork(event, state, pack),
    occasion: (state, occasion) => occasionAlarm(occasion, state, pack),
    rings: (state, obligation, threshold, now) => acknowledgedAlarm(state, obligation, threshold, pack, now),
    says: retractionSaid,
    nextWake(state, now) {
      const wake = nextWake(state, pack, now);
      return wake && { at: wake.at, what: wake.what };
    },
    nextDueAt: nextDeadline,
    rows: (state, now) =>
      board(state, pack, now).map(({ commitments, title, dueAt, time, status, settled }) => ({
        what: commitments.length > 0 ? `${title} · ${commitments.join(' ')}` : title,
        dueAt,
        // Time left would be that of the last change, whenever somebody looks: how late something was stays true.
        state: settled && time ? `${status}, ${time}` : status,
      })),
    next: (state, now) => nextSteps(state, pack, now),
    attributes: (state, now) => ({
      overdue: overdueCount(state, now),
      personalData: state.assessment?.facts.personalData ?? 'unknown',
    }),
  };
}
