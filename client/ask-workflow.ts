/** A question to a workflow: it changes nothing, so where no answer comes it is asked once more. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { HISTORY_AHEAD } from '../domain/kernel/failures';
import { CALL_MS, CATCH_UP_MS } from './timed';

const LATE = Symbol('no answer yet');

/**
 * Asks a workflow within the time of one call; where half of it has gone by without an answer, once more beside the first question,
 * and the first answer counts. A worker that stood still for longer than its tasks may take (a machine that slept) loses the
 * first question about each workflow whose task it had: the SDK (core of 1.24) finds that what it remembers is not what
 * happened, forgets it, and answers nobody.
 */
export async function askWorkflow<T>(temporal: Client, id: string, query: string, withinMs = CALL_MS): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  const first = ask<T>(temporal, id, query, giveUpAt);
  const waited = new AbortController();
  const late = sleep(withinMs / 2, LATE, { signal: waited.signal });
  late.catch(() => undefined);
  try {
    const answer = await Promise.race([first, late]);
    if (answer !== LATE) return answer as T;
  } finally {
    waited.abort();
  }
  return Promise.any([first, ask<T>(temporal, id, query, giveUpAt)]).catch(({ errors: [error] }: AggregateError) => {
    throw error;
  });
}

/** Asks, and again while a worker that was just started is catching up. */
async function ask<T>(temporal: Client, id: string, query: string, giveUpAt: number): Promise<T> {
  for (;;) {
    try {
      return await temporal.withDeadline(giveUpAt, () => temporal.workflow.getHandle(id).query<T>(query));
    } catch (error) {
      if (!String((error as Error).message).includes(HISTORY_AHEAD) || Date.now() > giveUpAt) throw error;
      await sleep(CATCH_UP_MS);
    }
  }
}
