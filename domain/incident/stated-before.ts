/** What stays on record of an act whose time was stated more exactly later. */
import type { InexactInstant } from '../kernel/inexact-instant';
import type { Instant } from '../kernel/time';

/** An act as it was stated before, with the verdict of then. */
export interface StatedBefore {
  at: Instant;
  inexact: InexactInstant;
  lateByMs: number;
  inTimeUntil?: Instant;
}
