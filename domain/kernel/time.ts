/**
 * Instants, periods and the arithmetic of legal deadlines. Pure: no host clock, locale or zone is read.
 *
 * An instant is an ISO 8601 string in UTC with milliseconds (`2026-04-01T02:00:00.000Z`); fields that hold one end in `At`.
 * A period is an ISO 8601 duration in data and a number of milliseconds with the suffix `Ms` in code.
 */
import { z } from 'zod';
import { remembering } from './remembering';

/** An instant in UTC, ISO 8601 with milliseconds and `Z`. */
export type Instant = string;

/** Accepts any ISO 8601 date-time with an explicit offset; gives the same instant in UTC. */
export const InstantSchema = z.iso
  .datetime({ offset: true, error: 'must be a date and time with a zone, like 2026-04-01T02:00:00Z' })
  .transform((text) => toInstant(Date.parse(text)));

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Milliseconds since the epoch → instant. Throws RangeError for a number that is no date. */
export const toInstant = remembering((epochMs: number): Instant => new Date(epochMs).toISOString());

/** Instant → milliseconds since the epoch. Throws RangeError when the text is no instant. */
export const toMs = remembering((instant: Instant): number => {
  const epochMs = Date.parse(instant);
  if (Number.isNaN(epochMs)) throw new RangeError(`"${instant}" is not an instant (expected 2026-04-01T02:00:00.000Z)`);
  return epochMs;
});

/** How far a sender's clock may run ahead of ours. */
export const CLOCK_SKEW_MS = 5 * MINUTE_MS;

/** An instant that somebody states; a little ahead of now is now, more than that is none. */
export function notAfter(at: Instant, now: Instant): Instant | undefined {
  const aheadMs = toMs(at) - toMs(now);
  return aheadMs <= 0 ? at : aheadMs <= CLOCK_SKEW_MS ? now : undefined;
}

export function earliest(instants: readonly Instant[]): Instant | undefined {
  return instants.length === 0 ? undefined : instants.reduce((a, b) => (toMs(b) < toMs(a) ? b : a));
}

const PERIOD =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;

/** A parsed ISO 8601 duration: calendar months and exact milliseconds (a day is 24 hours). */
export interface Period {
  months: number;
  exactMs: number;
}

/** Parses `PT72H`, `P1M`, `P14D`, `PT1H30M`… Throws RangeError on anything else, also on the empty `P`. */
export const parsePeriod = remembering((text: string): Readonly<Period> => {
  const match = PERIOD.exec(text);
  if (!match || match.slice(1).every((part) => part === undefined)) {
    throw new RangeError(`"${text}" is not an ISO 8601 duration (expected for example PT72H, P14D or P1M)`);
  }
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return {
    months: years! * 12 + months!,
    exactMs: (weeks! * 7 + days!) * DAY_MS + hours! * HOUR_MS + minutes! * 60_000 + Math.round(seconds! * 1000),
  };
});

const LONGEST_YEARS = 100;

/** An ISO 8601 duration, validated when data is loaded so that no timer ever gets a NaN or an impossible date. */
export const PeriodSchema = z.string().refine(
  (text) => {
    try {
      const period = parsePeriod(text);
      return period.months <= LONGEST_YEARS * 12 && period.exactMs <= LONGEST_YEARS * 366 * DAY_MS;
    } catch {
      return false;
    }
  },
  { error: `must be an ISO 8601 duration, like PT72H, P14D or P1M, of at most ${LONGEST_YEARS} years` },
);

/** A duration without calendar months, in milliseconds. Throws RangeError when it has months. */
export function exactMs(text: string): number {
  const period = parsePeriod(text);
  if (period.months > 0) throw new RangeError(`"${text}" has calendar months; a fixed length is needed here`);
  return period.exactMs;
}

/** A fixed length of time of at least `leastMs`, in milliseconds. `words` say what it must be: `a second or more, like PT5M`. */
export const fixedLength = (leastMs: number, words: string) =>
  PeriodSchema.transform((text, context) => {
    if (parsePeriod(text).months === 0 && exactMs(text) >= leastMs) return exactMs(text);
    context.addIssue(`must be a fixed length of ${words}`);
    return z.NEVER;
  });

/** An IANA time zone that this runtime knows. */
export const TimeZoneSchema = z
  .string()
  .refine(isTimeZone, { error: 'must be an IANA time zone, like America/Toronto' });

/** A business-day calendar: its zone, its days of rest (ISO weekday 1–7) and its holidays (`YYYY-MM-DD` in that zone). */
export const CalendarSchema = z.object({
  timeZone: TimeZoneSchema,
  weekend: z.array(z.int().min(1).max(7)).max(6).default([6, 7]),
  holidays: z.array(z.iso.date()).default([]),
});
export type Calendar = z.infer<typeof CalendarSchema>;

/** Whether this runtime knows a zone of that name. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** A wall clock's reading: `month` from 1, `msOfDay` since the wall showed 00:00. */
export interface LocalTime {
  year: number;
  month: number;
  day: number;
  msOfDay: number;
}

/** Reads the wall clocks of a zone. Making one takes far longer than reading it; there are some hundred zones. */
const wallClock = remembering((timeZone: string) => {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return remembering((epochMs: number): Readonly<LocalTime> => {
    const parts = clock.formatToParts(new Date(epochMs));
    const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
    const msOfDay = (of('hour') * 3600 + of('minute') * 60 + of('second')) * 1000 + (((epochMs % 1000) + 1000) % 1000);
    return { year: of('year'), month: of('month'), day: of('day'), msOfDay };
  });
});

/** What a wall clock in `timeZone` shows at an instant. */
export function localTime(epochMs: number, timeZone: string): Readonly<LocalTime> {
  return wallClock(timeZone)(epochMs);
}

/**
 * The instants (in ms since the epoch) at which a wall clock in `timeZone` shows a date and a time of day, the earlier first:
 * two in the hour that a change of the clocks repeats, none in the one that it leaves out.
 */
export function localReadings(year: number, month: number, day: number, msOfDay: number, timeZone: string): number[] {
  const wanted = Date.UTC(year, month - 1, day) + msOfDay;
  const offsets = new Set([offsetAt(wanted - DAY_MS, timeZone), offsetAt(wanted + DAY_MS, timeZone)]);
  const readings = [...offsets].map((offset) => wanted - offset).filter((ms) => offsetAt(ms, timeZone) === wanted - ms);
  return readings.sort((a, b) => a - b);
}

/** By how much a wall clock is ahead of UTC, in ms. */
function offsetAt(epochMs: number, timeZone: string): number {
  const local = localTime(epochMs, timeZone);
  return Date.UTC(local.year, local.month - 1, local.day) + local.msOfDay - epochMs;
}

/** The instant at a local date and time of day; in a DST gap the time after it, in an overlap the earlier one. */
export function fromLocal(year: number, month: number, day: number, msOfDay: number, timeZone: string): number {
  const [earlier] = localReadings(year, month, day, msOfDay, timeZone);
  if (earlier !== undefined) return earlier;
  const wanted = Date.UTC(year, month - 1, day) + msOfDay;
  return wanted - Math.min(offsetAt(wanted - DAY_MS, timeZone), offsetAt(wanted + DAY_MS, timeZone));
}

/** The instant of a local date (`YYYY-MM-DD`), some days on, at a local time of day (`HH:MM`). DST as in `fromLocal`. */
export function atLocal(date: string, time: string, timeZone: string, daysOn = 0): Instant {
  const [year, month, day] = date.split('-').map(Number);
  const [hours, minutes] = time.split(':').map(Number);
  const on = new Date(Date.UTC(year!, month! - 1, day! + daysOn));
  const msOfDay = (hours! * 60 + minutes!) * 60_000;
  return toInstant(fromLocal(on.getUTCFullYear(), on.getUTCMonth() + 1, on.getUTCDate(), msOfDay, timeZone));
}

/** The local date (`YYYY-MM-DD`) of an instant. */
export function localDate(instant: Instant, timeZone: string): string {
  const { year, month, day } = localTime(toMs(instant), timeZone);
  return toInstant(Date.UTC(year, month - 1, day)).slice(0, 10);
}

/** Adds calendar months on the local calendar of `timeZone`; the day is clamped to the last of a shorter month. */
export function addMonths(instant: Instant, months: number, timeZone = 'UTC'): Instant {
  const local = localTime(toMs(instant), timeZone);
  const index = local.year * 12 + (local.month - 1) + months;
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return toInstant(fromLocal(year, month, Math.min(local.day, lastDay), local.msOfDay, timeZone));
}

/** Adds whole business days of `calendar`; the time of day is kept. The day of the event itself does not count. */
export function addBusinessDays(instant: Instant, days: number, calendar: Calendar): Instant {
  const local = localTime(toMs(instant), calendar.timeZone);
  const date = new Date(Date.UTC(local.year, local.month - 1, local.day));
  for (let left = days; left > 0; ) {
    date.setUTCDate(date.getUTCDate() + 1);
    const isoWeekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
    const rest = calendar.weekend.includes(isoWeekday) || calendar.holidays.includes(date.toISOString().slice(0, 10));
    if (!rest) left--;
  }
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  return toInstant(fromLocal(year, month, day, local.msOfDay, calendar.timeZone));
}

/** `PT72H` | `P1M` | `{ businessDays: 2, calendar: "ottawa" }`; the calendar is named in the same policy pack. */
export const WithinSchema = z.union([
  PeriodSchema,
  z.object({ businessDays: z.int().min(1).max(365), calendar: z.string() }),
]);
export type Within = z.infer<typeof WithinSchema>;

/**
 * The instant at which a deadline falls.
 * Hours are absolute, across weekends and DST (Reg. 1182/71 Art. 3(4)); months clamp; business days follow their calendar.
 */
export function deadline(
  anchorAt: Instant,
  within: Within,
  calendars: Record<string, Calendar> = {},
  timeZone = 'UTC',
): Instant {
  if (typeof within !== 'string') {
    const calendar = calendars[within.calendar];
    if (!calendar) throw new RangeError(`calendar "${within.calendar}" is not in the policy pack`);
    return addBusinessDays(anchorAt, within.businessDays, calendar);
  }
  const { months, exactMs: fixedMs } = parsePeriod(within);
  const afterMonths = months > 0 ? addMonths(anchorAt, months, timeZone) : anchorAt;
  return toInstant(toMs(afterMonths) + fixedMs);
}

/** `T+02:15`, `T−00:30`, `T+3d 04:00`: the offset of an instant from the detection, for people. */
export function clockOffset(fromAt: Instant, at: Instant): string {
  const deltaMs = toMs(at) - toMs(fromAt);
  const minutes = Math.floor(Math.abs(deltaMs) / MINUTE_MS);
  const [days, hours, mins] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const pad = (n: number) => String(n).padStart(2, '0');
  const clock = minutes >= 4320 ? `${days}d ${pad(hours)}:${pad(mins)}` : `${pad(days * 24 + hours)}:${pad(mins)}`;
  return `T${deltaMs < 0 ? '−' : '+'}${clock}`;
}

/** `2026-04-01 02:00`: an instant for people, to the minute. It is in UTC, which the text around it says. */
export function minuteText(at: Instant): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)}`;
}

/** `2026-04-01 02:00 UTC`: for staff. */
export function human(at: Instant): string {
  return `${minuteText(at)} UTC`;
}

/** `2026-04-01T02:00:13Z`: to be typed. An instant that is no whole second stays as it is, so that it is still the same one. */
export function toTheSecond(at: Instant): string {
  return at.replace(/^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\.000Z$/, '$1Z');
}

/** A span of time for people, of the whole of it: `2 d 4 h`, `13 h 51 min`, `9 min`. The sign is dropped. */
export function spanText(spanMs: number): string {
  const all = Math.abs(spanMs);
  if (all < MINUTE_MS) return 'under a minute';
  const [days, hours, minutes] = [all / DAY_MS, (all % DAY_MS) / HOUR_MS, (all % HOUR_MS) / MINUTE_MS].map(Math.floor);
  const parts =
    days! > 0
      ? [
          [days, 'd'],
          [hours, 'h'],
        ]
      : [
          [hours, 'h'],
          [minutes, 'min'],
        ];
  return parts.flatMap(([n, unit]) => (n ? [`${n} ${unit}`] : [])).join(' ');
}

/** How long is left until a deadline, for people: `2 d 4 h left`, `9 min overdue`, `due now`. */
export function leftText(dueAt: Instant, now: Instant): string {
  const leftMs = toMs(dueAt) - toMs(now);
  return Math.abs(leftMs) < MINUTE_MS ? 'due now' : `${spanText(leftMs)} ${leftMs < 0 ? 'overdue' : 'left'}`;
}
