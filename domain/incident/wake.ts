/** When an incident wakes next by itself. */
import { nextPoint } from '../kernel/alarm-clock';
import { earliest, type Instant, toMs } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import { alarmClock, doubtClock, justAfter } from './clocks';
import { doubtsOf } from './doubted';
import { holdEnd } from './holds';
import { isRecordOnly } from './records';
import { type IncidentState, isSettled } from './state';

/** The next instant after `now` at which an obligation needs a look; `undefined` when nothing waits for time. */
export function nextWake(
  state: IncidentState,
  pack: Policy,
  now: Instant,
): { at: Instant; obligation: string } | undefined {
  let next: { at: Instant; obligation: string } | undefined;
  for (const o of Object.values(state.obligations)) {
    const rule = ruleOf(pack, o.rule);
    if (!rule || isSettled(o)) continue;
    const clock = isRecordOnly(state) ? undefined : alarmClock(o, rule);
    const missedAt = o.dueAt && o.missedDueAt !== o.dueAt ? justAfter(o.dueAt) : undefined;
    const instants = [o.marginAt, o.dueAt, missedAt, holdEnd(o, rule, state, pack), clock && nextPoint(clock, now)?.at];
    for (const at of instants) {
      if (at && toMs(at) > toMs(now) && (!next || toMs(at) < toMs(next.at))) next = { at, obligation: o.id };
    }
  }
  const asks = earliest(doubtsOf(state).flatMap(({ doubt }) => nextPoint(doubtClock(doubt), now)?.at ?? []));
  return asks && (!next || toMs(asks) < toMs(next.at)) ? { at: asks, obligation: 'awareness' } : next;
}
