/**
 * When a message was said. Awareness, containment and what is told begin when a person says so, not when a worker gets to
 * read it: an outage of ours gives nobody more time (GDPR Art. 33(1) counts from having become aware). Pure.
 */
import { type Instant, toMs } from '../kernel/time';
import type { IncidentState } from './state';

/** Less than this moves no deadline that anybody could see, and clocks of machines differ by as much. */
const NOTABLE_MS = 1_000;

/**
 * The instant of a message: as its sender stamped it, never in the future and never before the incident was declared, which
 * no message to it can be. Without a stamp, or in an exercise, whose clock no sender has: now.
 */
export function saidAt(state: IncidentState, sentAt: Instant | undefined, now: Instant): Instant {
  if (sentAt === undefined || state.exercise) return now;
  const { declared } = state.anchors;
  const from = declared === undefined ? toMs(now) : toMs(declared);
  const said = Math.max(toMs(sentAt), from);
  if (toMs(now) - said < NOTABLE_MS) return now;
  return said === toMs(sentAt) ? sentAt : declared!;
}
