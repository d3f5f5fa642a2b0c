/** A case in a list, and the order of lists. */
import type { Instant } from '../domain/kernel/time';
import type { Stopped } from './stopped';

/** A case of any kind in a list. */
export interface ListedCase {
  id: string;
  title?: string;
  /** Not closed: it runs, or it has `stopped`. */
  open: boolean;
  /** Its workflow ended though it is open: nothing watches its deadlines until it is resumed. */
  stopped?: Stopped;
  startedAt: Instant;
  severity?: string;
  status?: string;
  owner?: string;
  nextDeadline?: Instant;
  /** Obligations whose deadline is past; of incidents only. */
  overdue: number;
  personalData?: string;
  exercise: boolean;
  /** Of a triage case that was merged, where it was asked: the incidents that it belongs to. */
  incidents?: string[];
}

/** As many cases as were asked for. `cut`: there are more. `unread`: the register could not be asked for those that Temporal lost. */
export interface ListedUpTo {
  cases: ListedCase[];
  cut: boolean;
  unread?: boolean;
}

/** The next deadline first; those without one last; of two that are due together, the later started first. */
export function byDeadline(a: ListedCase, b: ListedCase): number {
  if (a.nextDeadline && b.nextDeadline && a.nextDeadline !== b.nextDeadline)
    return a.nextDeadline < b.nextDeadline ? -1 : 1;
  if (Boolean(a.nextDeadline) !== Boolean(b.nextDeadline)) return a.nextDeadline ? -1 : 1;
  if (a.startedAt !== b.startedAt) return a.startedAt < b.startedAt ? 1 : -1;
  return a.id < b.id ? -1 : 1;
}
