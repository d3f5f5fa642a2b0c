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
import type { Stopped } from './stopped';

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
export async function howItStands(
  temporal: Client,
  id: string,
): Promise<'running' | 'closed' | 'never opened' | Stopped | undefined> {
  const latest = (await described(temporal, id))?.workflowExecutionInfo;
  if (!latest) return undefined;
  const run = await infoOf(temporal, latest);
  if (run.status.name !== 'FAILED' || !(await wasRefused(temporal, id, run.runId))) return standingOf(run);
  // Whoever reaches Temporal may start what opens nothing under the id of a case: the run before that counts.
  for (const before of await runsOf(temporal, id))
    if (before.status.name !== 'FAILED' || !(await wasRefused(temporal, id, before.runId))) return standingOf(before);
  return 'never opened';
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

async function wasRefused(temporal: Client, id: string, runId: string): Promise<boolean> {
  try {
    await temporal.workflow.getHandle(id, runId, { followRuns: false }).result();
    return false;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    return cause instanceof ApplicationFailure && cause.type === FAILURES.invalidInput;
  }
}
