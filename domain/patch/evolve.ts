/** The fold of a patch task: state = events.reduce(evolve). Pure; the first event is `patch-due`. */
import { toMs } from '../kernel/time';
import { type PatchEvent, type PatchFinding, type PatchState, titleOf } from './state';

export function evolve(state: PatchState | undefined, event: PatchEvent): PatchState {
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

function standing(state: PatchState): string {
  return state.waiver ? 'waived' : state.claim ? 'said to be patched' : 'open';
}
