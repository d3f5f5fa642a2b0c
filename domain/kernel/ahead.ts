/** An instant on the wrong side of now: what was read, what the time is, and one that would be taken. Pure. */
import { type When, whenText } from './inexact-instant';
import { HOUR_MS, type Instant, minuteText, toInstant, toMs } from './time';

/** Of what cannot have been yet. */
export function aheadProblem(given: When, now: Instant): string {
  const read = typeof given === 'string' ? given : whenText(given);
  return `must not be in the future: ${read} was read, and it is ${minuteText(now)} UTC; give a time up to then, like ${toTheMinute(now)}`;
}

/** Of what is still to come. */
export function pastProblem(given: Instant, now: Instant): string {
  return `must be in the future: ${given} was read, and it is ${minuteText(now)} UTC; give a later one, like ${toTheMinute(toInstant(toMs(now) + 4 * HOUR_MS))}`;
}

/** The minute that an instant is in, as people write it. */
function toTheMinute(at: Instant): string {
  return `${at.slice(0, 16)}:00Z`;
}
