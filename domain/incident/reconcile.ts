/**
 * What follows from the facts and the time, without anybody asking: obligations are armed, fall away or open again,
 * deadlines move with their anchors, silence sends, alarms ring. Pure; the caller folds the events and asks again until
 * nothing follows any more.
 */

import { ringing } from '../kernel/alarm-clock';
import { inexactOf, latestOf, type When } from '../kernel/inexact-instant';
import { TOCSIN } from '../kernel/recorded-event';
import { deadline, type Instant, toMs } from '../kernel/time';
import { dataSetsOf } from '../policy/affected';
import { type Expansion, expansionsOf, UNDETERMINED } from '../policy/authorities';
import { sourcesOf, type Verdict } from '../policy/conditions';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { awarenessAlarm, clockAlarm } from './alarms';
import { applies, decidedBy } from './applies';
import { alarmClock, armedClock, doubtClock, dueFor } from './clocks';
import { containedWhen } from './contained-when';
import { containedNote, retracted } from './containment';
import { missingFields } from './contents';
import { answerTo, DATA_QUESTION, isAskedAgain } from './data-question';
import { doubtsOf, isDoubted } from './doubted';
import type { NewEvent } from './events';
import { authorityOf, undelivered } from './filings';
import { isPublicInstead } from './grounds';
import { holdEnd, holdOfTold } from './holds';
import { correctedLateness, dependsOnHour } from './lateness';
import { everybodyCouldRead } from './made-public';
import { isDecision, proposals, withdrawals } from './not-owed';
import { noticeNow } from './notice-now';
import { organisationsTold } from './organisations-told';
import { partOf } from './part-clock';
import { isRecordOnly, lacking } from './records';
import type { Coverage, RoundPurpose } from './round';
import { lacksRequired, sentOnSilenceAt } from './sent-on-silence';
import { type IncidentState, isSettled, type Obligation, toldWithout } from './state';
import { isSomebodyUntried, neverTold, settledByTally, tellerOf } from './telling';
import { factsToTell } from './told';
import { changedSince } from './told-facts';
import { formerCoverage, isCorrecting } from './told-wrongly';
import { isBackOnly, untoldText } from './untold';

const NOTICE_CHANNELS = ['email', 'status-page', 'filing'];

/** The next events that follow, at `now`; empty at the fixpoint. Asked after every event: what is the same for all is found once. */
export function reconcile(state: IncidentState, pack: Policy, now: Instant): NewEvent[] {
  if (state.closedAt) return [];
  const obligations = Object.values(state.obligations);
  const instances = new Map<string, Obligation[]>();
  for (const o of obligations) {
    const ofRule = instances.get(o.rule);
    if (ofRule) ofRule.push(o);
    else instances.set(o.rule, [o]);
  }
  for (const rule of pack.obligations) {
    const events = applicability(rule, instances.get(rule.id) ?? [], state, pack);
    if (events.length > 0) return events;
  }
  const steps = isRecordOnly(state) ? STEPS_OF_RECORD : STEPS;
  for (const o of obligations) {
    const rule = ruleOf(pack, o.rule);
    if (!rule) continue;
    for (const step of steps) {
      const events = step(o, rule, state, pack, now);
      if (events.length > 0) return events;
    }
  }
  return doubtAlarm(state, now);
}

/** A doubtful instant alarms until somebody stands by it or corrects it. */
function doubtAlarm(state: IncidentState, now: Instant): NewEvent[] {
  for (const { of, doubt } of doubtsOf(state)) {
    const point = ringing(doubtClock(doubt), doubt.rung, now);
    if (point) return [{ kind: 'alarm-raised', data: awarenessAlarm(state.caseId, of, doubt, point.threshold) }];
  }
  return [];
}

/** Arms, reopens or dismisses a rule's obligations as its condition on the facts says. */
function applicability(rule: ObligationRule, instances: Obligation[], state: IncidentState, pack: Policy): NewEvent[] {
  const verdict = applies(rule, state);
  const owed = verdict.value ?? (rule.whenUndecided === 'apply' ? true : undefined);
  if (owed === undefined) return withdrawals(instances, verdict);
  if (!owed) return dismiss(rule, instances, verdict, state, pack);
  const expanded = expansionsOf(rule, pack, state);
  const expansions: Array<Expansion | undefined> = expanded ?? [undefined];
  const wanted = new Set(expansions.map((expansion) => (expansion ? `${rule.id}:${expansion.key}` : rule.id)));
  const withdrawn = withdrawals(
    instances.filter((o) => wanted.has(o.id) || o.id === rule.id),
    verdict,
  );
  if (withdrawn.length > 0) return withdrawn;

  if (!armedClock(rule, state, pack)) return [];
  const wholeRule = state.obligations[rule.id];
  if (wholeRule?.status === 'waived' && expanded) {
    if (!newFacts(wholeRule, rule, state)) return [];
  }
  const events: NewEvent[] = [];
  for (const expansion of expansions) {
    const id = expansion ? `${rule.id}:${expansion.key}` : rule.id;
    const known = state.obligations[id];
    const { clock, due } = armedClock(rule, state, pack, partOf(rule, state, pack, { key: expansion?.key }))!;
    const because = [...verdict.because, ...(expansion ? [expansion.because] : [])];
    if (!known) {
      const data = { obligation: id, rule: rule.id, recipient: expansion?.key, clock, ...due, because };
      if (wholeRule?.status === 'waived') data.because.push(waiverReopens(wholeRule));
      events.push({ kind: 'obligation-armed', data });
    } else if (known.status === 'not-required' && !known.fulfilledAt) {
      events.push(reopen(known, 'first', because.join('; '), clock, due));
    } else if (known.status === 'waived' && newFacts(known, rule, state)) {
      events.push(reopen(known, 'first', waiverReopens(known), clock, due));
    }
  }
  const decision = state.authorityDecided?.[rule.id];
  const decided = decision && wanted.has(`${rule.id}:${decision.authority}`) ? decision : undefined;
  for (const o of instances) {
    if (wanted.has(o.id) || o.id === rule.id || isSettled(o) || o.fulfilledAt || o.status === 'dispatching') continue;
    if (o.recipient !== UNDETERMINED && isDecision(rule, state, true)) {
      const because = [`on the present facts it goes to ${[...wanted].join(', ')}, not to ${o.recipient}`];
      events.push(...proposals(rule, [o], because, state, pack));
      continue;
    }
    const reason = expanded?.length
      ? `the recipient is now determined: ${[...wanted].join(', ')}${decided ? `, by decision: ${decided.reason}` : ''}`
      : verdict.because.join('; ');
    const by = decided?.by ?? state.assessment?.by ?? state.declaration.declaredBy;
    events.push(notRequired(o.id, rule.id, reason, by));
  }
  return events;
}

/** What is no duty of law falls away by itself; a duty of law is only proposed as not owed. */
function dismiss(
  rule: ObligationRule,
  instances: Obligation[],
  verdict: Verdict,
  state: IncidentState,
  pack: Policy,
): NewEvent[] {
  const owedOnce = instances.some((o) => o.clock !== undefined);
  const open = instances.filter((o) => !isCorrecting(o));
  if (open.length === 0 && instances.length > 0) return [];
  if (isDecision(rule, state, owedOnce)) return proposals(rule, open, verdict.because, state, pack);
  const reason = [rule.notRequiredReason, verdict.because.join('; ')].filter(Boolean).join(': ');
  const by = decidedBy(verdict, state);
  if (instances.length === 0) return [notRequired(rule.id, rule.id, reason, by)];
  return open
    .filter((o) => !isSettled(o) && o.status !== 'dispatching')
    .map((o) => notRequired(o.id, rule.id, reason, by));
}

function notRequired(obligation: string, rule: string, reason: string, decidedBy: string): NewEvent {
  return { kind: 'obligation-not-required', by: decidedBy, data: { obligation, rule, reason, decidedBy } };
}

/** A waiver was a decision on the facts as they were; new facts open it again (GDPR Art. 34(3), (4)). */
function newFacts(o: Obligation, rule: ObligationRule, state: IncidentState): boolean {
  const onFacts = sourcesOf(rule.appliesWhen).has('assessment');
  return onFacts && String(state.assessment?.revision ?? 0) !== o.decision?.facts;
}

function waiverReopens(o: Obligation): string {
  return `the facts changed after it was waived (${o.decision?.reason})`;
}

function reopen(
  o: Obligation,
  purpose: RoundPurpose,
  reason: string,
  clock: Obligation['clock'] & object,
  due: { dueAt: Instant; marginAt: Instant },
  changed?: string[],
): NewEvent {
  return {
    kind: 'obligation-reopened',
    data: { obligation: o.id, round: o.round + 1, purpose, reason, clock, ...due, changed },
  };
}

type Step = (o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy, now: Instant) => NewEvent[];

/** A first notice follows its anchors; a later round keeps the deadline it was opened with. */
const movedDeadline: Step = (o, rule, state, pack) => {
  if (isSettled(o) || o.purpose !== 'first') return [];
  const armed = armedClock(rule, state, pack, partOf(rule, state, pack, { key: o.recipient, born: o.clock }));
  const { from, anchorAt } = o.clock ?? {};
  if (!armed || (!o.dueAt && o.status !== 'proposed-not-owed')) return [];
  if (armed.due.dueAt === o.dueAt && armed.clock.from === from && armed.clock.anchorAt === anchorAt) return [];
  return [
    {
      kind: 'obligation-due-changed',
      data: { obligation: o.id, clock: armed.clock, previousDueAt: o.dueAt, ...armed.due },
    },
  ];
};

/** The product's own target for "without further delay" (GDPR Art. 33(4)): a third of the time for the report itself. */
const CHANGED_WITHIN = 'PT24H';

/** After the first notice: newly found recipients, facts that were missing then, and a changed status open a new round. */
const reopened: Step = (o, rule, state, pack, now) => {
  if (o.status !== 'fulfilled' || !NOTICE_CHANNELS.includes(rule.channel)) return [];
  // What was told and does not hold any more is told as such, or decided on: the duty does not fall silent.
  if (applies(rule, state).value === false) return corrects(o, rule, state, pack, now);
  const within = rule.clocks[0]!.within;
  const due = dueFor(rule, deadline(now, within, pack.calendars, rule.clocks[0]!.timeZone));
  const clock = { from: 'reopened' as const, anchorAt: now };
  const untold = rule.recipient.to === 'status-subscribers' ? [] : neverTold(o, rule, state, pack);
  const instead = isPublicInstead(o, rule) && isBackOnly(untold);
  if (untold.length > 0 && !instead) {
    const why = isBackOnly(untold) ? 'told by mail, and the mail came back' : 'found to be affected, and not told';
    return [reopen(o, 'new-recipients', `${why}: ${untoldText(untold)}`, clock, due)];
  }
  if (tellerOf(o, rule, state, pack)) return [];
  const missingSoFar = rule.channel === 'filing' ? undelivered(o) : toldWithout(o);
  if (rule.channel !== 'status-page' && rule.recipient.to !== 'status-subscribers' && missingSoFar.length > 0) {
    const missing = missingFields(noticeNow(o, rule, state, pack).contents);
    const known = missingSoFar.filter((field) => !missing.includes(field));
    if (known.length > 0) return [reopen(o, 'supplement', `now established: ${known.join(', ')}`, clock, due)];
  }
  const changed = corrects(o, rule, state, pack, now);
  if (changed.length > 0) return changed;
  const follows = (rule.followUpOnStatus as string[]).includes(state.status) && o.statusAtDispatch !== state.status;
  return follows ? [reopen(o, 'follow-up', `the status is now ${state.status}`, clock, due)] : [];
};

/** What was told has changed: a round in which a person sends it, or decides that it is not material. */
const corrects: Step = (o, rule, state, pack, now) => {
  if (!o.told || tellerOf(o, rule, state, pack)) return [];
  const changed = changedSince(o.told, factsToTell(rule, state, pack), rule);
  if (changed.length === 0) return [];
  const owed = dueFor(rule, deadline(now, CHANGED_WITHIN));
  const clock = { from: 'reopened' as const, anchorAt: now };
  return [reopen(o, 'supplement', `changed since it was told: ${changed.join(', ')}`, clock, owed, changed)];
};

/** An answer that was taken back is owed once more. */
const askedAgain: Step = (o, rule, state, pack, now) => {
  if (!isAskedAgain(o, rule, state)) return [];
  const [{ within, timeZone }] = rule.clocks as [ObligationRule['clocks'][number]];
  const due = dueFor(rule, deadline(now, within, pack.calendars, timeZone));
  return [reopen(o, 'follow-up', `it is open again: ${DATA_QUESTION}`, { from: 'reopened', anchorAt: now }, due)];
};

/** The workspaces, and the data sets that meet the rule's own condition, that a notice sent now would cover. */
export function coverage(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): Coverage {
  const former = formerCoverage(o, rule, state);
  if (former) return former;
  const { tally } = o;
  const facts = state.assessment?.facts;
  const workspaces = facts?.workspaces ?? [];
  const left = new Set(tally?.left);
  return {
    // Whom a person decided to leave untold is not mailed.
    workspaces: workspaces === 'all' ? workspaces : workspaces.filter((workspace) => !left.has(workspace)),
    dataSets: dataSetsOf(rule, pack, state)
      .map((d) => d.id)
      .sort(),
  };
}

/** A notice is fulfilled when its whole audience was told, or is left untold by a person's decision. */
const everybodyTold: Step = (o, rule, state, pack, now) =>
  settledByTally(o, rule, state, pack, (at, evidence) => fulfil(o, rule, at, evidence), now);

/** A public communication is fulfilled when it was made public in each of its languages. */
const madePublic: Step = (o, rule) => everybodyCouldRead(o, rule, (at, evidence) => fulfil(o, rule, at, evidence));

/** The duty to tell other organisations is fulfilled when a person has said that all were told. */
const othersTold: Step = (o, rule) => organisationsTold(o, rule, (at, evidence) => fulfil(o, rule, at, evidence));

/** Partly told, and now the facts name somebody whom nobody has tried to reach: the round goes on with them. */
const sendsOn: Step = (o, rule, state, pack) => {
  if (o.status !== 'partly-told' || !isSomebodyUntried(o, rule, state, pack)) return [];
  return [goesOn(o, 'the facts name more who must be told')];
};

/** Opens the next round for those whom the last one did not reach. What is owed to them stays due as it was. */
export function goesOn(o: Obligation, reason: string): NewEvent {
  return reopen(o, 'new-recipients', reason, o.clock!, { dueAt: o.dueAt!, marginAt: o.marginAt! });
}

/** Obligations that the facts themselves fulfil: containment, the review, the register's groups. */
const fulfilledByFacts: Step = (o, rule, state, pack, now) => {
  if (isSettled(o)) return [];
  let at: When | undefined;
  let note: string | undefined;
  if (rule.channel === 'containment' && state.anchors.contained) {
    at = containedWhen(state);
    note = containedNote(state);
  } else if (rule.channel === 'review' && state.review) {
    at = state.review.at;
    note = `${state.review.controls.length} controls improved`;
  } else if (rule.channel === 'assessment') {
    ({ at, note } = answerTo(rule, state) ?? {});
  } else if (rule.record && lacking(rule.record, state, pack).length === 0) {
    at = rule.record === 'R1' ? state.declaration.declaredAt : now;
    note = rule.record === 'R7' ? `${state.registerVerified!.entries} entries verified` : 'recorded';
  }
  return at ? [fulfil(o, rule, at, { channel: rule.channel, note })] : [];
};

/** The event that fulfils an obligation, or settles a later round. Lateness is frozen at the first fulfilment. */
export function fulfil(
  o: Obligation,
  rule: ObligationRule,
  when: When,
  evidence: Extract<NewEvent, { kind: 'obligation-fulfilled' }>['data']['evidence'],
): NewEvent {
  const [at, inexact] = [latestOf(when), inexactOf(when)];
  const lateByMs = o.dueAt ? Math.max(0, toMs(at) - toMs(o.dueAt)) : 0;
  const readings = inexact && { inexact, ...dependsOnHour(when, o.dueAt) };
  if (o.fulfilledAt) {
    const round = { obligation: o.id, round: o.round, at, ...readings };
    const late = o.dueAt && { lateByMs, dueAt: o.dueAt };
    return { kind: 'obligation-supplemented', data: { ...round, ...late, evidence } };
  }
  return {
    kind: 'obligation-fulfilled',
    data: { obligation: o.id, round: o.round, at, ...readings, lateByMs, evidence, sets: rule.sets },
  };
}

/** A notice does not tell, past a hold, what somebody held before it was told with this one. */
const heldForTold: Step = (o, rule, state, pack, now) => {
  const hold = holdOfTold({ o, rule, state, pack }, now);
  if (!hold) return [];
  const { by, ...data } = hold;
  return [{ kind: 'obligation-held', by, data: { obligation: o.id, ...data } }];
};

/** A hold ends as it was said, and never keeps a duty of law back past what its deadline allows. */
const endedHold: Step = (o, rule, state, pack, now) => {
  const end = holdEnd(o, rule, state, pack);
  if (!end || toMs(end) > toMs(now)) return [];
  const reason = end === o.hold?.until ? 'the hold ended' : 'the hold ended, as the deadline allows no longer one';
  return [{ kind: 'obligation-released', by: TOCSIN, data: { obligation: o.id, reason } }];
};

/** True when the draft says what the facts say now. */
export function draftIsCurrent(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): boolean {
  return o.draft?.fingerprint === noticeNow(o, rule, state, pack).fingerprint;
}

/** A drafted notice goes out when it is automatic, approved, or met with silence at its margin. A hold keeps it back. */
const dispatched: Step = (o, rule, state, pack, now) => {
  if (o.status !== 'drafted' || tellerOf(o, rule, state, pack)) return [];
  if (rule.dispatch === 'filing') {
    if (!draftIsCurrent(o, rule, state, pack)) return [];
    return [{ kind: 'filing-opened', data: { obligation: o.id, round: o.round, authority: authorityOf(o) ?? '' } }];
  }
  if (o.hold) return [];
  const silentAt = sentOnSilenceAt(o, state, pack);
  const silence = silentAt !== undefined && toMs(silentAt) <= toMs(now);
  const automatic = (rule.dispatch === 'automatic' && !isDoubted(rule, o, state)) || o.purpose === 'follow-up';
  const trigger = o.approved ? 'approved' : automatic ? 'automatic' : silence ? 'silence' : undefined;
  if (!trigger || !draftIsCurrent(o, rule, state, pack)) return [];
  if (trigger !== 'approved' && lacksRequired(o, rule)) return [];
  return [
    {
      kind: 'dispatch-started',
      data: { obligation: o.id, round: o.round, trigger, covers: coverage(o, rule, state, pack) },
    },
  ];
};

/**
 * A deadline that passes is recorded once; where the law asks for reasons, they are asked for. That a notice was held is
 * no reason by itself: whoever held it says why that was right.
 */
const missedDeadline: Step = (o, rule, _state, _pack, now) => {
  // What is proposed as not owed rings on, but nothing is missed unless it turns out to be owed.
  if (
    isSettled(o) ||
    o.status === 'proposed-not-owed' ||
    !o.dueAt ||
    toMs(o.dueAt) >= toMs(now) ||
    o.missedDueAt === o.dueAt
  )
    return [];
  const { by: heldBy, reason: holdReason, beside } = o.hold ?? {};
  const held = o.hold ? { heldBy, holdReason, ...(beside && { beside }) } : {};
  const events: NewEvent[] = [{ kind: 'deadline-missed', data: { obligation: o.id, dueAt: o.dueAt, ...held } }];
  if (rule.delayReasons && !o.delayReasons && !o.delayReasonsOwed) {
    events.push({ kind: 'delay-reasons-requested', data: { obligation: o.id } });
  }
  return events;
};

/** The highest threshold that has passed rings once; lower ones that passed with it stay silent. */
const alarmed: Step = (o, rule, state, pack, now) => {
  // What is being sent with another notice rings as that does.
  const teller = tellerOf(o, rule, state, pack);
  const sending = teller?.status === 'dispatching';
  const clock = alarmClock(sending ? { ...o, status: 'dispatching', moved: teller.moved } : o, rule);
  const point = clock && ringing(clock, o.rung, now);
  return point ? [{ kind: 'alarm-raised', data: clockAlarm(o, rule, point.threshold, state, pack, now) }] : [];
};

/** What an obligation is asked, in this order: the first that something follows from is the next. */
const STEPS: readonly Step[] = [
  movedDeadline,
  correctedLateness,
  retracted,
  reopened,
  askedAgain,
  fulfilledByFacts,
  everybodyTold,
  madePublic,
  othersTold,
  sendsOn,
  heldForTold,
  endedHold,
  dispatched,
  missedDeadline,
  alarmed,
];
/** A record of what was before sends nothing and wakes nobody. */
const STEPS_OF_RECORD = STEPS.filter((step) => step !== dispatched && step !== alarmed);
