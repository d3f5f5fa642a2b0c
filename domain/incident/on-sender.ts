/** Notices come from another sender: what the message means. */
import { type Policy, ruleOf } from '../policy/policy';
import type { Answer } from './answer';
import type { NewEvent } from './events';
import type { MessageBody } from './messages';
import { isRecordOnly } from './records';
import type { IncidentState } from './state';

/** Drafts follow from the state; what is being sent keeps the sender that it was approved with. */
export function onSender(
  state: IncidentState,
  { from, replyTo, reason }: MessageBody<'sender'>,
  pack: Policy,
  answer: Answer,
): NewEvent[] {
  if (isRecordOnly(state))
    return answer.rejected(
      'sender: the incident is only recorded, and nothing is mailed; record with "told" how people were told',
    );
  const before = state.sender;
  if (from === undefined && !before) return answer.noted('its notices come from the configured sender already');
  if (from !== undefined && before?.from === from && before.replyTo === replyTo)
    // The address stands in the event that named it, and in no other.
    return answer.noted('its notices come from that sender already');
  const underWay = Object.values(state.obligations)
    .filter((o) => o.status === 'dispatching' && ruleOf(pack, o.rule)?.channel === 'email')
    .map(({ id }) => id)
    .sort();
  const data = { ...(from && { from }), ...(replyTo && { replyTo }), reason, ...(underWay.length > 0 && { underWay }) };
  return [{ kind: 'sender-switched', data }];
}
