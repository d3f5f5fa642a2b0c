/** What each message of a person or a tool means for an incident. */
import { aheadProblem } from '../kernel/ahead';
import { ask, commandText, tocsin } from '../kernel/command-lines';
import { earliestOf, inexactOf } from '../kernel/inexact-instant';
import type { Instant } from '../kernel/time';
import { type Policy, type PolicyRef, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { onActedAt } from './act-timed';
import { isAfterClosing, onAfterClosing } from './after-closing';
import { Answer, notAfter } from './answer';
import { onDecideAuthority } from './authority-decision';
import { USUAL_BASIS } from './awareness';
import { outcomeWords, stateWords } from './board-words';
import { isOver } from './containment';
import { capProblem } from './containment-cap';
import { onCorrect } from './corrections';
import { withAnswer } from './data-question';
import { partsDoubts } from './doubted';
import { answerBy } from './doubts';
import type { NewEvent } from './events';
import { judgementsApart } from './facts/judgements';
import {
  authorityProblem,
  filedEvidence,
  namedAuthorityProblem,
  onCannotEstablish,
  onReceipt,
  outstanding,
  outstandingProblem,
  phasesOf,
} from './filings';
import { groundProblem } from './grounds';
import { holdProblem } from './holds';
import { measureId } from './incident';
import { publicOpen } from './made-public';
import type { Message, MessageBody } from './messages';
import { notBegun } from './not-begun';
import { confirmNotOwed } from './not-owed';
import { awarenessOpen, onAwareAt, onConfirm } from './on-awareness';
import { onEditDraft } from './on-edit';
import { onSettle } from './on-settle';
import { actedWhen, onStatus } from './on-status';
import { lawServed, onLeaveUntold, onTold, restOf } from './on-telling';
import { partsAfter } from './parts';
import { isPublicCommunication } from './readers';
import { reasonsProblems } from './reasons-given';
import { draftIsCurrent, fulfil, goesOn, lacksRequired } from './reconcile';
import { isRecordOnly } from './records';
import { roomProblem } from './room';
import { saidAt } from './said-at';
import { type IncidentState, isSettled, type Obligation } from './state';
import { nextLine, openProposal, stillOpen } from './still-open';
import { neverTold, standing, tellerOf } from './telling';
import { factsToTell } from './told';
import { untoldCommands, untoldText } from './untold';

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
  return problems.length > 0 ? answer.rejected(...problems) : events;
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
    return answer.rejected(`incident: it was closed at ${state.closedAt}; reopen it first: \`${line}\``);
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
      return onContain(state, message, answer);
    case 'measure':
      return onMeasure(state, message, now, answer);
    case 'translate':
      return onTranslate(state, message, answer);
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

function onAssess(state: IncidentState, message: On<'assess'>, pack: Policy, now: Instant, answer: Answer): NewEvent[] {
  const { assessment, reason } = message;
  if (!assessment && !message.awareAt)
    return answer.rejected('assess: give "assessment" or "personalData", "awareAt", or both');
  const unasked = Object.keys(assessment?.answers ?? {}).filter((id) => !pack.questions.some((each) => each.id === id));
  if (unasked.length > 0) {
    return answer.rejected(
      `answers: ${unasked.length} of them answer no question of the policy: leave them out; it asks: ${list(pack.questions.map(({ id }) => id))}`,
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
  if (assessment && !same(assessment, state.assessment?.facts)) {
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

function onContain(state: IncidentState, message: On<'contain'>, answer: Answer): NewEvent[] {
  if (message.undo !== undefined) {
    const step = state.containment[message.undo];
    if (!step)
      return answer.rejected(
        `undo: there is no containment step "${message.undo}"; give one of: ${list(Object.keys(state.containment))}`,
      );
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
  if (before && !isOver(before)) return answer.noted(`${id} is already ${outcomeWords(before.state)}`);
  const full = capProblem(state, measure);
  if (full) return answer.rejected(full);
  return [{ kind: 'containment-requested', data: { id, measure } }];
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
  if (same(review, before)) return answer.noted('this review is already recorded');
  return [{ kind: 'reviewed', data: review }];
}

function onClose(state: IncidentState, message: On<'close'>, pack: Policy, answer: Answer): NewEvent[] {
  const problems: string[] = [];
  if (state.status !== 'resolved')
    problems.push(`status: it is not resolved yet: \`${tocsin('status', { id: state.caseId, status: 'resolved' })}\``);
  problems.push(...awarenessOpen(state));
  for (const rule of pack.obligations) {
    const instances = Object.values(state.obligations).filter((o) => o.rule === rule.id);
    if (instances.length === 0) problems.push(notBegun(rule, state));
    for (const o of instances) {
      if (o.status === 'partly-told') problems.push(partlyTold(o, rule, state, pack));
      else if (!isSettled(o)) problems.push(stillOpen(o, rule, state, pack));
      const inPart = outstandingProblem(state.caseId, o, rule);
      if (inPart) problems.push(inPart);
      if (o.delayReasonsOwed)
        problems.push(
          `${o.id}: the reasons for its delay are still missing: \`${reasonsLine(state.caseId, o, rule)}\``,
        );
    }
  }
  for (const step of Object.values(state.containment)) {
    if (['requested', 'undo-requested'].includes(step.state))
      problems.push(`${step.id}: is still ${outcomeWords(step.state)}; try again when its outcome is on record`);
  }
  return problems.length > 0 ? answer.rejected(...problems) : [{ kind: 'closed', data: { note: message.note } }];
}

function partlyTold(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): string {
  if (isPublicCommunication(rule)) return `${publicOpen(o)}: \`${nextLine(o, rule, state, pack)}\``;
  const untold = standing(o, rule, state, pack)?.untold ?? [];
  const commands = untoldCommands(state.caseId, o.id, untold).map(
    ({ verb, given: { by: _, ...given } }) => `\`${commandText({ verb, given })}\``,
  );
  return `${o.id}: somebody is still untold: ${untoldText(untold)}: ${commands.join(' or ')}`;
}

function onNotOwed(state: IncidentState, message: On<'not-owed'>, pack: Policy, answer: Answer): NewEvent[] {
  const decided = confirmNotOwed(state, message, pack);
  if ('events' in decided) return decided.events;
  return 'note' in decided ? answer.noted(decided.note) : answer.rejected(...decided.problems);
}

type ObligationMessage = Exclude<
  Extract<Message, { obligation: string }>,
  { message: 'not-owed' | 'decide-authority' }
>;

function onObligation(
  state: IncidentState,
  message: ObligationMessage,
  pack: Policy,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  const targets = resolve(state, message.obligation, message.message);
  const rule = ruleOf(pack, targets[0]?.rule ?? message.obligation);
  if (!rule) {
    return answer.rejected(
      `obligation: there is no "${message.obligation}"; use one of: ${list(Object.keys(state.obligations))}`,
    );
  }
  const undecided = targets.find((each) => each.status === 'proposed-not-owed');
  if (undecided && ['approve', 'hold', 'waive', 'leave-untold'].includes(message.message))
    return answer.rejected(`obligation: ${openProposal(undecided, rule, state)}, or correct the assessment`);
  if (message.message === 'waive') return onWaive(state, message, rule, pack, targets, answer);
  if (targets.length > 1)
    return answer.rejected(
      `obligation: "${message.obligation}" matches several obligations, name one of: ${list(targets.map((o) => o.id))}`,
    );
  const o = targets[0];
  if (!o)
    return answer.rejected(
      `obligation: ${message.obligation} has not been triggered yet; see \`${tocsin('explain', { id: state.caseId })}\``,
    );
  switch (message.message) {
    case 'approve':
      return onApprove(state, o, message, rule, pack, now, answer);
    case 'told': {
      const acted = actedWhen(message.at ?? saidAt(state, message.sentAt, now), state, now);
      if ('problem' in acted) return answer.rejected(`at: ${acted.problem}`);
      return onTold({ state, o, rule, pack, answer }, message, acted.when);
    }
    case 'settle':
      return onSettle(state, o, message, now, answer);
    case 'leave-untold':
      return onLeaveUntold({ state, o, rule, pack, answer }, message);
    case 'edit-draft':
      return onEditDraft({ state, o, rule, pack, answer }, message);
    case 'hold':
      return onHold(state, o, message, rule, pack, now, answer);
    case 'release':
      if (!o.hold) return answer.noted(`${o.id} is not held`);
      return [{ kind: 'obligation-released', data: { obligation: o.id, reason: message.reason } }];
    case 'not-material':
      return onNotMaterial(state, o, message.reason, rule, pack, answer);
    case 'filed':
      return onFiled(state, o, message, rule, pack, now, answer);
    case 'acted-at': {
      const acted = actedWhen(message.at, state, now);
      if ('problem' in acted) return answer.rejected(`at: ${acted.problem}`);
      const { round, reason } = message;
      return onActedAt(state, o, rule, { at: acted.when, round, reason }, answer);
    }
    case 'cannot-establish':
      return onCannotEstablish({ state, o, rule, pack, answer }, message);
  }
}

/** The obligation of that id while it is open or something of it is; else the instances of that rule, those still open first. */
function resolve(state: IncidentState, id: string, message: ObligationMessage['message']): Obligation[] {
  const exact = state.obligations[id];
  const instances = Object.values(state.obligations).filter((o) => o.rule === id && o.id !== id);
  if (exact && instances.length === 0) return [exact];
  const open = [...(exact ? [exact] : []), ...instances].filter((o) => !isSettled(o));
  if (message === 'waive') return open;
  if (exact && (open.includes(exact) || stillOwes(exact))) return [exact];
  if (open.length > 0) return open;
  return instances;
}

/** Whether something of an obligation that was fulfilled waits for a person: what no phase has delivered, the reasons for a delay. */
function stillOwes(o: Obligation): boolean {
  return outstanding(o).length > 0 || o.delayReasonsOwed === true;
}

function onApprove(
  state: IncidentState,
  o: Obligation,
  message: On<'approve'>,
  rule: ObligationRule,
  pack: Policy,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  const reasons = delayReasons(o, message.delayReasons);
  if (rule.dispatch !== 'approval') {
    if (reasons.length > 0) return reasons;
    const todo =
      rule.dispatch === 'filing'
        ? `it is filed by a person: \`${nextLine(o, rule, state, pack)}\``
        : `it is ${rule.dispatch === 'automatic' ? 'sent' : 'fulfilled'} otherwise: \`${nextLine(o, rule, state, pack)}\``;
    return answer.rejected(`obligation: ${o.id} takes no approval; ${todo}`);
  }
  if (o.status === 'dispatching' || isSettled(o))
    return reasons.length > 0 ? reasons : answer.noted(`${o.id} is already ${stateWords(o.status)}`);
  if (isRecordOnly(state)) return onPublishedThen(o, rule, now, reasons, answer);
  const teller = tellerOf(o, rule, state, pack);
  if (teller)
    return reasons.length > 0
      ? reasons
      : answer.rejected(`obligation: ${o.id} is told with ${teller.id}: approve that`);
  if (o.status === 'partly-told' && isPublicCommunication(rule)) {
    const line = `\`${nextLine(o, rule, state, pack)}\``;
    return reasons.length > 0 ? reasons : answer.rejected(`obligation: ${publicOpen(o)}: ${line}`);
  }
  if (o.status === 'partly-told')
    return [...reasons, goesOn(o, 'it is to be sent again to those whom the last mail did not reach')];
  if (o.status !== 'drafted' || !o.draft)
    return answer.rejected(`obligation: ${o.id} has no draft yet; try again in a moment`);
  if (!draftIsCurrent(o, rule, state, pack))
    return answer.rejected(
      `draft: ${o.draft.fingerprint} is out of date; the facts changed, a new one is being written: read and approve that`,
    );
  if (message.draft && message.draft !== o.draft.fingerprint) {
    return answer.rejected(
      `draft: ${message.draft} is out of date; the facts changed, read draft ${o.draft.fingerprint} and approve that`,
    );
  }
  if (o.approved) return reasons.length > 0 ? reasons : answer.noted(`${o.id} is already approved`);
  const { missing } = o.draft;
  const lacks = lacksRequired(o, rule);
  if (lacks && !message.incompleteBecause) {
    return answer.rejected(
      `incompleteBecause: the notice lacks what ${rule.citation} requires: ${list(missing)}. Establish it with \`${tocsin('assess', { id: state.caseId, help: true })}\`, or say why it goes out without`,
    );
  }
  const incomplete = lacks ? { incomplete: { missing, reason: message.incompleteBecause! } } : {};
  return [
    ...reasons,
    { kind: 'notice-approved', data: { obligation: o.id, round: o.round, draft: o.draft.fingerprint, ...incomplete } },
  ];
}

/** Of an incident that is only recorded: it was published then. Who was told by mail is recorded as told. */
function onPublishedThen(
  o: Obligation,
  rule: ObligationRule,
  now: Instant,
  reasons: NewEvent[],
  answer: Answer,
): NewEvent[] {
  if (rule.channel !== 'status-page' || isPublicCommunication(rule)) {
    return answer.rejected(
      `obligation: ${o.id} belongs to an incident that is only recorded, so nothing is sent; record who was told, when and how, with \`told\``,
    );
  }
  return [...reasons, fulfil(o, rule, now, { channel: rule.channel, note: 'recorded afterwards' })];
}

/** The command that gives the reasons; of a report that was filed, with the reference that is known. */
function reasonsLine(id: string, o: Obligation, rule: ObligationRule): string {
  const given = { id, obligation: o.id, 'delay-reasons': ask('reason') };
  if (rule.dispatch !== 'filing') return tocsin('approve', given);
  return tocsin('filed', { ...given, reference: o.evidence?.reference ?? ask('reference') });
}

function delayReasons(o: Obligation, reasons: string | undefined): NewEvent[] {
  if (!reasons || reasons === o.delayReasons) return [];
  return [{ kind: 'delay-reasons-recorded', data: { obligation: o.id, reasons } }];
}

function onHold(
  state: IncidentState,
  o: Obligation,
  message: On<'hold'>,
  rule: ObligationRule,
  pack: Policy,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  const { reason, ground, until } = message;
  const problem = holdProblem({ o, rule, state, pack }, { ground, until }, now);
  if (problem) return answer.rejected(problem);
  if (o.hold && o.hold.reason === reason && o.hold.ground === ground && o.hold.until === until)
    return answer.noted(`${o.id} is already held`);
  return [{ kind: 'obligation-held', data: { obligation: o.id, reason, ground, until } }];
}

function onWaive(
  state: IncidentState,
  message: On<'waive'>,
  rule: ObligationRule,
  pack: Policy,
  targets: Obligation[],
  answer: Answer,
): NewEvent[] {
  const { reason, ground } = message;
  const known = state.obligations[message.obligation];
  const waivable = targets.filter((o) => !isSettled(o) && o.status !== 'dispatching');
  if (waivable.length === 0 && (targets.length > 0 || known))
    return answer.noted(`${message.obligation} is already ${stateWords((targets[0] ?? known)!.status)}`);
  const problem = groundProblem(ground, rule, pack, state);
  if (problem) return answer.rejected(`ground: ${problem}`);
  if (waivable.length > 0) {
    const elsewhere = waivable.find((o) => o.fulfilledAt && tellerOf(o, rule, state, pack));
    if (elsewhere) return answer.rejected(`obligation: ${elsewhere.id} is told with ${rule.toldWith}: waive that`);
    const owing = waivable.flatMap((o) => leavesByLaw(o, rule, state, pack));
    if (owing.length > 0) return answer.rejected(...owing);
    return waivable.flatMap((o): NewEvent[] => [
      {
        kind: 'obligation-waived',
        data: {
          obligation: o.id,
          rule: rule.id,
          reason,
          ground,
          ...(o.fulfilledAt ? { says: factsToTell(rule, state, pack) } : {}),
        },
      },
      // Who waives a later round decides to leave those untold whom only this round would have told.
      ...(o.fulfilledAt ? leftUntold(o, rule, state, pack, reason) : []),
    ]);
  }
  return [{ kind: 'obligation-waived', data: { obligation: rule.id, rule: rule.id, reason, ground } }];
}

/** Of a later round: whom another duty of law, which this notice fulfils, still names; waiving a promise leaves them owed. */
function leavesByLaw(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): string[] {
  if (!o.fulfilledAt) return [];
  const untold = neverTold(o, rule, state, pack);
  const law = lawServed(o, rule, state, pack).find(({ id }) => id !== rule.id);
  if (!law || untold.length === 0) return [];
  return [
    `obligation: ${o.id} tells under ${law.id} (${law.citation}) too, and somebody is untold: ${untoldText(untold)}. ` +
      'Approve it, tell them by another channel, or leave them untold one by one with a reason',
  ];
}

function leftUntold(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
  reason: string,
): NewEvent[] {
  const untold = neverTold(o, rule, state, pack);
  if (untold.length === 0) return [];
  return [{ kind: 'left-untold', data: { obligation: o.id, round: o.round, reason, ...restOf(untold) } }];
}

function onNotMaterial(
  state: IncidentState,
  o: Obligation,
  reason: string,
  rule: ObligationRule,
  pack: Policy,
  answer: Answer,
): NewEvent[] {
  if (o.status === 'dispatching' || isSettled(o)) return answer.noted(`${o.id} is already ${stateWords(o.status)}`);
  if (!o.changed) {
    return answer.rejected(
      `obligation: ${o.id} was not opened by a change in what was told; waive it with a reason if it does not apply`,
    );
  }
  const says = factsToTell(rule, state, pack);
  return [{ kind: 'change-not-material', data: { obligation: o.id, round: o.round, reason, says } }];
}

function onFiled(
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

function list(items: string[]): string {
  return items.length > 0 ? items.join(', ') : 'none';
}

/** Equality of plain JSON values, whatever the order of their keys. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}
