/**
 * Whether what runs under the id of a case is worked on by our workers. Whoever reaches Temporal may end a case and start
 * something else under its id: it runs, has no task that waits, and acts on no deadline.
 */
import type { Description } from '../client/executions';
import { MINUTE_MS } from '../domain/kernel/time';

/** The server puts off a run that follows at once by a second; nothing of ours is ever put off longer. */
const PUT_OFF_MS = MINUTE_MS;

/** Of the case: the type of workflow that it needs, and the queue of the workers. */
export interface Needed {
  workflow: string;
  taskQueue: string;
}

/** What is wrong with it, to be read behind "the workflow …"; `undefined` where it is as ours are. */
export function astray(raw: Description, { workflow, taskQueue }: Needed, now: number): string | undefined {
  const { type, executionTime, versioningInfo } = raw.workflowExecutionInfo ?? {};
  if (type?.name !== workflow) return 'is of another type';
  if (raw.executionConfig?.taskQueue?.name !== taskQueue) return 'is on another task queue than the workers are';
  if (versioningInfo?.versioningOverride) return 'is set aside for one version of workers';
  const beginsAt = Number(executionTime?.seconds ?? 0) * 1000;
  if (beginsAt > now + PUT_OFF_MS) return `does not begin before ${new Date(beginsAt).toISOString().slice(0, 16)} UTC`;
  return undefined;
}
