/** What a patch task is: what opens it, where it stands, and the events that it is the fold of. */

import { z } from 'zod';
import type { CaseEventOf, CaseState, CommonCaseEvent } from '../case/lifecycle';
import { AlarmAtSchema, type Rung } from '../kernel/alarm-clock';
import { ByOf, text } from '../kernel/text';
import { type Instant, InstantSchema, PeriodSchema } from '../kernel/time';
import { RATINGS } from './advisory';
import { RepeatSchema } from './dependencies';

/** Text on one line, of at most so many characters. */
export const line = (max: number) => text(max).transform((value) => value.replace(/\s+/gu, ' '));
const versions = z.array(line(300)).max(50);

/** What the task is about, small enough for a payload: of many versions and places the first few. */
export const PatchFindingSchema = z.strictObject({
  key: z.string().regex(/^[0-9a-f]{16}$/),
  inventory: line(120),
  ecosystem: line(120),
  package: line(300),
  versions,
  advisory: line(100),
  aliases: z.array(line(100)).max(50).default([]),
  summary: z.string().max(200).default(''),
  severity: z.enum(RATINGS),
  malicious: z.boolean().default(false),
  fixedIn: versions.default([]),
  dev: z.boolean().default(false),
});
export type PatchFinding = z.infer<typeof PatchFindingSchema>;

const Within = z.union([PeriodSchema, z.literal('none')]);

/** The policy as it was when the task was opened: editing the file moves no running task. */
export const PatchPlanSchema = z.strictObject({
  owner: ByOf,
  deadlines: z.record(z.enum(RATINGS), Within),
  tellAtOnce: z.array(z.enum(RATINGS)),
  alarmAt: AlarmAtSchema,
  repeatEvery: RepeatSchema,
  /** How long an acknowledgement of an alarm holds; without it for good. */
  acknowledgedFor: RepeatSchema.optional(),
  longestWaiver: PeriodSchema,
});
export type PatchPlan = z.infer<typeof PatchPlanSchema>;

/** Input of the workflow `patchTask`. */
export const PatchTaskInputSchema = z.strictObject({
  finding: PatchFindingSchema,
  plan: PatchPlanSchema,
  foundAt: InstantSchema,
  exercise: z.boolean().default(false),
});
export type PatchTaskInput = z.input<typeof PatchTaskInputSchema>;

export interface PatchState extends CaseState {
  finding: PatchFinding;
  plan: PatchPlan;
  foundAt: Instant;
  dueAt: Instant;
  /** What of its alarm clock has rung. */
  rung?: Rung | undefined;
  waiver?: { by: string; reason: string; until: Instant };
  /** A person says that it is patched; `count` tells one claim from the next. */
  claim?: { by: string; at: Instant; count: number; answered: boolean };
  claims: number;
  closedBecause?: string;
}

export type PatchEvent =
  | CommonCaseEvent
  | CaseEventOf<'patch-due', { finding: PatchFinding; plan: PatchPlan; foundAt: Instant; dueAt: Instant }>
  | CaseEventOf<'finding-changed', { finding: PatchFinding; dueAt: Instant; changes: string[] }>
  | CaseEventOf<'patch-waived', { reason: string; until: Instant }>
  | CaseEventOf<'waiver-ended', { until: Instant; dueAt: Instant }>
  | CaseEventOf<'patch-claimed', { note?: string }>
  | CaseEventOf<'claim-refuted', { versions: string[] }>
  | CaseEventOf<'claim-unconfirmed', { reason: string }>
  | CaseEventOf<'note-added', { note: string }>
  | CaseEventOf<'patch-closed', { outcome: PatchClosing; reason: string }>;

/**
 * `fixed`: no vulnerable version is installed any more. `withdrawn`: the advisory was taken back. `stated`: somebody says that it
 * is patched, or not affected, and no check shows it.
 */
export type PatchClosing = 'fixed' | 'withdrawn' | 'stated';

/** What lists call the task. */
export function titleOf({ package: name, versions, inventory, advisory }: PatchFinding): string {
  return `Patch ${name} ${versions.join(', ')} in ${inventory}: ${advisory}`.slice(0, 200);
}
