/**
 * An incident whose workflow is gone (terminated, failed, lost with Temporal's database) goes on from the register alone.
 * Pure.
 */
import { z } from 'zod';
import { ByOf } from '../kernel/text';
import { InstantSchema } from '../kernel/time';
import type { PolicyRef, PolicySnapshot } from '../policy/policy';
import type { IncidentEvent, NewEvent } from './events';
import { FOUND } from './found';
import { IncidentIdSchema } from './incident';
import type { IncidentState } from './state';

/** Input of the workflow `incident` that goes on from the register where no run is left. */
export const ResumedInputSchema = z.object({
  resumed: z.strictObject({
    incidentId: IncidentIdSchema,
    by: ByOf,
    found: z.enum(FOUND),
    /** When the run before ended, as Temporal says. */
    endedAt: InstantSchema.optional(),
    /** Under the policy that the workers have now, where the one it was declared under is nowhere any more. */
    currentPolicy: z.boolean().optional(),
  }),
});
export type ResumedInput = z.infer<typeof ResumedInputSchema>;

/** What the worker finds of it: how it stands, its policy, its latest events and unheard alarms; or why it cannot go on. */
export type ToResume =
  | { problem: string }
  | { state: IncidentState; policy: PolicySnapshot; recent: IncidentEvent[]; alarms: IncidentEvent[] };

/** Why an incident of the register cannot be resumed; `undefined` when it can. */
export function resumeProblem(state: IncidentState): 'closed' | 'exercise' | undefined {
  if (state.closedAt) return 'closed';
  // The pace of its clock stood in the run alone.
  return state.exercise ? 'exercise' : undefined;
}

/** What the register is told of it, before anything that follows from the time that has passed. */
export function resumedEvent(
  { by, found, endedAt }: ResumedInput['resumed'],
  state: IncidentState,
  policy: PolicyRef,
): NewEvent {
  const other = policy.sha256 !== state.policy.sha256;
  return { kind: 'resumed', by, data: { found, ...(endedAt && { endedAt }), ...(other && { policy }) } };
}

/** Alarms that nobody has acknowledged. They are sent again, as the run that raised them may not have: each is mailed once for its number. */
export function unheardAlarms(state: IncidentState, events: readonly IncidentEvent[]): IncidentEvent[] {
  const open = new Set(state.unacknowledged ?? []);
  return events.filter(({ kind, seq }) => kind === 'alarm-raised' && open.has(seq));
}
