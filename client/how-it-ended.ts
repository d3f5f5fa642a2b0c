/** How a workflow ended, as far as it says something about its case. A case that is open has a workflow that runs. */
import {
  type Client,
  type WorkflowExecutionInfo,
  type WorkflowExecutionStatusName,
  WorkflowFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { FAILURES } from '../domain/kernel/failures';
import { described, executions, infoOf } from './executions';
import { KINDS, kindOf } from './kinds';
import type { Standing, Stopped } from './stopped';

const HOW: Partial<Record<WorkflowExecutionStatusName, Stopped['how']>> = {
  TERMINATED: 'terminated',
  FAILED: 'failed',
  TIMED_OUT: 'timed out',
  CANCELLED: 'cancelled',
};

/**
 * How the latest run under an id stands: it runs, has come to its end, has stopped before that, or never opened a case, as
 * its input was not valid. `undefined` where there is none. Throws the client's error when Temporal cannot be asked.
 */
export async function howItStands(temporal: Client, id: string): Promise<Standing | undefined> {
  const latest = (await described(temporal, id))?.workflowExecutionInfo;
  if (!latest) return undefined;
  const run = await infoOf(temporal, latest);
  const isOfCase = ({ type }: WorkflowExecutionInfo) => type === KINDS[kindOf(id) ?? 'incident'].workflow;
  const why = await whyFailed(temporal, id, run);
  if (isOfCase(run) && !why) return standingOf(run);
  // Whoever reaches Temporal may start something else, or what opens nothing, under the id of a case, or reset one that is
  // closed: the run before that counts.
  for (const before of await runsOf(temporal, id))
    if (isOfCase(before) && !(await whyFailed(temporal, id, before))) return standingOf(before);
  return why === FAILURES.invalidInput ? 'never opened' : standingOf(run);
}

function standingOf({ status, closeTime }: WorkflowExecutionInfo): 'running' | 'closed' | Stopped {
  const how = HOW[status.name];
  if (!how) return status.name === 'RUNNING' ? 'running' : 'closed';
  return { how, ...(closeTime && { at: closeTime.toISOString() }) };
}

/** Every run under an id, the latest first. Visibility lags behind by a moment. */
async function runsOf(temporal: Client, id: string): Promise<WorkflowExecutionInfo[]> {
  const runs: WorkflowExecutionInfo[] = [];
  for await (const run of executions(temporal, `WorkflowId = "${id.replace(/["\\]/g, '\\$&')}"`)) runs.push(run);
  return runs.sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
}

/** Of a run that failed since it was no run of the case: its input was not valid, or the register has what another one did. */
async function whyFailed(
  temporal: Client,
  id: string,
  { status, runId }: WorkflowExecutionInfo,
): Promise<string | undefined> {
  if (status.name !== 'FAILED') return undefined;
  try {
    await temporal.workflow.getHandle(id, runId, { followRuns: false }).result();
    return undefined;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    const type = cause instanceof ApplicationFailure ? cause.type : undefined;
    return type === FAILURES.invalidInput || type === FAILURES.forked ? type : undefined;
  }
}
