/** For what a workflow cannot begin without: whatever fails, and however, is tried again, as nobody could be told of it yet. */
import { sleep } from '@temporalio/workflow';

/** What `call` gives, however often it fails before. */
export async function untilItWorks<T>(what: string, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch {
      await sleep('1 minute', { summary: `again: ${what}` });
    }
  }
}
