/** What the clients of incidents and of cases share: calls with a time limit, queries that wait for a worker, the order of lists. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { HISTORY_AHEAD } from '../domain/kernel/failures';
import type { Instant } from '../domain/kernel/time';

/** Time for one call; a worker that is away must not hold a person up for ever. */
const CALL_MS = 20_000;
const CATCH_UP_MS = 100;

/** A call that fails when it takes longer than 20 s. */
export function timed<T>(temporal: Client, call: () => Promise<T>): Promise<T> {
  return temporal.withDeadline(Date.now() + CALL_MS, call);
}

/** Asks a workflow; while a worker that was just started is catching up, again. */
export async function queryWorkflow<T>(temporal: Client, id: string, name: string): Promise<T> {
  const giveUpAt = Date.now() + CALL_MS;
  for (;;) {
    try {
      return await timed(temporal, () => temporal.workflow.getHandle(id).query<T>(name));
    } catch (error) {
      if (!String((error as Error).message).includes(HISTORY_AHEAD) || Date.now() > giveUpAt) throw error;
      await sleep(CATCH_UP_MS);
    }
  }
}

interface Listed {
  nextDeadline?: Instant;
  startedAt: Instant;
}

/** The next deadline first; those without one last; of two that are due together, the later started first. */
export function byDeadline(a: Listed, b: Listed): number {
  if (a.nextDeadline && b.nextDeadline && a.nextDeadline !== b.nextDeadline)
    return a.nextDeadline < b.nextDeadline ? -1 : 1;
  if (Boolean(a.nextDeadline) !== Boolean(b.nextDeadline)) return a.nextDeadline ? -1 : 1;
  return a.startedAt < b.startedAt ? 1 : -1;
}

/** Texts of incidents and cases are hostile: nothing in them may form Markdown. */
export function plain(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>()#!|~]/g, '\\$&');
}
