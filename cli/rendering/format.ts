/** Times for people, in UTC. */

import { type Instant, minuteText } from '../../domain/kernel/time';
import { visibleLine } from './hostile-text';

/** For tables: `04-01 02:00`, or `2027-04-01 02:00` when that is not the year of `now`. */
export function shortInstant(now: Instant, at: Instant): string {
  const text = minuteText(at);
  return at.slice(0, 5) === now.slice(0, 5) ? text.slice(5) : text;
}

export { grouped } from '../../domain/kernel/grouped';

/** That a command went past the server, by whom by their own words, and why. */
export function straightText({ by, breakGlass }: { by: string; breakGlass?: string | undefined }): string {
  return `straight to Temporal, by ${visibleLine(by)}: ${visibleLine(breakGlass ?? '')}`;
}
