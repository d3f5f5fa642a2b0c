/** How far a notice is that is being sent, in words: how many have an outcome, and how long the rest takes at this pace. */
import { grouped } from '../kernel/grouped';
import { type Instant, MINUTE_MS, spanText, toMs } from '../kernel/time';

/** How many had an outcome, and when: `atMs` since the epoch. */
export interface Mark {
  atMs: number;
  settled: number;
}

/** Of a dispatch that is under way: when it was last found to have reached more, how many have an outcome since, and of how many. */
export interface Moved {
  at: Instant;
  settled: number;
  /** Missing where it was not counted yet. */
  total?: number;
  /** The count before, which the pace is known by. */
  before?: { at: Instant; settled: number };
}

/** `: 412,000 of 1,000,000 have an outcome, about 14 min left at this pace`; empty where nobody has counted yet. */
export function movedText(moved: Moved | undefined): string {
  if (moved?.total === undefined) return '';
  const { at, settled, total, before } = moved;
  const left = before && timeLeft(markOf(before), markOf({ at, settled }), total);
  return `: ${settledText(settled, total)}${left ? `, ${left}` : ''}`;
}

/** The next look; where both were counted, the pace is known by the one before. */
export function movedOn(before: Moved | undefined, now: Omit<Moved, 'before'>): Moved {
  if (before?.total === undefined || now.total === undefined) return now;
  return { ...now, before: { at: before.at, settled: before.settled } };
}

/** `412,000 of 1,000,000 have an outcome`. */
export function settledText(settled: number, total: number): string {
  return `${soFarText({ settled, total })} have an outcome`;
}

/** `412,000 of 1,000,000`; `412,000` where it was not counted of how many. */
export function soFarText({ settled, total }: { settled: number; total?: number | undefined }): string {
  return total === undefined ? grouped(settled) : `${grouped(settled)} of ${grouped(total)}`;
}

/** `about 14 min left at this pace`; undefined where nothing moved from one mark to the other, or nothing is left. */
export function timeLeft(earlier: Mark, later: Mark, total: number): string | undefined {
  const moved = later.settled - earlier.settled;
  const tookMs = later.atMs - earlier.atMs;
  const left = total - later.settled;
  if (moved <= 0 || tookMs <= 0 || left <= 0) return undefined;
  const leftMs = (left * tookMs) / moved;
  return `about ${spanText(Math.ceil(leftMs / MINUTE_MS) * MINUTE_MS)} left at this pace`;
}

function markOf({ at, settled }: { at: Instant; settled: number }): Mark {
  return { atMs: toMs(at), settled };
}
