/** How long one call of Temporal may take. */
import type { Client } from '@temporalio/client';

/** Time for one call; a worker that is away must not hold a person up for ever. */
export const CALL_MS = 20_000;
/** From one look to the next while a worker is catching up. */
export const CATCH_UP_MS = 100;

/** Makes a call, which rejects when it takes longer. */
export function timed<T>(client: Client, call: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + CALL_MS, call);
}
