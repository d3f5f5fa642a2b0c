/**
 * What a run takes over from the run before it. It skips every check that a start goes through, so it is believed of a
 * continued run alone: whoever may start a workflow could otherwise write any entry into any case's register.
 */
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { carriedOf } from '../../domain/case/carry';
import type { CaseState } from '../../domain/case/lifecycle';
import { FAILURES } from '../../domain/kernel/failures';
import type { Packed } from '../../domain/kernel/packed';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';

interface OfCase {
  state: CaseState;
  backlog: RecordedEvent[];
}

/** What the run before handed over. Throws, which fails the workflow, when there was none: nothing is taken over then. */
export function carriedFrom<C>(input: { carried?: C } | null | undefined): C | undefined {
  if (!input?.carried) return undefined;
  if (!isContinued())
    throw refused('was given at a start, but only a run that was continued has one; leave it out to begin a new case');
  return input.carried;
}

/** The same of a case, which must be this workflow's own. */
export function carriedCase<C extends OfCase>(input: { carried?: C | Packed } | null | undefined): C | undefined {
  const handed = carriedFrom(input);
  if (!handed) return undefined;
  const carried = carriedOf<C>(handed);
  const { workflowId } = workflowInfo();
  const ids = [carried.state.caseId, ...carried.backlog.map(({ incidentId }) => incidentId)];
  const foreign = ids.find((id) => id !== workflowId);
  if (foreign !== undefined) throw refused(`is of "${foreign}", but the workflow id is "${workflowId}"`);
  return carried;
}

/** A cron schedule or a retry begins runs of their own with the input of the first start: they were not continued. */
function isContinued(): boolean {
  const { continuedFromExecutionRunId, attempt, cronSchedule } = workflowInfo();
  return continuedFromExecutionRunId !== undefined && attempt === 1 && !cronSchedule;
}

function refused(problem: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`The input is not valid:\ncarried: ${problem}`, FAILURES.invalidInput);
}
