import { Context } from '@temporalio/activity';

const EVERY_MS = 5_000;

/** Does what may take minutes, and says meanwhile that the worker is there; outside of an activity there is nobody to say it to. */
export async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const context = presentContext();
  const timer = setInterval(() => context?.heartbeat(), EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function presentContext(): Context | undefined {
  try {
    return Context.current();
  } catch {
    return undefined;
  }
}
