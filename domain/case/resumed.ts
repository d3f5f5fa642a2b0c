/**
 * A case whose workflow is gone (terminated, failed, lost with Temporal's database) goes on from the register alone. Pure.
 */
import { z } from 'zod';
import type { RecordedEvent } from '../kernel/recorded-event';
import { ByOf, id } from '../kernel/text';
import { InstantSchema } from '../kernel/time';
import { FOUND, type Resumed } from './found';
import type { CaseState } from './lifecycle';

/** Input of the workflow of any case that goes on from the register where no run is left. */
export const ResumedInputSchema = z.object({
  resumed: z.strictObject({
    caseId: id('a case id'),
    by: ByOf,
    found: z.enum(FOUND),
    /** Entries of it that the register had: what was asked for once is not done again when there are more. */
    entries: z.number().int().min(1).optional(),
    /** When the run before ended, as Temporal says. */
    endedAt: InstantSchema.optional(),
    /** Of an incident: under the policy that the workers have now, where the one it was declared under is nowhere any more. */
    currentPolicy: z.boolean().optional(),
  }),
});
export type ResumedInput = z.infer<typeof ResumedInputSchema>;

/** Input of the workflow of a case other than an incident, for what comes after it was closed: its state is read from the register. */
export const ClosedInputSchema = z.object({ closed: z.strictObject({ caseId: id('a case id') }) });
export type ClosedInput = z.infer<typeof ClosedInputSchema>;

/** Why a case of the register cannot be resumed; `undefined` when it can. The pace of an exercise stood in its run alone. */
export function resumeProblem({
  open,
  exercise,
}: {
  open: boolean;
  exercise: boolean;
}): 'closed' | 'exercise' | undefined {
  if (!open) return 'closed';
  return exercise ? 'exercise' : undefined;
}

/** What the register is told of it, before anything that follows from the time that has passed. */
export function resumedEvent({ by, found, endedAt }: ResumedInput['resumed']): {
  kind: 'resumed';
  by: string;
  data: Resumed;
} {
  return { kind: 'resumed', by, data: { found, ...(endedAt && { endedAt }) } };
}

/** Alarms that nobody has acknowledged. They are sent again, as the run that raised them may not have: each is mailed once for its number. */
export function unheardAlarms<E extends RecordedEvent>({ unacknowledged = [] }: CaseState, events: readonly E[]): E[] {
  const open = new Set(unacknowledged);
  return events.filter(({ kind, seq }) => kind === 'alarm-raised' && open.has(seq));
}
