/**
 * The life of one incident: declared, contained, notified, filed, reviewed, closed. Everything is decided by the pure
 * domain; this workflow waits for messages and deadlines, has effects done, and keeps the register written.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import { type IncidentInput, IncidentInputSchema } from '../domain/incident/contract';
import { FAILURES } from '../domain/kernel/failures';
import { problemsOf } from '../domain/kernel/problems';
import { type Carried, IncidentRun } from './incident-run';
import { activities, UNTIL_DONE } from './lib/activity-calls';
import { receiveMessages } from './messages';

/** What a closed incident leaves: its id, when it was closed and how many entries the register holds of it. */
export interface IncidentResult {
  incidentId: string;
  closedAt: string;
  entries: number;
}

/** A legal clock does not stop because somebody pressed "cancel": the request is alarmed, the incident goes on until closed. */
export async function incident(input: IncidentInput & { carried?: Carried }): Promise<IncidentResult> {
  const cancelled = CancellationScope.current().cancelRequested;
  return CancellationScope.nonCancellable(() => live(input, cancelled));
}

async function live(input: IncidentInput & { carried?: Carried }, cancelled: Promise<never>): Promise<IncidentResult> {
  const run = new IncidentRun();
  receiveMessages(run);
  cancelled.catch(() => run.onCancelRequested());
  // A start by hand may come without any input.
  if (input?.carried) {
    run.resume(input.carried);
  } else {
    const parsed = IncidentInputSchema.safeParse(input);
    if (!parsed.success) {
      const problems = problemsOf(parsed.error).join('\n');
      throw ApplicationFailure.nonRetryable(`The declaration is not valid:\n${problems}`, FAILURES.invalidInput);
    }
    const { declaration, policy, exercise } = parsed.data;
    const { workflowId } = workflowInfo();
    if (workflowId !== declaration.id) {
      // One incident is one workflow: two of them would write the same places in the register.
      const problem = `declaration.id: is "${declaration.id}", but the workflow id is "${workflowId}"; start it under the incident's id`;
      throw ApplicationFailure.nonRetryable(problem, FAILURES.invalidInput);
    }
    const snapshot = policy ?? (await activities(UNTIL_DONE, 'snapshot the policy pack').snapshotPolicy());
    run.declare(declaration, snapshot, exercise);
  }

  while (!run.isOver()) {
    run.work();
    await condition(() => run.hasNews() || run.isOver());
    if (workflowInfo().continueAsNewSuggested && !run.isOver() && run.fitsIntoInput()) {
      await run.pauseForContinueAsNew();
      await condition(allHandlersFinished);
      // Nothing may be awaited between this check and the call: a message that came in now would be lost.
      if (run.isQuiet()) await continueAsNew<typeof incident>({ ...input, policy: undefined, carried: run.carry() });
      run.goOn();
    }
  }
  await condition(allHandlersFinished);
  return run.result();
}
