/**
 * The one alarm clock: the points of a deadline at which somebody is alarmed, which of them rings now, and when to look
 * again. Pure. An obligation, a detection in triage, a vulnerability report and a patch task all ring by it.
 *
 * Its promises: each point rings at most once for one deadline and never before its time; of several that passed while
 * nobody could ring, only the latest rings; a deadline that moved is a clock of its own.
 */
import { z } from 'zod';
import { type Instant, InstantSchema, toInstant, toMs } from './time';

/** A point of a clock. `start`: at once · `elapsed`: a part of the time is gone · `due`: the deadline · `times` from 1. */
export const ClockThresholdSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start') }),
  z.strictObject({ kind: z.literal('elapsed'), percent: z.number().gt(0).lt(100) }),
  z.strictObject({ kind: z.literal('margin') }),
  z.strictObject({ kind: z.literal('due') }),
  z.strictObject({ kind: z.literal('overdue'), times: z.int().min(1) }),
]);
export type ClockThreshold = z.infer<typeof ClockThresholdSchema>;

/** The setting `alarmAt` of every policy: percent of the time; 0 is at once, 100 the deadline. */
export const AlarmAtSchema = z.array(z.number().min(0).max(100)).max(20);

/** A point and its instant. */
export const ClockPointSchema = z.strictObject({ threshold: ClockThresholdSchema, at: InstantSchema });
export type ClockPoint = z.infer<typeof ClockPointSchema>;

export interface AlarmClock {
  dueAt: Instant;
  /** Those that are fixed, in order of time. */
  points: readonly ClockPoint[];
  /** From one repetition to the next once it is overdue; without it there are none. */
  repeatMs?: number | undefined;
}

/** What of a clock has rung: every point up to `at`, for the deadline `dueAt`. */
export interface Rung {
  dueAt: Instant;
  at: Instant;
}

/** The points of a clock that runs evenly from its start to its deadline. `marginAt` rings of its own. */
export function clockPoints(clock: {
  startAt: Instant;
  dueAt: Instant;
  alarmAt: readonly number[];
  marginAt?: Instant | undefined;
}): ClockPoint[] {
  const { dueAt, alarmAt, marginAt } = clock;
  const dueMs = toMs(dueAt);
  // A clock that was corrected backwards does not start after its own deadline.
  const startMs = Math.min(toMs(clock.startAt), dueMs);
  const points = alarmAt.map((percent) => ({
    threshold: thresholdAt(percent),
    at: toInstant(Math.round(startMs + ((dueMs - startMs) * percent) / 100)),
  }));
  if (marginAt) points.push({ threshold: { kind: 'margin' }, at: marginAt });
  return inOrder(points);
}

/** The point that a percentage stands for. */
export function thresholdAt(percent: number): ClockThreshold {
  if (percent <= 0) return { kind: 'start' };
  return percent >= 100 ? { kind: 'due' } : { kind: 'elapsed', percent };
}

/** The point that rings at `now`: the latest that has passed, unless it or a later one has rung for this deadline. */
export function ringing(clock: AlarmClock, rung: Rung | undefined, now: Instant): ClockPoint | undefined {
  const passed = clock.points.filter(({ at }) => toMs(at) <= toMs(now));
  const times = repeatsBy(clock, now);
  const latest = times > 0 ? repeat(clock, times) : inOrder(passed).at(-1);
  if (!latest || (rung?.dueAt === clock.dueAt && toMs(latest.at) <= toMs(rung.at))) return undefined;
  return latest;
}

/** The next point after `now`; `undefined` when nothing of the clock is to come. */
export function nextPoint(clock: AlarmClock, now: Instant): ClockPoint | undefined {
  const ahead = inOrder(clock.points).find(({ at }) => toMs(at) > toMs(now));
  if (ahead || clock.repeatMs === undefined) return ahead;
  return repeat(clock, repeatsBy(clock, now) + 1);
}

function repeatsBy({ dueAt, repeatMs }: AlarmClock, now: Instant): number {
  return repeatMs === undefined ? 0 : Math.max(0, Math.floor((toMs(now) - toMs(dueAt)) / repeatMs));
}

function repeat({ dueAt, repeatMs }: AlarmClock, times: number): ClockPoint {
  return { threshold: { kind: 'overdue', times }, at: toInstant(toMs(dueAt) + times * repeatMs!) };
}

function inOrder(points: readonly ClockPoint[]): ClockPoint[] {
  return [...points].sort((a, b) => toMs(a.at) - toMs(b.at));
}
