/** What the approval of a notice means for its obligation. */

import { tocsin } from '../kernel/command-lines';
import type { Instant } from '../kernel/time';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { Answer } from './answer';
import { stateWords } from './board-words';
import { delayReasons } from './delay-reasons';
import { draftIsCurrent } from './dispatch';
import type { NewEvent } from './events';
import { fulfil } from './fulfilment';
import { goesOn } from './later-rounds';
import { listed } from './listed';
import { publicOpen } from './made-public';
import type { Message, MessageBody } from './messages';
import { isPublicCommunication } from './readers';
import { isRecordOnly } from './records';
import { lacksRequired } from './sent-on-silence';
import { type IncidentState, isSettled, type Obligation } from './state';
import { nextLine } from './still-open';
import { beingStoppedProblem, isBeingStopped } from './stopping';
import { tellerOf } from './telling';

type On<N extends Message['message']> = MessageBody<N>;

/** A drafted notice goes out, if the draft is the current one and holds what its law requires. */
export function onApprove(
  state: IncidentState,
  o: Obligation,
  message: On<'approve'>,
  rule: ObligationRule,
  pack: Policy,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  const reasons = delayReasons(o, message.delayReasons);
  if (rule.dispatch !== 'approval') {
    if (reasons.length > 0) return reasons;
    const todo =
      rule.dispatch === 'filing'
        ? `it is filed by a person: \`${nextLine(o, rule, state, pack)}\``
        : `it is ${rule.dispatch === 'automatic' ? 'sent' : 'fulfilled'} otherwise: \`${nextLine(o, rule, state, pack)}\``;
    return answer.rejected(`obligation: ${o.id} takes no approval; ${todo}`);
  }
  if (isBeingStopped(o)) return answer.rejected(beingStoppedProblem(o));
  if (o.status === 'dispatching' || isSettled(o))
    return reasons.length > 0 ? reasons : answer.noted(`${o.id} is already ${stateWords(o.status)}`);
  if (isRecordOnly(state)) return onPublishedThen(o, rule, now, reasons, answer);
  const teller = tellerOf(o, rule, state, pack);
  if (teller)
    return reasons.length > 0
      ? reasons
      : answer.rejected(`obligation: ${o.id} is told with ${teller.id}: approve that`);
  if (o.status === 'partly-told' && isPublicCommunication(rule)) {
    const line = `\`${nextLine(o, rule, state, pack)}\``;
    return reasons.length > 0 ? reasons : answer.rejected(`obligation: ${publicOpen(o)}: ${line}`);
  }
  if (o.status === 'partly-told')
    return [...reasons, goesOn(o, 'it is to be sent again to those whom the last mail did not reach')];
  if (o.status !== 'drafted' || !o.draft)
    return answer.rejected(`obligation: ${o.id} has no draft yet; try again in a moment`);
  if (!draftIsCurrent(o, rule, state, pack))
    return answer.rejected(
      `draft: ${o.draft.fingerprint} is out of date; the facts changed, a new one is being written: read and approve that`,
    );
  if (message.draft && message.draft !== o.draft.fingerprint) {
    return answer.rejected(
      `draft: ${message.draft} is out of date; the facts changed, read draft ${o.draft.fingerprint} and approve that`,
    );
  }
  if (o.approved) return reasons.length > 0 ? reasons : answer.noted(`${o.id} is already approved`);
  const { missing } = o.draft;
  const lacks = lacksRequired(o, rule);
  if (lacks && !message.incompleteBecause) {
    return answer.rejected(
      `incompleteBecause: the notice lacks what ${rule.citation} requires: ${listed(missing)}. Establish it with \`${tocsin('assess', { id: state.caseId, help: true })}\`, or say why it goes out without`,
    );
  }
  const incomplete = lacks ? { incomplete: { missing, reason: message.incompleteBecause! } } : {};
  return [
    ...reasons,
    { kind: 'notice-approved', data: { obligation: o.id, round: o.round, draft: o.draft.fingerprint, ...incomplete } },
  ];
}

/** Of an incident that is only recorded: it was published then. Who was told by mail is recorded as told. */
function onPublishedThen(
  o: Obligation,
  rule: ObligationRule,
  now: Instant,
  reasons: NewEvent[],
  answer: Answer,
): NewEvent[] {
  if (rule.channel !== 'status-page' || isPublicCommunication(rule)) {
    return answer.rejected(
      `obligation: ${o.id} belongs to an incident that is only recorded, so nothing is sent; record who was told, when and how, with \`told\``,
    );
  }
  return [...reasons, fulfil(o, rule, now, { channel: rule.channel, note: 'recorded afterwards' })];
}
