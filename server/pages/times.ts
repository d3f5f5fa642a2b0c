/** Times as pages show them: how long is left, and when that is, in UTC. */

import { type Instant, MINUTE_MS, minuteText, spanText, toMs } from '../../domain/kernel/time';
import { type Html, html } from '../../platform/html';

/** An instant with its zone: `2026-04-01 02:00 UTC`. */
export function instant(at: Instant): Html {
  return html`<time datetime="${at}">${minuteText(at)} UTC</time>`;
}

/** A text in which no instant, date or length of time is broken over two lines. */
export function unbroken(text: string): Html {
  const parts = text.split(
    /(\b\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?: UTC)?)?\b|\b\d+ d(?: \d+ h)?\b|\b\d+ h(?: \d+ min)?\b)/,
  );
  return html`${parts.map((part, n) => (n % 2 === 0 ? part : html`<span class="whole">${part}</span>`))}`;
}

/**
 * Time left until a deadline, the largest thing on its page; without one, `none` says so.
 * @param of what is due then; the first of several is named
 */
export function timeLeft(
  dueAt: Instant | undefined,
  now: Instant,
  none: string,
  { size = '', of = [] }: { size?: '' | 'big'; of?: readonly string[] } = {},
): Html {
  if (dueAt === undefined) return html`<p class="left"><span>${none}</span></p>`;
  const ms = toMs(dueAt) - toMs(now);
  const late = ms < 0;
  const isNow = Math.abs(ms) < MINUTE_MS;
  const until = isNow ? (late ? 'due since' : 'due at') : late ? 'overdue since' : 'left, until';
  return html`<p class="left ${size}${late && ' late'}"><strong class="time">${isNow ? 'now' : spanText(ms)}</strong> ${of.length > 0 && html`<span class="of">${of[0]!}${of.length > 1 && ` and ${of.length - 1} more`}</span> `}<span>${until} ${instant(dueAt)}</span></p>`;
}

/** What people must do by an instant: to name what a time that is left is for. */
export function dueThen(
  steps: readonly { what: string; dueAt?: Instant }[],
  dueAt: Instant | null | undefined,
): string[] {
  return dueAt ? steps.filter((step) => step.dueAt === dueAt).map(({ what }) => what) : [];
}
