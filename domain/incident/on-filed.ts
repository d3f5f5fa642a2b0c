/** What it means that a report was filed with an authority. */
import type { Instant } from '../kernel/time';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { Answer } from './answer';
import { delayReasons } from './delay-reasons';
import type { NewEvent } from './events';
import { authorityProblem, filedEvidence, namedAuthorityProblem, onReceipt, phasesOf } from './filings';
import { fulfil } from './fulfilment';
import type { Message, MessageBody } from './messages';
import { actedWhen } from './on-status';
import { saidAt } from './said-at';
import type { IncidentState, Obligation } from './state';
import { nextLine } from './still-open';

type On<N extends Message['message']> = MessageBody<N>;

/** A report was filed, in whole or in part; or a receipt is added to one that was. */
export function onFiled(
  state: IncidentState,
  o: Obligation,
  message: On<'filed'>,
  rule: ObligationRule,
  pack: Policy,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  if (rule.dispatch !== 'filing')
    return answer.rejected(
      `obligation: ${o.id} is not filed with an authority; go on with it with \`${nextLine(o, rule, state, pack)}\``,
    );
  const given = { state, o, rule, pack, answer };
  const problem = authorityProblem(given);
  if (problem) return answer.rejected(problem);
  const reasons = delayReasons(o, message.delayReasons);
  if (message.reference === undefined) {
    if (message.caseNumber === undefined && message.attachments === undefined)
      return reasons.length > 0 ? reasons : answer.noted('these reasons are on record already');
    const receipt = onReceipt(given, message);
    return receipt[0]!.kind === 'receipt-recorded' ? [...reasons, ...receipt] : receipt;
  }
  const acted = actedWhen(message.submittedAt ?? saidAt(state, message.sentAt, now), state, now);
  if ('problem' in acted) return answer.rejected(`submittedAt: ${acted.problem}`);
  const isKnown = phasesOf(o).some(({ reference }) => reference === message.reference);
  if (o.status === 'fulfilled' && isKnown) {
    const receipt = message.caseNumber || message.attachments ? onReceipt(given, message) : [];
    if (receipt[0]?.kind === 'receipt-recorded') return [...reasons, ...receipt];
    return reasons.length > 0 ? reasons : answer.noted(`${o.id} is already filed as ${message.reference}`);
  }
  const unnamed = namedAuthorityProblem(given, message);
  if (unnamed) return answer.rejected(unnamed);
  const evidence = filedEvidence(given, message);
  const filed = fulfil(o, rule, acted.when, evidence);
  const late = filed.kind === 'obligation-fulfilled' && filed.data.lateByMs > 0;
  const ask = late && rule.delayReasons && reasons.length === 0 && !o.delayReasons && !o.delayReasonsOwed;
  return [
    ...reasons,
    filed,
    ...(ask ? [{ kind: 'delay-reasons-requested' as const, data: { obligation: o.id } }] : []),
  ];
}
