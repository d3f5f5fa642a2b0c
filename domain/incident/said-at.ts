/**
 * When a message was said. Awareness, containment and what is told begin when a person says so, not when a worker gets to
 * read it: an outage of ours gives nobody more time (GDPR Art. 33(1) counts from having become aware). Pure.
 */
import { saidWithin } from '../kernel/said-within';
import type { Instant } from '../kernel/time';
import type { IncidentState } from './state';

/**
 * The instant of a message: as its sender stamped it, never in the future and never before the incident was declared, which
 * no message to it can be. Without a stamp, or in an exercise, whose clock no sender has: now.
 */
export function saidAt(state: IncidentState, sentAt: Instant | undefined, now: Instant): Instant {
  if (sentAt === undefined || state.exercise) return now;
  return saidWithin(sentAt, state.anchors.declared ?? now, now);
}
