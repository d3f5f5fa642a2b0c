/**
 * Writes entries of a case that its own run could not take along: while the register is away, a case goes on, and what it
 * has to write may be more than a run can begin with. It ends when they are written; the case learns that from the register
 * itself, which takes no later entry before them. Decision 0026.
 */
import { ApplicationFailure, CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import { FAILURES } from '../domain/kernel/failures';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { RegisterPump } from './lib/register-pump';

export interface RegisterBacklogInput {
  events: RecordedEvent[];
}

/** A cancellation is ignored, as that of a case is: the entries would be lost, and none could be written after them. */
export function registerBacklog(input: RegisterBacklogInput): Promise<void> {
  return CancellationScope.nonCancellable(async () => {
    const { parent } = workflowInfo();
    const events = Array.isArray(input?.events) ? input.events : [];
    // Only a case that runs hands over, and only its own entries: whoever may start a workflow may write none.
    if (!parent || events.some(({ incidentId }) => incidentId !== parent.workflowId))
      throw ApplicationFailure.nonRetryable('these entries come from no case that has them', FAILURES.invalidInput);
    const pump = new RegisterPump(
      () => undefined,
      () => undefined,
    );
    pump.add(events);
    pump.start();
    await condition(() => pump.backlog === 0);
  });
}
