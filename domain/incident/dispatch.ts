/** When a drafted notice goes out, to whom, and what holds it back. Pure. */

import { TOCSIN } from '../kernel/recorded-event';
import { toMs } from '../kernel/time';
import { dataSetsOf } from '../policy/affected';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { isDoubted } from './doubted';
import { authorityOf } from './filings';
import { holdEnd, holdOfTold } from './holds';
import { noticeNow } from './notice-now';
import type { Coverage } from './round';
import { lacksRequired, sentOnSilenceAt } from './sent-on-silence';
import { type IncidentState, type Obligation, waitsForPerson } from './state';
import type { Step } from './step';
import { tellerOf } from './telling';
import { formerCoverage } from './told-wrongly';

/** The workspaces, and the data sets that meet the rule's own condition, that a notice sent now would cover. */
export function coverage(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): Coverage {
  const former = formerCoverage(o, rule, state);
  if (former) return former;
  const { tally } = o;
  const facts = state.assessment?.facts;
  const workspaces = facts?.workspaces ?? [];
  const left = new Set(tally?.left);
  return {
    // Whom a person decided to leave untold is not mailed.
    workspaces: workspaces === 'all' ? workspaces : workspaces.filter((workspace) => !left.has(workspace)),
    dataSets: dataSetsOf(rule, pack, state)
      .map((d) => d.id)
      .sort(),
  };
}

/** A notice does not tell, past a hold, what somebody held before it was told with this one. */
export const heldForTold: Step = (o, rule, state, pack, now) => {
  const hold = holdOfTold({ o, rule, state, pack }, now);
  if (!hold) return [];
  const { by, ...data } = hold;
  return [{ kind: 'obligation-held', by, data: { obligation: o.id, ...data } }];
};

/** A hold ends as it was said, and never keeps a duty of law back past what its deadline allows. */
export const endedHold: Step = (o, rule, state, pack, now) => {
  const end = holdEnd(o, rule, state, pack);
  if (!end || toMs(end) > toMs(now)) return [];
  const reason = end === o.hold?.until ? 'the hold ended' : 'the hold ended, as the deadline allows no longer one';
  return [{ kind: 'obligation-released', by: TOCSIN, data: { obligation: o.id, reason } }];
};

/** True when the draft says what the facts say now. */
export function draftIsCurrent(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): boolean {
  return o.draft?.fingerprint === noticeNow(o, rule, state, pack).fingerprint;
}

/** A drafted notice goes out when it is automatic, approved, or met with silence at its margin. A hold keeps it back. */
export const dispatched: Step = (o, rule, state, pack, now) => {
  if (o.status !== 'drafted' || tellerOf(o, rule, state, pack)) return [];
  if (rule.dispatch === 'filing') {
    if (!draftIsCurrent(o, rule, state, pack)) return [];
    return [{ kind: 'filing-opened', data: { obligation: o.id, round: o.round, authority: authorityOf(o) ?? '' } }];
  }
  if (o.hold || (waitsForPerson(o) && !o.approved)) return [];
  const silentAt = sentOnSilenceAt(o, state, pack);
  const silence = silentAt !== undefined && toMs(silentAt) <= toMs(now);
  const automatic = (rule.dispatch === 'automatic' && !isDoubted(rule, o, state)) || o.purpose === 'follow-up';
  const trigger = o.approved ? 'approved' : automatic ? 'automatic' : silence ? 'silence' : undefined;
  if (!trigger || !draftIsCurrent(o, rule, state, pack)) return [];
  if (trigger !== 'approved' && lacksRequired(o, rule)) return [];
  return [
    {
      kind: 'dispatch-started',
      data: { obligation: o.id, round: o.round, trigger, covers: coverage(o, rule, state, pack) },
    },
  ];
};
