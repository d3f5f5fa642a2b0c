/** What was found where the workflow of an open case should run. */
import type { Instant } from '../kernel/time';

/** What stood in the place of the run that should be there. `replaced`: one that ran, and was ended for this one. */
export const FOUND = ['terminated', 'failed', 'timed-out', 'cancelled', 'ended', 'missing', 'replaced'] as const;
export type Found = (typeof FOUND)[number];

/** A new run began from the register. `endedAt`: when the one before ended. */
export interface Resumed {
  found: Found;
  endedAt?: Instant;
}

/** What was found in the place of the run, for people. */
export const FOUND_WORDS: Record<Found, string> = {
  terminated: 'its workflow had been terminated',
  failed: 'its workflow had failed',
  'timed-out': 'its workflow had timed out',
  cancelled: 'its workflow had been cancelled',
  ended: 'its workflow had ended while it was open',
  missing: 'Temporal had no workflow of it',
  replaced: 'its workflow was ended and begun anew',
};
