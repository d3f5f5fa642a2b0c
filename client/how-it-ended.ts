/** How a workflow ended, as far as it says something about its case. A case that is open has a workflow that runs. */
import {
  type Client,
  type WorkflowExecutionStatusName,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { FAILURES } from '../domain/kernel/failures';
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
  const handle = temporal.workflow.getHandle(id);
  try {
    const { status, closeTime } = await handle.describe();
    const how = HOW[status.name];
    if (!how) return status.name === 'COMPLETED' ? 'closed' : 'running';
    if (how === 'failed' && (await wasRefused(temporal, id))) return 'never opened';
    return { how, ...(closeTime && { at: closeTime.toISOString() }) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function wasRefused(temporal: Client, id: string): Promise<boolean> {
  try {
    await temporal.workflow.getHandle(id, undefined, { followRuns: false }).result();
    return false;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    return cause instanceof ApplicationFailure && cause.type === FAILURES.invalidInput;
  }
}
