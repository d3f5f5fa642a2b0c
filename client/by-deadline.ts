/** The order of lists of cases. */
import type { ListedCase } from './list';

/** The next deadline first; those without one last; of two that are due together, the later started first. */
export function byDeadline(a: ListedCase, b: ListedCase): number {
  if (a.nextDeadline && b.nextDeadline && a.nextDeadline !== b.nextDeadline)
    return a.nextDeadline < b.nextDeadline ? -1 : 1;
  if (Boolean(a.nextDeadline) !== Boolean(b.nextDeadline)) return a.nextDeadline ? -1 : 1;
  return a.startedAt < b.startedAt ? 1 : -1;
}
