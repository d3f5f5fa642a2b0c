/** What a sleeping incident is compared with: a workflow that sleeps until a deadline and then has one alarm rung. */
import { condition, proxyActivities, sleep } from '@temporalio/workflow';

/** What it has told of it. */
export interface SleeperActivities {
  asleep(id: string): Promise<void>;
  ring(id: string): Promise<void>;
}

const { asleep, ring } = proxyActivities<SleeperActivities>({ startToCloseTimeout: '60 seconds' });

export async function sleeper({ id, deadlineMs }: { id: string; deadlineMs: number }): Promise<void> {
  await asleep(id);
  await sleep(Math.max(1, deadlineMs - Date.now()));
  await ring(id);
  // An incident goes on, too.
  await condition(() => false);
}
