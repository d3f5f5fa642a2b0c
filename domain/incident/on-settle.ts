/**
 * A person looked at the mail provider. A batch of a notice whose outcome nothing else tells (the provider has another request
 * under the same key) was accepted there, and those in it are told; or it was not, and it is sent, unless it was stopped. Pure.
 */
import { aheadProblem } from '../kernel/ahead';
import { ask, tocsin } from '../kernel/command-lines';
import { type Instant, minuteText, notAfter, toMs } from '../kernel/time';
import { stateWords } from './board-words';
import type { NewEvent } from './events';
import { fulfil } from './fulfilment';
import type { MessageBody } from './messages';
import type { Given } from './on-telling';
import { isPublicCommunication } from './readers';
import { type IncidentState, isSettled } from './state';

export function onSettle(given: Given, message: MessageBody<'settle'>, now: Instant): NewEvent[] {
  const { state, o, rule, answer } = given;
  const { accepted, batch, reason, url } = message;
  if (rule.channel === 'status-page' && !isPublicCommunication(rule)) return onPublishedByHand(given, message, now);
  if (url !== undefined)
    return answer.rejected(`url: says where a status update stands, and ${o.id} is none: leave it out`);
  if (o.status !== 'dispatching')
    return answer.rejected(
      `obligation: ${o.id} is ${stateWords(o.status)}, so no batch of it waits for a person; see \`${tocsin('explain', { id: state.caseId, obligation: o.id })}\``,
    );
  const when = instantOf(message.at, 'the provider accepted it', state, now);
  if (when.problem) return answer.rejected(when.problem);
  const { at } = when;
  const data = { obligation: o.id, round: o.round, accepted, ...(at && { at }), ...(batch && { batch }), reason };
  return [{ kind: 'batch-settled', data }];
}

/** A status update that the page did not take: a person published it there. While it is tried it may still be published. */
function onPublishedByHand(
  { state, o, rule, answer }: Given,
  message: MessageBody<'settle'>,
  now: Instant,
): NewEvent[] {
  const { url, reason } = message;
  const line = { id: state.caseId, obligation: o.id };
  if (isSettled(o)) return answer.noted(`${o.id} is already ${stateWords(o.status)}`);
  if (message.batch !== undefined) return answer.rejected('batch: a status update has none: leave it out');
  if (o.status === 'dispatching')
    return answer.rejected(
      `obligation: ${o.id} is being published, and no status page has refused this text: it is tried until they take it or one refuses it; see \`${tocsin('explain', line)}\``,
    );
  if (!o.refused)
    return answer.rejected(
      `obligation: ${o.id} is ${stateWords(o.status)}, and no status page has refused it: approve it: \`${tocsin('approve', line)}\``,
    );
  if (!message.accepted)
    return answer.rejected(
      `accepted: what does not stand on the page is not settled: correct its text with \`${tocsin('edit-draft', { ...line, language: ask('language'), file: ask('file') })}\` and approve it again, or publish it there by hand and say when: \`${tocsin('notice settle', { ...line, accepted: ask('time'), url: ask('url'), reason: ask('reason') })}\``,
    );
  const when = instantOf(message.at, 'it stood on the page', state, now);
  if (when.problem) return answer.rejected(when.problem);
  const evidence = { channel: rule.channel, ...(url && { url }), note: `published by hand: ${reason}` };
  return [fulfil(o, rule, when.at!, evidence)];
}

/** Neither ahead nor before the declaration. `what`: that it is the instant of. */
function instantOf(
  given: Instant | undefined,
  what: string,
  { declaration: { declaredAt } }: IncidentState,
  now: Instant,
): { at?: Instant; problem?: string } {
  if (given === undefined) return {};
  const at = notAfter(given, now);
  if (!at) return { problem: `at: ${aheadProblem(given, now)}, when ${what}` };
  if (toMs(at) >= toMs(declaredAt)) return { at };
  return {
    problem: `at: is before the incident was declared (${minuteText(declaredAt)} UTC): give the instant at which ${what}`,
  };
}
