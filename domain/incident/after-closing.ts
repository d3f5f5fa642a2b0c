/**
 * What goes on after an incident was closed: it is opened again with a reason; what came later is noted without opening it;
 * it is linked with others. All of that is also taken while it is open. Pure.
 */

import { aheadProblem } from '../kernel/ahead';
import { tocsin } from '../kernel/command-lines';
import type { Instant } from '../kernel/time';
import { notAfter } from '../kernel/time';
import { type PolicyRef, packNames } from '../policy/policy';
import type { Answer } from './answer';
import type { NewEvent } from './events';
import { AFTER_CLOSING } from './links';
import type { MessageBody } from './messages';
import { saidAt } from './said-at';
import type { IncidentState } from './state';

type AfterClosing = {
  [N in (typeof AFTER_CLOSING)[number]]: { message: N } & MessageBody<N>;
}[(typeof AFTER_CLOSING)[number]];

/** True for a message that a closed incident takes. */
export function isAfterClosing(message: { message: string }): message is AfterClosing {
  return (AFTER_CLOSING as readonly string[]).includes(message.message);
}

/** `policy`: the one in force where it is handled, which for an incident opened again may not be the one it was declared under. */
export function onAfterClosing(
  state: IncidentState,
  message: AfterClosing,
  now: Instant,
  answer: Answer,
  policy: PolicyRef | undefined,
): NewEvent[] {
  switch (message.message) {
    case 'reopen':
      return onReopen(state, message, answer, policy);
    case 'follow-up': {
      const given = message.at ?? saidAt(state, message.sentAt, now);
      const at = notAfter(given, now);
      if (!at) return answer.rejected(`at: ${aheadProblem(given, now)}`);
      return [{ kind: 'followed-up', data: { text: message.text, at } }];
    }
    case 'link': {
      const { to, relation, note } = message;
      if (to === state.caseId) return answer.rejected('to: is the incident itself; name another one');
      if (state.links?.some((link) => link.to === to && link.relation === relation))
        return answer.noted(`it is already linked to ${to} as ${relation}`);
      return [{ kind: 'linked', data: { to, relation, note } }];
    }
  }
}

function onReopen(
  state: IncidentState,
  { reason, currentPolicy }: MessageBody<'reopen'>,
  answer: Answer,
  policy: PolicyRef | undefined,
): NewEvent[] {
  if (!state.closedAt) return answer.noted('it is open');
  const other = policy !== undefined && policy.sha256 !== state.policy.sha256;
  if (other && !currentPolicy) {
    return answer.rejected(
      `currentPolicy: it was declared under ${packNames(state.policy.packs)}, and the worker has ${packNames(policy.packs)} now, which may require more. Start the worker with those packs, or reopen it under the current ones: \`${tocsin('reopen', { id: state.caseId, reason: { ask: 'reason' }, 'current-policy': true })}\``,
    );
  }
  return [{ kind: 'reopened', data: { closedAt: state.closedAt, reason, ...(other && { policy }) } }];
}
