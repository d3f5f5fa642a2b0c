/**
 * The rota: who is on call, level by level. Turns are counted on the local calendar, so a handover at 09:00 stays at
 * 09:00 across a change to summer time; overrides are between instants and win. Pure.
 */
import { z } from 'zod';
import type { PagingService } from '../case/acknowledge';
import { atLocal, DAY_MS, type Instant, InstantSchema, localDate, TimeZoneSchema, toMs } from '../kernel/time';

const handle = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'must be a handle: 1–40 letters, digits, ".", "_" or "-"');

const RotaPersonSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  email: z.email('must be an email address'),
  /** Member id at Slack, to be mentioned: in the profile under "Copy member ID". */
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]{2,20}$/, 'must be a Slack member id, like U012AB3CD')
    .optional(),
  /** User id at PagerDuty: the end of the address of their profile. */
  pagerduty: z
    .string()
    .regex(/^[A-Z0-9]{4,30}$/, 'must be a PagerDuty user id, like PLH1HKV')
    .optional(),
});

/** Turns of whole days or weeks, in the order of `people`, from the handover on `start` to that on `end`. */
const RotationSchema = z.strictObject({
  start: z.iso.date('must be a date, like 2026-01-05'),
  end: z.iso.date('must be a date, like 2026-06-01').optional(),
  every: z.string().regex(/^P[1-9]\d?[DW]$/, 'must be whole days or weeks, like P1D or P1W'),
  people: z.array(handle).min(1).max(200),
});
type Rotation = z.infer<typeof RotationSchema>;

const LevelSchema = z.strictObject({
  name: z.string().trim().min(1).max(80),
  timeZone: TimeZoneSchema,
  /** Local time of day at which a turn begins. */
  handover: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, like 09:00'),
  rotations: z.array(RotationSchema).min(1).max(50),
});
export type RotaLevel = z.infer<typeof LevelSchema>;

const OverrideSchema = z.strictObject({
  level: z.int().min(1),
  from: InstantSchema,
  to: InstantSchema,
  who: handle,
  reason: z.string().max(200).optional(),
});
export type RotaOverride = z.infer<typeof OverrideSchema>;

/** A rota file, as in `examples/rota.yaml`. Everybody named is a person; nobody is on call twice or not at all at a level. */
export const RotaSchema = z
  .strictObject({
    people: z.record(handle, RotaPersonSchema),
    levels: z.array(LevelSchema).min(1).max(10),
    overrides: z.array(OverrideSchema).max(1000).default([]),
  })
  .superRefine((rota, context) => {
    for (const { path, message } of rotaProblems(rota)) context.addIssue({ code: 'custom', path, message });
  });
export type Rota = z.infer<typeof RotaSchema>;

/** Somebody's time on call at a level. */
export interface Turn {
  who: string;
  from: Instant;
  until: Instant;
  isOverride: boolean;
}

/** Who is on call at a level (from 1) at an instant; `undefined` before its first turn, or when there is no such level. */
export function onCall(rota: Rota, level: number, at: Instant): Turn | undefined {
  const overrides = rota.overrides.filter((each) => each.level === level);
  const override = overrides.find(({ from, to }) => from <= at && at < to);
  if (override) return { who: override.who, from: override.from, until: override.to, isOverride: true };
  const of = rota.levels[level - 1];
  const rotation = of?.rotations.findLast(({ start }) => atLocal(start, of.handover, of.timeZone) <= at);
  if (!of || !rotation) return undefined;
  const turn = turnAt(of, rotation, at);
  const from = overrides.reduce((latest, { to }) => (to <= at && to > latest ? to : latest), turn.from);
  const until = overrides.reduce(
    (first, each) => (each.from > at && each.from < first ? each.from : first),
    turn.until,
  );
  return { ...turn, from, until };
}

/** The handle of whom a paging service knows by an id: the first of the file that has it. */
export function handleAt({ people }: Pick<Rota, 'people'>, service: PagingService, id: string): string | undefined {
  return Object.entries(people).find(([, person]) => person[service] === id)?.[0];
}

/** The turns at a level from an instant on: the one that runs, then those that follow. */
export function turns(rota: Rota, level: number, at: Instant, count: number): Turn[] {
  const found: Turn[] = [];
  for (let from: Instant | undefined = at; from && found.length < count; ) {
    const turn = onCall(rota, level, from);
    if (turn) found.push(turn);
    from = turn ? turn.until : firstAfter(rota, level, from);
  }
  return found;
}

/** The turn of a rotation that covers an instant: a handover is at the same local time on both sides of a DST change. */
function turnAt({ handover, timeZone }: RotaLevel, { start, end, every, people }: Rotation, at: Instant): Turn {
  const days = Number.parseInt(every.slice(1), 10) * (every.endsWith('W') ? 7 : 1);
  const beginOf = (turn: number) => atLocal(start, handover, timeZone, turn * days);
  const daysOn = Math.round((toMs(localDate(at, timeZone)) - toMs(start)) / DAY_MS);
  let turn = Math.floor(daysOn / days);
  // On the day of a handover, before it.
  if (beginOf(turn) > at) turn--;
  const next = beginOf(turn + 1);
  const last = end && atLocal(end, handover, timeZone);
  return {
    who: people[turn % people.length]!,
    from: beginOf(turn),
    until: last && last < next ? last : next,
    isOverride: false,
  };
}

/** When somebody comes on call at a level where nobody is. */
function firstAfter(rota: Rota, level: number, at: Instant): Instant | undefined {
  const of = rota.levels[level - 1];
  const begins = [
    ...(of ? of.rotations.map(({ start }) => atLocal(start, of.handover, of.timeZone)) : []),
    ...rota.overrides.filter((each) => each.level === level).map(({ from }) => from),
  ];
  return begins
    .filter((begin) => begin > at)
    .sort()
    .at(0);
}

type Problem = { path: PropertyKey[]; message: string };

function rotaProblems(rota: Pick<Rota, 'people' | 'levels' | 'overrides'>): Problem[] {
  const known = Object.keys(rota.people);
  const unknown = (who: string) =>
    known.includes(who) ? [] : [`"${who}" is not under "people": add them, or correct the name`];
  const problems: Problem[] = [];
  rota.levels.forEach(({ rotations }, level) => {
    rotations.forEach((rotation, index) => {
      const path = ['levels', level, 'rotations', index];
      rotation.people.forEach((who, place) => {
        for (const message of unknown(who)) problems.push({ path: [...path, 'people', place], message });
      });
      for (const message of placeProblems(rotation, rotations[index + 1])) {
        problems.push({ path: [...path, 'end'], message });
      }
    });
  });
  rota.overrides.forEach((override, index) => {
    const path = ['overrides', index];
    for (const message of unknown(override.who)) problems.push({ path: [...path, 'who'], message });
    if (override.level > rota.levels.length) {
      problems.push({ path: [...path, 'level'], message: `there are ${rota.levels.length} levels` });
    }
    if (override.from >= override.to) problems.push({ path: [...path, 'to'], message: 'must be after "from"' });
    const before = rota.overrides.findIndex((other, place) => place < index && overlap(other, override));
    if (before >= 0) {
      const message = `overlaps the override ${before + 1} (${rota.overrides[before]!.who}) at level ${override.level}: move one of them`;
      problems.push({ path, message });
    }
  });
  return problems;
}

/** Rotations of a level follow one another without a gap; only the last one is without an end. */
function placeProblems({ start, end }: Rotation, next: Rotation | undefined): string[] {
  if (end !== undefined && end <= start) return ['must be after "start"'];
  if (!next) {
    return end === undefined
      ? []
      : [`nobody is on call after ${end}: leave "end" out, or add the rotation that follows`];
  }
  if (end === undefined) return [`is missing: the next rotation begins on ${next.start}`];
  if (end < next.start) return [`nobody is on call from ${end} to ${next.start}: close the gap`];
  return end > next.start ? [`overlaps the next rotation, which begins on ${next.start}`] : [];
}

function overlap(a: RotaOverride, b: RotaOverride): boolean {
  return a.level === b.level && a.from < b.to && b.from < a.to;
}
