import type { Instant } from '../kernel/time';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { NewEvent } from './events';
import type { IncidentState, Obligation } from './state';

/** What an obligation is asked whenever something happened or time passed: the events that follow from it alone. Pure. */
export type Step = (
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
  now: Instant,
) => NewEvent[];
