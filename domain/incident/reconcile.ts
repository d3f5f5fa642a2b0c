/**
 * What follows from the facts and the time, without anybody asking: obligations are armed, fall away or open again,
 * deadlines move with their anchors, silence sends, alarms ring. Pure; the caller folds the events and asks again until
 * nothing follows any more.
 */

import { ringing } from '../kernel/alarm-clock';
import { type Instant, toMs } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import { awarenessAlarm, clockAlarm } from './alarms';
import { applicability } from './applicability';
import { alarmClock, armedClock, doubtClock } from './clocks';
import { retracted } from './containment';
import { dispatched, endedHold, heldForTold } from './dispatch';
import { doubtsOf } from './doubted';
import type { NewEvent } from './events';
import { everybodyTold, fulfilledByFacts, madePublic, othersTold } from './fulfilment';
import { correctedLateness } from './lateness';
import { askedAgain, reopened, sendsOn } from './later-rounds';
import { partOf } from './part-clock';
import { isRecordOnly } from './records';
import { type IncidentState, isSettled, type Obligation } from './state';
import type { Step } from './step';
import { stoppedGoesOn } from './stopping';
import { tellerOf } from './telling';

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
  stoppedGoesOn,
  sendsOn,
  heldForTold,
  endedHold,
  dispatched,
  missedDeadline,
  alarmed,
];

/** A record of what was before sends nothing and wakes nobody. */
const STEPS_OF_RECORD = STEPS.filter((step) => step !== dispatched && step !== alarmed);
