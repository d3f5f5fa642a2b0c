/** How many workflows a worker keeps in memory between their tasks, how many of their tasks it takes at once, and for how long. */
import { getHeapStatistics } from 'node:v8';

const MB = 1_000_000;
/**
 * What a sleeping incident of every promise and law costs in the heap of the workflow thread, measured after a collection of
 * garbage (0.52 MB), and a fifth more. A large one, with thousands of workspaces, takes more than that; the SDK assumes 1.7 MB of
 * any workflow.
 */
const INCIDENT_BYTES = 0.65 * MB;
/** The rest is for the code, for activities, and for what a garbage collector needs so that tasks do not stand still. */
const SHARE_FOR_WORKFLOWS = 0.5;
const LEAST = 10;

/**
 * A worker that keeps more than its heap holds spends its time collecting garbage, and takes no task any more. One that
 * is not kept is rebuilt from its history when it wakes, which costs milliseconds.
 */
export function cacheSize(heapLimitBytes: number = getHeapStatistics().heap_size_limit): number {
  return Math.max(LEAST, Math.floor((heapLimitBytes * SHARE_FOR_WORKFLOWS) / INCIDENT_BYTES));
}

/**
 * Tasks of workflows that a worker takes at once. One thread does them all, so that each takes as long as all of them together:
 * taken are only as many as end within the ten seconds that the server gives those that are no case's, though each
 * replays its whole history on a busy machine. Of the SDK's 40 all ran out there, and were begun anew for ever; the rest
 * waits at the server, where no time runs.
 */
export const TASKS_AT_ONCE = 6;

/**
 * How long one step of a workflow may take. The SDK cuts one after five seconds, and a cut in the midst of promises ends the whole
 * process (https://github.com/nodejs/node/issues/38503): on a machine that was busy with other things workers ended by it, though
 * every step takes milliseconds of processor time. One that never ends is cut after this long, and until then none of the cases
 * that this worker holds goes on: so it is no more than twice the minute after which the server gives the task to somebody else.
 */
const STEP_WITHIN = '2 minutes';

/** That, as a worker takes it that only replays. */
export const STEP_LIMIT = { isolateExecutionTimeout: STEP_WITHIN };

/** All of these, as the SDK's worker takes them; it does not document the last. */
export function workflowLimits() {
  return {
    maxCachedWorkflows: cacheSize(),
    maxConcurrentWorkflowTaskExecutions: TASKS_AT_ONCE,
    ...STEP_LIMIT,
  };
}
