/**
 * A shift: whose turn it is from a local time of day on. It lasts until the next shift of its level begins. A level with
 * one shift, which begins every day, hands over from one person to the next; several follow the sun. Pure.
 */
import { z } from 'zod';
import { atLocal, DAY_MS, type Instant, localDate, TimeZoneSchema, toInstant, toMs } from '../kernel/time';

export const handle = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'must be a handle: 1–40 letters, digits, ".", "_" or "-"');

/** Turns of whole days or weeks, in the order of `people`, from the handover on `start` to that on `end`. */
const RotationSchema = z.strictObject({
  start: z.iso.date('must be a date, like 2026-01-05'),
  end: z.iso.date('must be a date, like 2026-06-01').optional(),
  every: z.string().regex(/^P[1-9]\d?[DW]$/, 'must be whole days or weeks, like P1D or P1W'),
  people: z.array(handle).min(1).max(200),
});
export type Rotation = z.infer<typeof RotationSchema>;

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export const shiftFields = {
  timeZone: TimeZoneSchema,
  /** Local time of day at which it begins, and a turn with it. */
  handover: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, like 09:00'),
  rotations: z.array(RotationSchema).min(1).max(50),
};

/** One shift of several. `days`: the local weekdays on which it begins; without it every day. */
export const ShiftSchema = z.strictObject({
  name: z.string().trim().min(1).max(80),
  ...shiftFields,
  days: z.array(z.enum(WEEKDAYS)).min(1).max(7).optional(),
});
export type Shift = Omit<z.infer<typeof ShiftSchema>, 'name'> & { name?: string };

/** Somebody's turn at a shift: from its beginning on. */
export interface ShiftTurn {
  shift: Shift;
  who: string;
  from: Instant;
  /** Until then nobody else has a turn at this shift; another shift may begin before. */
  until: Instant;
}

/** A week, and the day on which it is asked. */
const DAYS_TO_LOOK = 8;
/** So that what begins at an instant counts as after it. */
const JUST_BEFORE_MS = 1;

/** The latest beginning of a shift at or before an instant. */
export function lastBegin(shift: Shift, at: Instant): Instant | undefined {
  const today = localDate(at, shift.timeZone);
  for (let back = 0; back <= DAYS_TO_LOOK; back++) {
    const begin = beginOn(shift, today, -back);
    if (begin !== undefined && begin <= at) return begin;
  }
  return undefined;
}

/** The first beginning of a shift after an instant. */
export function nextBegin(shift: Shift, at: Instant): Instant {
  const today = localDate(at, shift.timeZone);
  const [, from] = [today, shift.rotations[0]!.start].sort();
  for (let on = 0; ; on++) {
    const begin = beginOn(shift, from!, on);
    if (begin !== undefined && begin > at) return begin;
  }
}

/** When a shift begins on a local date, some days on; `undefined` where that is no day of it, or before its first turn. */
export function beginOn({ days, timeZone, handover, rotations }: Shift, date: string, daysOn = 0): Instant | undefined {
  const on = new Date(toMs(date) + daysOn * DAY_MS);
  if (days && !days.includes(WEEKDAYS[(on.getUTCDay() + 6) % 7]!)) return undefined;
  return on.toISOString().slice(0, 10) < rotations[0]!.start ? undefined : atLocal(date, handover, timeZone, daysOn);
}

/** Whose turn it is at a shift that has begun at or before an instant, and is the latest to have. */
export function turnOf(shift: Shift, at: Instant): ShiftTurn | undefined {
  const begun = lastBegin(shift, at);
  if (begun === undefined) return undefined;
  const { handover, timeZone, rotations } = shift;
  const { start, end, every, people } = rotations.findLast((each) => atLocal(each.start, handover, timeZone) <= begun)!;
  const days = Number.parseInt(every.slice(1), 10) * (every.endsWith('W') ? 7 : 1);
  const turn = Math.floor(Math.round((toMs(localDate(begun, timeZone)) - toMs(start)) / DAY_MS) / days);
  const beginOf = (number: number) => atLocal(start, handover, timeZone, number * days);
  const last = end && atLocal(end, handover, timeZone);
  const next = beginOf(turn + 1);
  return {
    shift,
    who: people[turn % people.length]!,
    from: firstFrom(shift, beginOf(turn)),
    until: firstFrom(shift, last && last < next ? last : next),
  };
}

/** The first beginning of a shift at or after an instant. */
function firstFrom(shift: Shift, at: Instant): Instant {
  return nextBegin(shift, toInstant(toMs(at) - JUST_BEFORE_MS));
}
