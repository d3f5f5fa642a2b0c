/**
 * Business time: how much of a span lies on working days, and when a fraction of it has passed. Pure; the calendar brings
 * its zone and its holidays, which are worked out outside of workflows.
 */
import { type ClockPoint, thresholdAt } from './alarm-clock';
import { addBusinessDays, type Calendar, DAY_MS, fromLocal, type Instant, localTime, toInstant, toMs } from './time';

/** A local date, `YYYY-MM-DD`. */
export type LocalDate = string;

/** The local date of an instant in a zone. */
export function localDate(at: Instant, timeZone: string): LocalDate {
  const { year, month, day } = localTime(toMs(at), timeZone);
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

/** True when nobody is expected to work on that date: a day of rest of the week, or a holiday. */
export function isDayOff(date: LocalDate, calendar: Calendar): boolean {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return calendar.weekend.includes(weekday === 0 ? 7 : weekday) || calendar.holidays.includes(date);
}

/** The dates after that of `from`, up to that of `to`, that do not count as business days. */
export function daysOff(from: Instant, to: Instant, calendar: Calendar): LocalDate[] {
  const last = localDate(to, calendar.timeZone);
  const dates: LocalDate[] = [];
  for (let date = nextDate(localDate(from, calendar.timeZone)); date <= last; date = nextDate(date)) {
    if (isDayOff(date, calendar)) dates.push(date);
  }
  return dates;
}

/**
 * The instant at which `fraction` (0 to 1) of the business time between two instants has passed. Days off do not count,
 * so that no reminder falls on one. A span without business time is divided evenly.
 */
export function atBusinessFraction(from: Instant, to: Instant, fraction: number, calendar: Calendar): Instant {
  const spans = businessSpans(toMs(from), toMs(to), calendar);
  const totalMs = spans.reduce((sum, [start, end]) => sum + (end - start), 0);
  if (totalMs === 0) return toInstant(Math.round(toMs(from) + fraction * (toMs(to) - toMs(from))));
  let leftMs = Math.round(fraction * totalMs);
  for (const [start, end] of spans) {
    if (leftMs <= end - start) return toInstant(start + leftMs);
    leftMs -= end - start;
  }
  return to;
}

/** The parts of a span that lie on business days, as epoch milliseconds. A day is as long as its zone makes it. */
function businessSpans(fromMs: number, toMsExclusive: number, calendar: Calendar): Array<[number, number]> {
  const spans: Array<[number, number]> = [];
  const { timeZone } = calendar;
  let date = localDate(toInstant(fromMs), timeZone);
  for (let startMs = fromMs; startMs < toMsExclusive; ) {
    const following = nextDate(date);
    const endMs = Math.min(toMsExclusive, Math.max(midnight(following, timeZone), startMs));
    if (endMs > startMs && !isDayOff(date, calendar)) spans.push([startMs, endMs]);
    startMs = endMs;
    date = following;
  }
  return spans;
}

/** A deadline in business days with its reminders, as recorded instants. */
export interface BusinessDeadline {
  dueAt: Instant;
  /** Each part of the business time with its instant, in order; the deadline itself is not one of them. */
  alarms: ClockPoint[];
  /** The dates that did not count, for whoever asks why it is due then. */
  daysOff: LocalDate[];
}

/** `days` business days after `from`, with alarms at these percentages of the business time until then. */
export function businessDeadline(
  from: Instant,
  days: number,
  alarmAt: readonly number[],
  calendar: Calendar,
): BusinessDeadline {
  const dueAt = addBusinessDays(from, days, calendar);
  const alarms = [...alarmAt]
    .sort((a, b) => a - b)
    .map((percent) => ({
      threshold: thresholdAt(percent),
      at: atBusinessFraction(from, dueAt, percent / 100, calendar),
    }));
  return { dueAt, alarms, daysOff: daysOff(from, dueAt, calendar) };
}

function nextDate(date: LocalDate): LocalDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

function midnight(date: LocalDate, timeZone: string): number {
  const [year, month, day] = date.split('-').map(Number);
  return fromLocal(year!, month!, day!, 0, timeZone);
}
