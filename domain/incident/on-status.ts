/** What it means that somebody sets the status, and says that the incident is contained. */
import { ask, tocsin } from '../kernel/command-lines';
import { earliest, type Instant, toMs } from '../kernel/time';
import { type Answer, notAfter } from './answer';
import { openSteps } from './containment';
import type { NewEvent } from './events';
import { STATUSES } from './incident';
import type { MessageBody } from './messages';
import type { IncidentState } from './state';

type Status = MessageBody<'status'>;

export function onStatus(state: IncidentState, message: Status, now: Instant, answer: Answer): NewEvent[] {
  const at = notAfter(message.at ?? now, now);
  if (!at) return answer.rejected('at: must not be in the future');
  const early = beforeKnown(at, state);
  if (early) return answer.rejected(`at: ${early}`);
  if (message.status === 'contained') return onContained(state, message, at, answer);
  const only = (['partly', 'atUnknown', 'despite'] as const).filter((field) => message[field]);
  if (only.length > 0)
    return answer.rejected(`${only[0]}: applies to containment only: use it with the status "contained"`);
  if (message.status === state.status) return answer.noted(`the status is already ${state.status}`);
  return [changed(state, message, at)];
}

/**
 * Containment has an instant of its own, which only this statement sets, and which is said again to correct it. What was
 * asked for and is not done must be done first, unless a person says why it is contained all the same.
 */
function onContained(state: IncidentState, message: Status, at: Instant, answer: Answer): NewEvent[] {
  const { partly, atUnknown, despite, note } = message;
  if (atUnknown && message.at) return answer.rejected('atUnknown: with an instant in "at" it is known; leave one out');
  const known = state.anchors.contained;
  if (partly) {
    if (known) return answer.rejected('partly: it is on record as contained; set the status back first');
    if (!note) return answer.rejected('note: is needed to say what is contained and what is not');
    return [{ kind: 'partly-contained', data: { at, note } }];
  }
  if (known !== undefined) {
    if (message.at && at !== known) {
      if (!note) return answer.rejected('note: is needed to correct the recorded instant of containment');
      return [{ kind: 'containment-corrected', data: { at, previousAt: known, reason: note } }];
    }
    return state.status === 'contained'
      ? answer.noted('the status is already contained')
      : [changed(state, message, at)];
  }
  const open = openSteps(state);
  if (open.length > 0 && !despite) {
    const line = tocsin('status', { id: state.caseId, status: 'contained', despite: ask('reason') });
    return answer.rejected(
      `status: not everything asked for is done: ${open.map(({ id, state: word }) => `${id} (${word})`).join(', ')}. Do it, or say why it is contained all the same: \`${line}\``,
    );
  }
  const spite = open.length > 0 && despite ? { despite, steps: open.map(({ id }) => id) } : {};
  const contained: NewEvent = { kind: 'contained', data: { at, ...(atUnknown && { atUnknown }), ...spite } };
  return isBefore(state.status, 'contained') ? [changed(state, message, at), contained] : [contained];
}

function changed(state: IncidentState, { status, note }: Status, at: Instant): NewEvent {
  return { kind: 'status-changed', data: { status, at, previous: state.status, note } };
}

/** True for a status that comes before another in the course of an incident. */
export function isBefore(a: (typeof STATUSES)[number], b: (typeof STATUSES)[number]): boolean {
  return STATUSES.indexOf(a) < STATUSES.indexOf(b);
}

/** Why nobody can have acted at an instant: it lies before the detection and before the awareness on record. */
export function beforeKnown(at: Instant, { anchors, declaration }: IncidentState): string | undefined {
  const known = anchors.aware ? [declaration.detectedAt, anchors.aware] : [declaration.detectedAt];
  if (toMs(at) >= toMs(earliest(known)!)) return undefined;
  return anchors.aware
    ? 'must not be before the detection or the awareness, whichever came first'
    : 'must not be before the detection; if somebody knew before, state the awareness first';
}
