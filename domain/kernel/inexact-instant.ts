/**
 * Instants as people know them: exact, a date, a range, or "about" an instant. Each but the exact one has an earliest and a
 * latest reading. A clock that starts counts from the earliest; an act is judged by both. Pure. Decision 0024.
 *
 *   2026-11-20T10:00Z                        exact
 *   2026-11-20                               that whole day in UTC
 *   2026-11-20[Europe/Berlin]                that whole day there (the zone as RFC 9557 writes it)
 *   2026-11-20T10:00Z..2026-11-20T14:00Z     a range, of instants or of days
 *   about 2026-11-20T10:00Z                  an hour before to an hour after; `~` is short for `about`
 *   about 2026-11-20T10:00Z +-PT2H           with another margin
 */
import { z } from 'zod';
import { atLocal, DAY_MS, exactMs, HOUR_MS, type Instant, InstantSchema, minuteText, toInstant, toMs } from './time';

/** An instant that is not known exactly: as it was stated, and its two readings. */
export interface InexactInstant {
  stated: string;
  earliest: Instant;
  latest: Instant;
}

/** When something was: an instant, or the readings of one that is not known exactly. */
export type When = Instant | InexactInstant;

/** How far "about" reaches to either side of an instant, and of a day. */
export const ABOUT_MARGIN_MS = HOUR_MS;
export const ABOUT_DAY_MARGIN_MS = DAY_MS;

const POINT = String.raw`\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})|\[[A-Za-z0-9_+/-]{1,60}\])?`;
const RANGE = new RegExp(String.raw`^(${POINT}) ?\.\. ?(${POINT})$`);
const ABOUT = new RegExp(String.raw`^(?:~|about) ?(${POINT})(?: ?(?:±|\+-|\+/-) ?(P[0-9.DTHMSW]{2,20}))?$`);

/** The forms that are read, for whoever wrote another. */
export const WHEN_FORMS =
  'a date and time with a zone, like 2026-04-01T02:00:00Z; or 2026-04-01, 2026-04-01T02:00Z..2026-04-01T06:00Z, "about 2026-04-01T02:00Z"';

/** Reads a text in any of the forms; `undefined` for any other. */
export function readWhen(text: string): When | undefined {
  const stated = text.trim();
  const range = RANGE.exec(stated);
  if (range) {
    const [from, to] = [readPoint(range[1]!), readPoint(range[2]!)];
    return from && to && between(stated, from.earliest, to.latest);
  }
  const about = ABOUT.exec(stated);
  if (about) {
    const point = readPoint(about[1]!);
    const usualMs = point?.earliest === point?.latest ? ABOUT_MARGIN_MS : ABOUT_DAY_MARGIN_MS;
    const marginMs = about[2] === undefined ? usualMs : lengthMs(about[2]);
    if (!point || marginMs === undefined) return undefined;
    return between(stated, toInstant(toMs(point.earliest) - marginMs), toInstant(toMs(point.latest) + marginMs));
  }
  const point = readPoint(stated);
  return point && between(stated, point.earliest, point.latest);
}

function between(stated: string, earliest: Instant, latest: Instant): When | undefined {
  const widthMs = toMs(latest) - toMs(earliest);
  return widthMs < 0 ? undefined : widthMs === 0 ? earliest : { stated, earliest, latest };
}

function readPoint(text: string): { earliest: Instant; latest: Instant } | undefined {
  if (text.includes('T')) {
    const toTheMinute = /T\d\d:\d\d(?=[Z+-])/;
    const parsed = InstantSchema.safeParse(text.replace(toTheMinute, (hours) => `${hours}:00`));
    return parsed.success ? { earliest: parsed.data, latest: parsed.data } : undefined;
  }
  const [, date, zone = 'UTC'] = /^([0-9-]+)(?:\[(.+)\])?$/.exec(text) ?? [];
  if (!date || !z.iso.date().safeParse(date).success) return undefined;
  try {
    const nextDay = atLocal(date, '00:00', zone, 1);
    return { earliest: atLocal(date, '00:00', zone), latest: toInstant(toMs(nextDay) - 1) };
  } catch {
    return undefined; // no zone of that name
  }
}

function lengthMs(text: string): number | undefined {
  try {
    return exactMs(text);
  } catch {
    return undefined;
  }
}

/** Accepts every form, and what it gave before; an exact instant stays a plain one. */
export const WhenSchema = z
  .union([z.string(), z.object({ stated: z.string() }).transform(({ stated }) => stated)], {
    error: `must be ${WHEN_FORMS}`,
  })
  .transform((text, context): When => {
    const when = text.length <= 200 ? readWhen(text) : undefined;
    if (when !== undefined) return when;
    context.addIssue(`must be ${WHEN_FORMS}`);
    return z.NEVER;
  });

/** The range between two instants. */
export function rangeOf(earliest: Instant, latest: Instant): InexactInstant {
  return { stated: `${earliest}..${latest}`, earliest, latest };
}

/** The reading that a clock starts from. */
export function earliestOf(when: When): Instant {
  return typeof when === 'string' ? when : when.earliest;
}

/** The reading that no act can have come after. */
export function latestOf(when: When): Instant {
  return typeof when === 'string' ? when : when.latest;
}

/** The readings where there are two: an exact instant needs none beside it. */
export function inexactOf(when: When | undefined): InexactInstant | undefined {
  return typeof when === 'object' ? when : undefined;
}

/** For people, in UTC: `2026-11-20 10:00`, or as stated with both readings. */
export function whenText(when: When): string {
  if (typeof when === 'string') return minuteText(when);
  return `${when.stated} (between ${minuteText(when.earliest)} and ${minuteText(when.latest)} UTC)`;
}
