/** What it means that a person waives an obligation. */
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { Answer } from './answer';
import { stateWords } from './board-words';
import type { ToldInPart } from './counted';
import type { NewEvent } from './events';
import { groundProblem } from './grounds';
import type { Message, MessageBody } from './messages';
import { lawServed, restOf } from './on-telling';
import { type IncidentState, isSettled, type Obligation } from './state';
import { neverTold, standing, tellerOf } from './telling';
import { factsToTell } from './told';
import { untoldText } from './untold';
import { waiverBasis } from './waiver-basis';

type On<N extends Message['message']> = MessageBody<N>;

/** Waives the obligations that the message names, on a ground that the policy offers; never by leaving untold whom a law names. */
export function onWaive(
  state: IncidentState,
  message: On<'waive'>,
  rule: ObligationRule,
  pack: Policy,
  targets: Obligation[],
  answer: Answer,
): NewEvent[] {
  const { reason, ground } = message;
  const known = state.obligations[message.obligation];
  const waivable = targets.filter((o) => !isSettled(o) && o.status !== 'dispatching');
  if (waivable.length === 0 && (targets.length > 0 || known))
    return answer.noted(`${message.obligation} is already ${stateWords((targets[0] ?? known)!.status)}`);
  const problem = groundProblem(ground, rule, pack, state);
  if (problem) return answer.rejected(`ground: ${problem}`);
  const basis = (recipient?: string) => {
    const of = waiverBasis(rule, { ground, recipient }, state, pack);
    return of === undefined ? {} : { basis: of };
  };
  if (waivable.length > 0) {
    const elsewhere = waivable.find((o) => o.fulfilledAt && tellerOf(o, rule, state, pack));
    if (elsewhere) return answer.rejected(`obligation: ${elsewhere.id} is told with ${rule.toldWith}: waive that`);
    const owing = waivable.flatMap((o) => leavesByLaw(o, rule, state, pack));
    if (owing.length > 0) return answer.rejected(...owing);
    return waivable.flatMap((o): NewEvent[] => [
      {
        kind: 'obligation-waived',
        data: {
          obligation: o.id,
          rule: rule.id,
          reason,
          ground,
          ...basis(o.recipient),
          ...(o.fulfilledAt ? { says: factsToTell(rule, state, pack) } : toldInPart(o, rule, state, pack)),
        },
      },
      // Who waives a later round decides to leave those untold whom only this round would have told.
      ...(o.fulfilledAt ? leftUntold(o, rule, state, pack, reason) : []),
    ]);
  }
  const data = { obligation: rule.id, rule: rule.id, reason, ground, ...basis() };
  return [{ kind: 'obligation-waived', data }];
}

/** Who had been told by a notice that is not sent to the others any more. */
function toldInPart(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): { inPart?: ToldInPart } {
  const stands = standing(o, rule, state, pack);
  if (!stands || stands.told === 0 || tellerOf(o, rule, state, pack)) return {};
  return { inPart: { told: stands.told, of: stands.of, untold: restOf(stands.untold) } };
}

/** Of a notice that has told some: whom another duty of law, which this notice fulfils, still names. */
function leavesByLaw(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): string[] {
  // In an incident that began before only of a later round, or of one that was stopped.
  const hasTold = o.tally !== undefined && state.waiversByFacts;
  if (!o.fulfilledAt && !o.stopped && !hasTold) return [];
  const untold = neverTold(o, rule, state, pack);
  const law = lawServed(o, rule, state, pack).find(({ id }) => id !== rule.id);
  if (!law || untold.length === 0) return [];
  return [
    `obligation: ${o.id} tells under ${law.id} (${law.citation}) too, and somebody is untold: ${untoldText(untold)}. ` +
      'Approve it, tell them by another channel, or leave them untold one by one with a reason',
  ];
}

function leftUntold(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
  reason: string,
): NewEvent[] {
  const untold = neverTold(o, rule, state, pack);
  if (untold.length === 0) return [];
  return [{ kind: 'left-untold', data: { obligation: o.id, round: o.round, reason, ...restOf(untold) } }];
}
