/**
 * The rota: who is on call, level by level. Turns are counted on the local calendar, so a handover at 09:00 stays at
 * 09:00 across a change to summer time; overrides are between instants and win. Pure.
 */
import { z } from 'zod';
import type { PagingService } from '../case/acknowledge';
import { earliest, type Instant, InstantSchema } from '../kernel/time';
import { rotaProblems } from './rota-problems';
import { handle, lastBegin, nextBegin, type Shift, ShiftSchema, shiftFields, turnOf } from './shift';

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

const ONE_SHIFT = ['timeZone', 'handover', 'rotations'] as const;

/** A level has one shift, whose fields are its own, or several. */
const LevelSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    ...z.object(shiftFields).partial().shape,
    shifts: z
      .array(ShiftSchema)
      .min(2, 'must be two or more: a level with one shift has timeZone, handover and rotations itself')
      .max(12)
      .optional(),
  })
  .superRefine((level, context) => {
    for (const field of ONE_SHIFT) {
      const message =
        level.shifts === undefined
          ? level[field] === undefined && 'is missing'
          : level[field] !== undefined && 'stands in each of the shifts: leave it out here';
      if (message) context.addIssue({ code: 'custom', path: [field], message });
    }
  })
  .transform(({ name, shifts, timeZone, handover, rotations }): { name: string; shifts: Shift[] } => ({
    name,
    shifts: shifts ?? [{ timeZone: timeZone!, handover: handover!, rotations: rotations! }],
  }));
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
    // What is wrong in itself cannot be looked at as a whole.
    if (context.issues.length > 0) return;
    for (const { path, message } of rotaProblems(rota)) context.addIssue({ code: 'custom', path, message });
  });
export type Rota = z.infer<typeof RotaSchema>;

/** Somebody's time on call at a level. */
export interface Turn {
  who: string;
  from: Instant;
  until: Instant;
  isOverride: boolean;
  /** The name of the shift, where the level has several. */
  shift?: string;
}

/** Who is on call at a level (from 1) at an instant; `undefined` before its first turn, or when there is no such level. */
export function onCall(rota: Rota, level: number, at: Instant): Turn | undefined {
  const overrides = rota.overrides.filter((each) => each.level === level);
  const override = overrides.find(({ from, to }) => from <= at && at < to);
  if (override) return { who: override.who, from: override.from, until: override.to, isOverride: true };
  const turn = turnAt(rota.levels[level - 1]?.shifts ?? [], at);
  if (!turn) return undefined;
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

/** The turn at the shift that began last: from its first beginning after another shift's, until another begins. */
function turnAt(shifts: readonly Shift[], at: Instant): Turn | undefined {
  const [latest] = shifts
    .flatMap((shift) => turnOf(shift, at) ?? [])
    .map((turn) => ({ turn, begun: lastBegin(turn.shift, at)! }))
    .sort((a, b) => (a.begun < b.begun ? 1 : -1));
  if (!latest) return undefined;
  const { shift, who, from, until } = latest.turn;
  const others = shifts.filter((other) => other !== shift);
  const before = others
    .flatMap((other) => lastBegin(other, latest.begun) ?? [])
    .sort()
    .at(-1);
  const resumed = before === undefined ? [] : [nextBegin(shift, before)];
  return {
    who,
    from: [from, ...resumed].sort().at(-1)!,
    until: earliest([until, ...others.map((other) => nextBegin(other, at))])!,
    isOverride: false,
    ...(shift.name !== undefined && { shift: shift.name }),
  };
}

/** When somebody comes on call at a level where nobody is. */
function firstAfter(rota: Rota, level: number, at: Instant): Instant | undefined {
  const shifts = rota.levels[level - 1]?.shifts ?? [];
  const stands = rota.overrides.filter((each) => each.level === level && each.from > at);
  return earliest([...shifts.map((shift) => nextBegin(shift, at)), ...stands.map(({ from }) => from)]);
}
