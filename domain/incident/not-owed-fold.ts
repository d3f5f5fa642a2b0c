/** The fold of proposals that a duty is not owed. */
import type { EventOf } from './events';
import { blank, type IncidentState, type Obligation, type ObligationStatus } from './state';

const BEFORE_A_PERSON_ACTED: ObligationStatus[] = ['pending', 'drafted', 'filing', 'partly-told'];

/** The duty stays open with its clock until a person confirms the proposal or the facts change. */
export function propose(state: IncidentState, event: EventOf<'not-owed-proposed'>): IncidentState {
  const { obligation: id, rule, recipient, reason, because, facts, basis, clock, dueAt, marginAt } = event.data;
  const known = state.obligations[id];
  const before = known ?? { ...blank(id, rule), recipient, roundStartedAt: event.at };
  const statusBefore =
    known && BEFORE_A_PERSON_ACTED.includes(known.status) ? known.status : known?.proposal?.statusBefore;
  const proposed: Obligation = {
    ...before,
    ...(before.clock ? {} : { clock, dueAt, marginAt }),
    status: 'proposed-not-owed',
    approved: false,
    because,
    decision: undefined,
    proposal: { by: event.by, at: event.at, reason, because, facts, basis, ...(statusBefore ? { statusBefore } : {}) },
  };
  return { ...state, obligations: { ...state.obligations, [id]: proposed } };
}

/** The facts do not support it any more: the duty goes on as it was, or is as if it had never been spoken of. */
export function withdraw(state: IncidentState, id: string): IncidentState {
  const { [id]: o, ...others } = state.obligations;
  if (!o) return state;
  const { statusBefore } = o.proposal ?? {};
  if (!statusBefore) return { ...state, obligations: others };
  return {
    ...state,
    obligations: {
      ...state.obligations,
      [id]: { ...o, status: statusBefore, decision: undefined, proposal: undefined },
    },
  };
}
