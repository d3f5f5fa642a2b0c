/** A person stops a notice that is being mailed: what the message means. Pure. */
import { ask, tocsin } from '../kernel/command-lines';
import { minuteText } from '../kernel/time';
import { stateWords } from './board-words';
import type { NewEvent } from './events';
import type { Given } from './on-telling';
import { isRecordOnly } from './records';
import { isSettled } from './state';
import { stoppedWords } from './stopping';
import { tellerOf } from './telling';

export function onStop({ state, o, rule, pack, answer }: Given, { reason }: { reason: string }): NewEvent[] {
  const id = state.caseId;
  if (rule.channel !== 'email' || isRecordOnly(state))
    return answer.rejected(
      `obligation: ${o.id} is not mailed by Tocsin, so there is no sending to stop; see \`${tocsin('explain', { id, obligation: o.id })}\``,
    );
  const teller = tellerOf(o, rule, state, pack);
  if (teller)
    return answer.rejected(
      `obligation: ${o.id} is told with ${teller.id}: stop that one: \`${tocsin('notice stop', { id, obligation: teller.id, reason: ask('reason') })}\``,
    );
  if (o.stopped && !isSettled(o))
    return answer.noted(`${o.id} is already ${stoppedWords(o)}, since ${minuteText(o.stopped.at)} UTC`);
  if (o.status === 'dispatching')
    return [{ kind: 'sending-stopped', data: { obligation: o.id, round: o.round, reason } }];
  if (o.status === 'pending' || o.status === 'drafted')
    return answer.rejected(
      `obligation: ${o.id} is not being sent; hold it back instead: \`${tocsin('hold', { id, obligation: o.id, reason: ask('reason') })}\``,
    );
  return answer.rejected(
    `obligation: ${o.id} is ${stateWords(o.status)}: nothing of it is being sent, so nothing was stopped. Correct with assess what was wrong in it: that opens a supplement`,
  );
}
