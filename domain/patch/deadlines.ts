/** Until when a package is to be replaced, and the alarms until then. */

import { type AlarmClock, clockPoints } from '../kernel/alarm-clock';
import { deadline, type Instant, toMs } from '../kernel/time';
import type { Rating } from './advisory';
import { moreSevere } from './dependencies';
import type { PatchPlan, PatchState } from './state';

/** Its alarms: at once where the policy says so, the parts of its time, the deadline, and the repeats. */
export function alarmClock({ foundAt, dueAt, plan, finding }: PatchState): AlarmClock {
  const atOnce = plan.tellAtOnce.includes(finding.severity) ? [0] : [];
  return {
    dueAt,
    points: clockPoints({ startAt: foundAt, dueAt, alarmAt: [...new Set([...atOnce, ...plan.alarmAt, 100])] }),
    repeatMs: toMs(deadline(dueAt, plan.repeatEvery)) - toMs(dueAt),
  };
}

/** The deadline from when it was found. `none` stands for a severity that opens no task by itself: as for low ones. */
export function dueAfter(from: Instant, severity: Rating, { deadlines }: PatchPlan): Instant {
  const within = deadlines[severity];
  return deadline(from, within && within !== 'none' ? within : 'P90D');
}

/** Worse than thought: the new time counts from now, but nobody gets more time. Less bad: as if known from the start. */
export function dueAfterChange(state: PatchState, severity: Rating, now: Instant): Instant {
  if (severity === state.severity) return state.dueAt;
  if (!moreSevere(severity, state.severity as Rating)) return dueAfter(state.foundAt, severity, state.plan);
  const dueAt = dueAfter(now, severity, state.plan);
  return toMs(dueAt) < toMs(state.dueAt) ? dueAt : state.dueAt;
}
