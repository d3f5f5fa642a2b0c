/** When an incident wakes next by itself. */
import { thresholdText } from '../case/alarm-text';
import { nextPoint } from '../kernel/alarm-clock';
import { earliest, type Instant, toMs } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { alarmClock, doubtClock, justAfter } from './clocks';
import { doubtsOf } from './doubted';
import { titleOf } from './filings';
import { holdEnd } from './holds';
import { isRecordOnly } from './records';
import { lacksRequired, sentOnSilenceAt } from './sent-on-silence';
import { type IncidentState, isSettled, type Obligation } from './state';
import { tellerOf } from './telling';

/** The next instant at which something needs a look. */
export interface Wake {
  at: Instant;
  /** Of which obligation; `awareness` where an instant is doubted. */
  obligation: string;
  /** What happens then, for people. */
  what: string;
}

/** The next instant after `now` at which an obligation needs a look; `undefined` when nothing waits for time. */
export function nextWake(state: IncidentState, pack: Policy, now: Instant): Wake | undefined {
  let next: (Omit<Wake, 'what'> & { what: () => string }) | undefined;
  for (const o of Object.values(state.obligations)) {
    const rule = ruleOf(pack, o.rule);
    if (!rule || isSettled(o)) continue;
    const clock = isRecordOnly(state) ? undefined : alarmClock(o, rule);
    const missedAt = o.dueAt && o.missedDueAt !== o.dueAt ? justAfter(o.dueAt) : undefined;
    const point = clock && nextPoint(clock, now);
    const instants: Array<[at: Instant | undefined, what: () => string]> = [
      [o.dueAt, () => 'deadline'],
      [o.marginAt, () => (isSentAtMargin(o, rule, state, pack) ? 'sent if nobody objects' : 'margin reached')],
      [missedAt, () => 'deadline passed'],
      [holdEnd(o, rule, state, pack), () => 'the hold ends'],
      [point?.at, () => (point ? `alarm, ${thresholdText(point.threshold)}` : '')],
    ];
    for (const [at, what] of instants) {
      if (at && toMs(at) > toMs(now) && (!next || toMs(at) < toMs(next.at)))
        next = { at, obligation: o.id, what: () => `${titleOf(o, rule)}: ${what()}` };
    }
  }
  const asks = earliest(doubtsOf(state).flatMap(({ doubt }) => nextPoint(doubtClock(doubt), now)?.at ?? []));
  return asks && (!next || toMs(asks) < toMs(next.at))
    ? { at: asks, obligation: 'awareness', what: 'an instant in doubt: alarm' }
    : next && { ...next, what: next.what() };
}

/** Whether silence sends the notice of an obligation at its own margin, as things stand. */
function isSentAtMargin(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): boolean {
  if (!['pending', 'drafted'].includes(o.status) || o.hold || isRecordOnly(state)) return false;
  if (lacksRequired(o, rule) || tellerOf(o, rule, state, pack)) return false;
  return sentOnSilenceAt(o, state, pack) === o.marginAt;
}
