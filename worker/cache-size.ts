/** How many workflows a worker keeps in memory between their tasks. */
import { getHeapStatistics } from 'node:v8';

const MB = 1_000_000;
/** What a sleeping incident costs in the heap of the workflow thread, as measured: the SDK assumes 1.7 MB of any workflow. */
const INCIDENT_BYTES = 2.3 * MB;
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
