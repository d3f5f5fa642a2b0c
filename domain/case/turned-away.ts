/**
 * Which messages that count for nothing, and come from nobody who can be named, the register is told of. Whoever reaches Temporal
 * can send any number of them, and an entry is kept for good: the first are told one by one, then each time there were twice as
 * many. Pure.
 */

/** By whom a message is that nobody can be named for. */
export const NOBODY = 'unknown';

/** As many of a run are told one by one. */
export const TOLD_SINGLY = 20;

/** Whether the `nth` (from 1) is told, and of how many before it nothing was said. */
export function toldOf(nth: number): { untold: number } | undefined {
  if (nth <= TOLD_SINGLY) return { untold: 0 };
  const doubled = nth / TOLD_SINGLY;
  return Number.isInteger(Math.log2(doubled)) ? { untold: nth / 2 - 1 } : undefined;
}
