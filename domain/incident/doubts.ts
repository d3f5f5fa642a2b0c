/** When an instant of awareness is one that a person must look at before anything is sent because of it. Pure. */
import { type Instant, minuteText, toInstant, toMs } from '../kernel/time';
import type { Policy } from '../policy/policy';
import { applies } from './applies';
import { ANSWER_WITHIN_MS } from './awareness';
import { anchorAt, armedClock } from './clocks';
import { partOf } from './part-clock';
import type { IncidentState } from './state';

/**
 * Why an instant of awareness is doubtful: it lies before the detection, or it puts a deadline into the past that was not.
 * A mistyped year does both. `state` holds the facts as they are to be, and still the awareness from before.
 */
export function doubts(awareAt: Instant, state: IncidentState, pack: Policy, now: Instant): string[] {
  const { detected } = state.anchors;
  const early = detected !== undefined && toMs(awareAt) < toMs(detected);
  const next = { ...state, anchors: { ...state.anchors, aware: awareAt } };
  const overdue = pack.obligations.filter((rule) => {
    if (!rule.clocks.some(({ from }) => from === 'aware') || applies(rule, next).value === false) return false;
    const passed = (facts: IncidentState) => {
      const due = armedClock(rule, facts, pack, partOf(rule, facts, pack))?.due;
      return due !== undefined && toMs(due.dueAt) <= toMs(now);
    };
    return passed(next) && !(anchorAt(state, 'aware') && passed(state));
  });
  return [
    ...(early ? [`it lies before the detection at ${minuteText(detected)} UTC`] : []),
    ...(overdue.length > 0 ? [`it puts into the past: ${overdue.map(({ title }) => title).join(', ')}`] : []),
  ];
}

export function answerBy(now: Instant): Instant {
  return toInstant(toMs(now) + ANSWER_WITHIN_MS);
}
