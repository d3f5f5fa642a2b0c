/** What each message of a person or a tool means for an incident. */

import { aheadProblem } from '../kernel/ahead';
import { ask, tocsin } from '../kernel/command-lines';
import { sameValue } from '../kernel/same-value';
import type { Instant } from '../kernel/time';
import { human, notAfter } from '../kernel/time';
import type { Policy, PolicyRef } from '../policy/policy';
import { isAfterClosing, onAfterClosing } from './after-closing';
import { Answer } from './answer';
import { onDecideAuthority } from './authority-decision';
import { outcomeWords } from './board-words';
import { closeProblems } from './close-problems';
import { isOver } from './containment';
import { capProblem } from './containment-cap';
import { onCorrect } from './corrections';
import { withAnswer } from './data-question';
import type { NewEvent } from './events';
import { measureId } from './incident';
import { listed } from './listed';
import type { Message, MessageBody } from './messages';
import { confirmNotOwed } from './not-owed';
import { onAssess } from './on-assess';
import { onConfirm } from './on-awareness';
import { onObligation } from './on-obligation';
import { onSender } from './on-sender';
import { onStatus } from './on-status';
import { reasonsProblems } from './reasons-given';
import { isRecordOnly } from './records';
import { roomProblem } from './room';
import { saidAt } from './said-at';
import type { IncidentState } from './state';
import { withSecondPerson } from './two-persons';
import { askedFor } from './wide-block';

type On<N extends Message['message']> = MessageBody<N>;
/** Alarms are acknowledged in the same way for all kinds of case. */
export type OwnMessage = Exclude<Message, { message: 'acknowledge-alarms' }>;

/** The events of one message; "rejected" says what is wrong and what to do, "noted" that nothing changed. */
export function decideMessage(
  state: IncidentState,
  message: OwnMessage,
  pack: Policy,
  now: Instant,
  policy?: PolicyRef,
): NewEvent[] {
  const answer = new Answer(message.message);
  const noRoom = roomProblem(state, message);
  if (noRoom) return answer.rejected(noRoom);
  const events = meaningOf(state, message, pack, now, answer, policy);
  const problems = reasonsProblems(message, events, state, pack);
  if (problems.length > 0) return answer.rejected(...problems);
  return withSecondPerson(state, message, events, pack, answer);
}

function meaningOf(
  state: IncidentState,
  message: OwnMessage,
  pack: Policy,
  now: Instant,
  answer: Answer,
  policy: PolicyRef | undefined,
): NewEvent[] {
  if (isAfterClosing(message)) return onAfterClosing(state, message, now, answer, policy);
  if (state.closedAt) {
    const line = tocsin('reopen', { id: state.caseId, reason: ask('reason') });
    return answer.rejected(`incident: it was closed at ${human(state.closedAt)}; reopen it first: \`${line}\``);
  }
  switch (message.message) {
    case 'assess': {
      const read = withAnswer(message, state);
      if ('problems' in read) return answer.rejected(...read.problems);
      return onAssess(state, { ...message, ...read.message }, pack, now, answer);
    }
    case 'status':
      return onStatus(state, message, now, answer);
    case 'correct':
      return onCorrect(state, message, pack, now, answer);
    case 'contain':
      return onContain(state, message, pack, answer);
    case 'measure':
      return onMeasure(state, message, now, answer);
    case 'translate':
      return onTranslate(state, message, answer);
    case 'sender':
      return onSender(state, message, pack, answer);
    case 'review':
      return onReview(state, message, answer);
    case 'confirm':
      return onConfirm(state, message, pack, now, answer);
    case 'close':
      return onClose(state, message, pack, answer);
    case 'decide-authority':
      return onDecideAuthority(state, message, pack, answer);
    case 'not-owed':
      return onNotOwed(state, message, pack, answer);
    default:
      return onObligation(state, message, pack, now, answer);
  }
}

function onContain(state: IncidentState, message: On<'contain'>, pack: Policy, answer: Answer): NewEvent[] {
  if (message.undo !== undefined) {
    const step = state.containment[message.undo];
    if (!step)
      return answer.rejected(
        `undo: there is no containment step "${message.undo}"; give one of: ${listed(Object.keys(state.containment))}`,
      );
    if (step.state === 'awaits-second') {
      const detail = `withdrawn by ${message.by}`;
      return [{ kind: 'containment-step', data: { id: step.id, outcome: 'withdrawn', detail } }];
    }
    if (step.state !== 'applied' && step.state !== 'verified')
      return answer.noted(`${step.id} is ${step.state}: nothing to undo`);
    return [{ kind: 'containment-undo-requested', data: { id: step.id } }];
  }
  if (isRecordOnly(state))
    return answer.rejected(
      'measure: the incident is only recorded, and nothing is contained; record it with "measure"',
    );
  const measure = message.measure!;
  const id = measureId(measure);
  const before = state.containment[id];
  if (before && !isOver(before) && before.state !== 'awaits-second')
    return answer.noted(`${id} is already ${outcomeWords(before.state)}`);
  const full = capProblem(state, measure);
  if (full) return answer.rejected(full);
  const asked = askedFor(measure, message.by, state, pack);
  return asked ?? answer.noted(`${id}: you have asked for this already; a second person must ask for the same`);
}

function onMeasure(state: IncidentState, message: On<'measure'>, now: Instant, answer: Answer): NewEvent[] {
  const given = message.at ?? saidAt(state, message.sentAt, now);
  const at = notAfter(given, now);
  if (!at) return answer.rejected(`at: ${aheadProblem(given, now)}`);
  const known = state.measures.some(
    (m) =>
      m.text === message.text &&
      m.by === message.by &&
      m.category === message.category &&
      m.planned === message.planned,
  );
  if (known) return answer.noted('this measure is already recorded');
  return [
    {
      kind: 'measure-recorded',
      data: { text: message.text, category: message.category, planned: message.planned, at },
    },
  ];
}

function onTranslate(state: IncidentState, message: On<'translate'>, answer: Answer): NewEvent[] {
  const { language } = message;
  const texts = message.texts.filter(({ of, is }) => state.translations?.[language]?.[of] !== is);
  if (texts.length === 0) return answer.noted(`these texts are already known in ${language}`);
  const data = { language, texts: texts.map(({ of }) => of), translations: texts.map(({ is }) => is) };
  return [{ kind: 'texts-translated', data }];
}

function onReview(state: IncidentState, message: On<'review'>, answer: Answer): NewEvent[] {
  const { rootCause, controls, shareSummary, summary } = message;
  if (shareSummary && !summary) return answer.rejected('summary: is needed when shareSummary is true');
  const review = { rootCause, controls, shareSummary, ...(summary ? { summary } : {}) };
  const { at: _at, by: _by, ...before } = state.review ?? { at: '', by: '' };
  if (sameValue(review, before)) return answer.noted('this review is already recorded');
  return [{ kind: 'reviewed', data: review }];
}

function onClose(state: IncidentState, message: On<'close'>, pack: Policy, answer: Answer): NewEvent[] {
  const problems = closeProblems(state, pack);
  return problems.length > 0 ? answer.rejected(...problems) : [{ kind: 'closed', data: { note: message.note } }];
}

function onNotOwed(state: IncidentState, message: On<'not-owed'>, pack: Policy, answer: Answer): NewEvent[] {
  const decided = confirmNotOwed(state, message, pack);
  if ('events' in decided) return decided.events;
  return 'note' in decided ? answer.noted(decided.note) : answer.rejected(...decided.problems);
}
