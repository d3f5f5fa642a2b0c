/** Times for people, in UTC. */
import { type Instant, spanText, toMs } from '../../domain/kernel/time';

/** `04-01 02:00`: without the year, for tables. */
export function shortInstant(at: Instant): string {
  return `${at.slice(5, 10)} ${at.slice(11, 16)}`;
}

/** `25:48 left` or `02:10 overdue`. */
export function relative(now: Instant, at: Instant): string {
  const leftMs = toMs(at) - toMs(now);
  return `${spanText(leftMs)} ${leftMs >= 0 ? 'left' : 'overdue'}`;
}

/** `3,710`. */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}
