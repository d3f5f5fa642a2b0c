/**
 * A person looked at the mail provider. A batch of a notice whose outcome nothing else tells (the provider has another request
 * under the same key) was accepted there, and those in it are told; or it was not, and it is sent. Pure.
 */
import { aheadProblem } from '../kernel/ahead';
import { tocsin } from '../kernel/command-lines';
import { type Instant, minuteText, notAfter, toMs } from '../kernel/time';
import type { Answer } from './answer';
import { stateWords } from './board-words';
import type { NewEvent } from './events';
import type { MessageBody } from './messages';
import type { IncidentState, Obligation } from './state';

export function onSettle(
  state: IncidentState,
  o: Obligation,
  message: MessageBody<'settle'>,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  const { accepted, batch, reason } = message;
  if (o.status !== 'dispatching')
    return answer.rejected(
      `obligation: ${o.id} is ${stateWords(o.status)}, so no batch of it waits for a person; see \`${tocsin('explain', { id: state.caseId, obligation: o.id })}\``,
    );
  const at = message.at && notAfter(message.at, now);
  if (message.at && !at) return answer.rejected(`at: ${aheadProblem(message.at, now)}, when the provider accepted it`);
  const { declaredAt } = state.declaration;
  if (at && toMs(at) < toMs(declaredAt))
    return answer.rejected(
      `at: is before the incident was declared (${minuteText(declaredAt)} UTC): give the instant at which the provider accepted it`,
    );
  const data = { obligation: o.id, round: o.round, accepted, ...(at && { at }), ...(batch && { batch }), reason };
  return [{ kind: 'batch-settled', data }];
}
