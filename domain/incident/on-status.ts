/** What it means that somebody sets the status, and says that the incident is contained. */

import { aheadProblem } from '../kernel/ahead';
import { ask, tocsin } from '../kernel/command-lines';
import { earliestOf, inexactOf, latestOf, type When } from '../kernel/inexact-instant';
import { human, type Instant, toMs } from '../kernel/time';
import { type Answer, whenNotAfter } from './answer';
import { outcomeWords } from './board-words';
import { knownFrom } from './contained-when';
import { openSteps, retracts } from './containment';
import type { NewEvent } from './events';
import { STATUSES } from './incident';
import type { MessageBody } from './messages';
import { saidAt } from './said-at';
import type { IncidentState } from './state';

type Status = MessageBody<'status'>;

export function onStatus(state: IncidentState, message: Status, now: Instant, answer: Answer): NewEvent[] {
  const acted = actedWhen(message.at ?? saidAt(state, message.sentAt, now), state, now);
  if ('problem' in acted) return answer.rejected(`at: ${acted.problem}`);
  const { when } = acted;
  const at = earliestOf(when);
  if (message.status === 'contained') return onContained(state, message, when, answer);
  const only = (['partly', 'atUnknown', 'despite'] as const).filter((field) => message[field]);
  if (only.length > 0)
    return answer.rejected(`${only[0]}: applies to containment only: use it with the status "contained"`);
  if (message.status === state.status) return answer.noted(`the status is already ${state.status}`);
  if (retracts(message.status) && state.anchors.contained && !message.note) {
    const line = tocsin('status', { id: state.caseId, status: message.status, note: ask('reason') });
    return answer.rejected(
      `note: is needed, as "${message.status}" retracts the containment of ${human(state.anchors.contained)}: \`${line}\``,
    );
  }
  return [changed(state, message, at)];
}

/**
 * Containment has an instant of its own, which only this statement sets, and which is said again to correct it. What was
 * asked for and is not done must be done first, unless a person says why it is contained all the same.
 */
function onContained(state: IncidentState, message: Status, when: When, answer: Answer): NewEvent[] {
  const [at, inexact] = [earliestOf(when), inexactOf(when)];
  const { partly, atUnknown, despite, note } = message;
  if (atUnknown && message.at) return answer.rejected('atUnknown: with an instant in "at" it is known; leave one out');
  const known = state.anchors.contained;
  if (partly) {
    if (known) return answer.rejected('partly: it is on record as contained; set the status back first');
    if (!note) return answer.rejected('note: is needed to say what is contained and what is not');
    return [{ kind: 'partly-contained', data: { at, note } }];
  }
  if (known !== undefined) {
    if (message.at && (at !== known || inexact?.stated !== state.containedAs?.inexact?.stated)) {
      if (!note) return answer.rejected('note: is needed to correct the recorded instant of containment');
      return [
        { kind: 'containment-corrected', data: { at, ...(inexact && { inexact }), previousAt: known, reason: note } },
      ];
    }
    return state.status === 'contained'
      ? answer.noted('the status is already contained')
      : [changed(state, message, at)];
  }
  const open = openSteps(state);
  if (open.length > 0 && !despite) {
    const line = tocsin('status', { id: state.caseId, status: 'contained', despite: ask('reason') });
    return answer.rejected(
      `status: not everything asked for is done: ${open.map(({ id, state: word }) => `${id} (${outcomeWords(word)})`).join(', ')}. Do it, or say why it is contained all the same: \`${line}\``,
    );
  }
  const spite = open.length > 0 && despite ? { despite, steps: open.map(({ id }) => id) } : {};
  const contained: NewEvent = {
    kind: 'contained',
    data: { at, ...(inexact && { inexact }), ...(atUnknown && { atUnknown }), ...spite },
  };
  return isBefore(state.status, 'contained') ? [changed(state, message, at), contained] : [contained];
}

function changed(state: IncidentState, { status, note }: Status, at: Instant): NewEvent {
  return { kind: 'status-changed', data: { status, at, previous: state.status, note } };
}

/** True for a status that comes before another in the course of an incident. */
export function isBefore(a: (typeof STATUSES)[number], b: (typeof STATUSES)[number]): boolean {
  return STATUSES.indexOf(a) < STATUSES.indexOf(b);
}

/**
 * When somebody acted, as it is stated: not in the future, and not before the detection and the awareness on record. Of an
 * inexact instant only the readings that can have been stay. `problem`: why none can.
 */
export function actedWhen(given: When, state: IncidentState, now: Instant): { when: When } | { problem: string } {
  const { anchors, declaration } = state;
  const when = whenNotAfter(given, now, declaration.recordedAt);
  if (!when) return { problem: aheadProblem(given, now) };
  const from = knownFrom(state);
  if (toMs(latestOf(when)) < toMs(from)) {
    const problem = anchors.aware
      ? 'must not be before the detection or the awareness, whichever came first'
      : 'must not be before the detection; if somebody knew before, state the awareness first';
    return { problem };
  }
  if (typeof when === 'string' || toMs(when.earliest) >= toMs(from)) return { when };
  return { when: { ...when, earliest: from } };
}
