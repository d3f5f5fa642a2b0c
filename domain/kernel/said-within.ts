/** When a message was said, as its sender stamped it: what a worker reads hours later was said before. Pure. */
import { type Instant, toMs } from './time';

/** Less than this moves no deadline that anybody could see, and clocks of machines differ by as much. */
const NOTABLE_MS = 1_000;

/** The stamp of a message, never in the future and never before `from`; without a stamp, or where it is about now: now. */
export function saidWithin(sentAt: Instant | undefined, from: Instant, now: Instant): Instant {
  if (sentAt === undefined) return now;
  const said = Math.max(toMs(sentAt), toMs(from));
  if (toMs(now) - said < NOTABLE_MS) return now;
  return said === toMs(sentAt) ? sentAt : from;
}
