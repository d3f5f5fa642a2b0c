/** What each message about one obligation means for it. */

import { tocsin } from '../kernel/command-lines';
import type { Instant } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { asksTwoFor } from '../policy/two-persons';
import { onActedAt } from './act-timed';
import type { Answer } from './answer';
import { stateWords } from './board-words';
import type { NewEvent } from './events';
import { onCannotEstablish, outstanding } from './filings';
import { heldBeside, holdProblem } from './holds';
import { listed } from './listed';
import type { Message, MessageBody } from './messages';
import { onApprove } from './on-approve';
import { onEditDraft } from './on-edit';
import { onFiled } from './on-filed';
import { onSettle } from './on-settle';
import { actedWhen } from './on-status';
import { onStop } from './on-stop';
import { onLeaveUntold, onTold } from './on-telling';
import { onWaive } from './on-waive';
import { saidAt } from './said-at';
import { type IncidentState, isSettled, type Obligation } from './state';
import { openProposal } from './still-open';
import { beingStoppedProblem, isBeingStopped } from './stopping';
import { toldWith } from './telling';
import { factsToTell } from './told';

type On<N extends Message['message']> = MessageBody<N>;

type ObligationMessage = Exclude<
  Extract<Message, { obligation: string }>,
  { message: 'not-owed' | 'decide-authority' }
>;

/** Its events, for the obligation that the message names, or the one instance of the rule that it names. */
export function onObligation(
  state: IncidentState,
  message: ObligationMessage,
  pack: Policy,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  const targets = resolve(state, message.obligation, message.message);
  const rule = ruleOf(pack, targets[0]?.rule ?? message.obligation);
  if (!rule) {
    return answer.rejected(
      `obligation: there is no "${message.obligation}"; use one of: ${listed(Object.keys(state.obligations))}`,
    );
  }
  const undecided = targets.find((each) => each.status === 'proposed-not-owed');
  if (undecided && ['approve', 'hold', 'waive', 'leave-untold'].includes(message.message))
    return answer.rejected(`obligation: ${openProposal(undecided, rule, state)}, or correct the assessment`);
  if (message.message === 'waive') return onWaive(state, message, rule, pack, targets, answer);
  if (targets.length > 1)
    return answer.rejected(
      `obligation: "${message.obligation}" matches several obligations, name one of: ${listed(targets.map((o) => o.id))}`,
    );
  const o = targets[0];
  if (!o)
    return answer.rejected(
      `obligation: ${message.obligation} has not been triggered yet; see \`${tocsin('explain', { id: state.caseId })}\``,
    );
  switch (message.message) {
    case 'approve':
      return onApprove(state, o, message, rule, pack, now, answer);
    case 'told': {
      const acted = actedWhen(message.at ?? saidAt(state, message.sentAt, now), state, now);
      if ('problem' in acted) return answer.rejected(`at: ${acted.problem}`);
      return onTold({ state, o, rule, pack, answer }, message, acted.when);
    }
    case 'settle':
      return onSettle({ state, o, rule, pack, answer }, message, now);
    case 'stop-sending':
      return onStop({ state, o, rule, pack, answer }, message);
    case 'leave-untold':
      return onLeaveUntold({ state, o, rule, pack, answer }, message);
    case 'edit-draft':
      return onEditDraft({ state, o, rule, pack, answer }, message);
    case 'hold':
      return onHold(state, o, message, rule, pack, now, answer);
    case 'release':
      if (isBeingStopped(o)) return answer.rejected(beingStoppedProblem(o));
      if (!o.hold && !o.stopped) return answer.noted(`${o.id} is not held`);
      return heldWith(o, state, pack).map(({ id }) => ({
        kind: 'obligation-released',
        data: { obligation: id, reason: message.reason },
      }));
    case 'not-material':
      return onNotMaterial(state, o, message.reason, rule, pack, answer);
    case 'filed':
      return onFiled(state, o, message, rule, pack, now, answer);
    case 'acted-at': {
      const acted = actedWhen(message.at, state, now);
      if ('problem' in acted) return answer.rejected(`at: ${acted.problem}`);
      const { round, reason } = message;
      return onActedAt(state, o, rule, { at: acted.when, round, reason }, answer);
    }
    case 'cannot-establish':
      return onCannotEstablish({ state, o, rule, pack, answer }, message);
  }
}

/** The obligation of that id while it is open or something of it is; else the instances of that rule, those still open first. */
function resolve(state: IncidentState, id: string, message: ObligationMessage['message']): Obligation[] {
  const exact = state.obligations[id];
  const instances = Object.values(state.obligations).filter((o) => o.rule === id && o.id !== id);
  if (exact && instances.length === 0) return [exact];
  const open = [...(exact ? [exact] : []), ...instances].filter((o) => !isSettled(o));
  if (message === 'waive') return open;
  if (exact && (open.includes(exact) || stillOwes(exact))) return [exact];
  if (open.length > 0) return open;
  return instances;
}

/** Whether something of an obligation that was fulfilled waits for a person: what no phase has delivered, the reasons for a delay. */
function stillOwes(o: Obligation): boolean {
  return outstanding(o).length > 0 || o.delayReasonsOwed === true;
}

/** What a release lets go: also, where two persons release, what is held of that which the notice tells too. */
function heldWith(o: Obligation, state: IncidentState, pack: Policy): Obligation[] {
  const told = asksTwoFor('releases', pack.organisation) ? toldWith(o, state, pack) : [];
  return [o, ...told.filter(({ hold }) => hold)];
}

function onHold(
  state: IncidentState,
  o: Obligation,
  message: On<'hold'>,
  rule: ObligationRule,
  pack: Policy,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  const { reason, ground, until } = message;
  const problem = holdProblem({ o, rule, state, pack }, { ground, until }, now);
  if (problem) return answer.rejected(problem);
  if (o.hold && o.hold.reason === reason && o.hold.ground === ground && o.hold.until === until)
    return answer.noted(`${o.id} is already held`);
  const others = asksTwoFor('releases', pack.organisation) ? heldBeside(o, message) : {};
  if ('problem' in others) return answer.rejected(others.problem);
  return [{ kind: 'obligation-held', data: { obligation: o.id, reason, ground, until, ...others } }];
}

function onNotMaterial(
  state: IncidentState,
  o: Obligation,
  reason: string,
  rule: ObligationRule,
  pack: Policy,
  answer: Answer,
): NewEvent[] {
  if (o.status === 'dispatching' || isSettled(o)) return answer.noted(`${o.id} is already ${stateWords(o.status)}`);
  if (!o.changed) {
    return answer.rejected(
      `obligation: ${o.id} was not opened by a change in what was told; waive it with a reason if it does not apply`,
    );
  }
  const says = factsToTell(rule, state, pack);
  return [{ kind: 'change-not-material', data: { obligation: o.id, round: o.round, reason, says } }];
}
