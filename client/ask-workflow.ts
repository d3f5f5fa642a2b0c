/** A question to a workflow: it changes nothing, so where no answer comes it is asked again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { HISTORY_AHEAD } from '../domain/kernel/failures';
import { CALL_MS, CATCH_UP_MS } from './timed';

/** Whoever has not answered by then is asked once more. */
const TRY_MS = CALL_MS / 2;
const DEADLINE_EXCEEDED = 4;

/**
 * Asks a workflow within the time of one call: again while a worker that was just started is catching up, and once more where no answer
 * comes. A worker that stood still for longer than its tasks may take (a machine that slept) loses the first question about
 * each workflow whose task it had: the SDK (core of 1.24) finds that what it remembers is not what happened, forgets it, and
 * answers nobody.
 */
export async function askWorkflow<T>(temporal: Client, id: string, query: string): Promise<T> {
  const giveUpAt = Date.now() + CALL_MS;
  for (;;) {
    const until = Math.min(Date.now() + TRY_MS, giveUpAt);
    try {
      return await temporal.withDeadline(until, () => temporal.workflow.getHandle(id).query<T>(query));
    } catch (error) {
      const mayAnswer = isCatchingUp(error) || isUnanswered(error);
      if (!mayAnswer || Date.now() + CATCH_UP_MS > giveUpAt) throw error;
      await sleep(CATCH_UP_MS);
    }
  }
}

function isCatchingUp(error: unknown): boolean {
  return String((error as Error).message).includes(HISTORY_AHEAD);
}

function isUnanswered(error: unknown): boolean {
  const { cause } = error as Error;
  return isGrpcServiceError(cause) && cause.code === DEADLINE_EXCEEDED;
}
