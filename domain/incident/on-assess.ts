/** What an assessment, or a stated awareness, means for an incident. */
import { earliestOf, inexactOf } from '../kernel/inexact-instant';
import { sameValue } from '../kernel/same-value';
import type { Instant } from '../kernel/time';
import type { Policy } from '../policy/policy';
import type { Answer } from './answer';
import { USUAL_BASIS } from './awareness';
import { partsDoubts } from './doubted';
import { answerBy } from './doubts';
import type { NewEvent } from './events';
import { judgementsApart } from './facts/judgements';
import { listed } from './listed';
import type { Message, MessageBody } from './messages';
import { onAwareAt } from './on-awareness';
import { actedWhen } from './on-status';
import { partsAfter } from './parts';
import { isRecordOnly } from './records';
import { saidAt } from './said-at';
import type { IncidentState } from './state';

type On<N extends Message['message']> = MessageBody<N>;

/** The facts as assessed, the instant of awareness, and what was found later; nothing where all of it is on record. */
export function onAssess(
  state: IncidentState,
  message: On<'assess'>,
  pack: Policy,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  const { assessment, reason } = message;
  if (!assessment && !message.awareAt)
    return answer.rejected('assess: give "assessment" or "personalData", "awareAt", or both');
  const unasked = Object.keys(assessment?.answers ?? {}).filter((id) => !pack.questions.some((each) => each.id === id));
  if (unasked.length > 0) {
    return answer.rejected(
      `answers: ${unasked.length} of them answer no question of the policy: leave them out; it asks: ${listed(pack.questions.map(({ id }) => id))}`,
    );
  }
  const revision = (state.assessment?.revision ?? 0) + 1;
  const said = saidAt(state, message.sentAt, now);
  const facts = assessment && { revision, by: message.by, at: now, facts: assessment };
  const aware = onAwareAt(facts ? { ...state, assessment: facts } : state, message, pack, now);
  if ('problem' in aware) return answer.rejected(aware.problem);
  const known = message.awareAt
    ? { ...state, anchors: { ...state.anchors, aware: earliestOf(message.awareAt) } }
    : state;
  const parts = message.partsAwareAt ? actedWhen(message.partsAwareAt, known, now) : undefined;
  if (parts && 'problem' in parts) return answer.rejected(`partsAwareAt: ${parts.problem}`);
  const events: NewEvent[] = [...aware.events];
  if (!state.anchors.aware && !message.awareAt && assessment && ['yes', 'possible'].includes(assessment.personalData)) {
    const stated = 'the instant of this assessment; no earlier awareness was stated';
    events.push({ kind: 'awareness-recorded', data: { awareAt: said, basis: USUAL_BASIS, reason: stated } });
  }
  if (assessment && !sameValue(assessment, state.assessment?.facts)) {
    const partsAwareAt = parts && earliestOf(parts.when);
    const partsAwareAs = inexactOf(parts?.when);
    const after = partsAfter(state.parts, assessment, partsAwareAt ?? said, state.assessment?.facts);
    const next = { ...known, assessment: facts!, parts: after };
    const why = partsAwareAt && !isRecordOnly(state) ? partsDoubts(partsAwareAt, next, pack, now) : [];
    const data = {
      revision,
      ...judgementsApart(assessment),
      reason,
      ...(said !== now && { saidAt: said }),
      partsAwareAt,
      ...(partsAwareAs && { partsAwareAs }),
      ...(why.length > 0 && { doubt: { why, answerBy: answerBy(now) } }),
    };
    events.push({ kind: 'assessed', data });
  }
  return events.length > 0 ? events : answer.noted('the assessment on record already says this');
}
