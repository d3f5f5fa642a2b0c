import { Context } from '@temporalio/activity';

/** The SDK passes on as many of them as the time-out asks for. */
const EVERY_MS = 2_000;

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
