/** The dependency check, once a day and at each start of a worker. Without inventories there is nothing to check. */

import { DAY_MS } from '../domain/kernel/time';
import { DEPENDENCY_CHECK, DEPENDENCY_SCHEDULE } from '../domain/patch/patch-task';
import type { WorkerSettings } from '../settings/worker';
import type { Recurring } from './schedules';

export function dependencySchedules({ taskQueue, dependencies }: WorkerSettings): Recurring[] {
  if (dependencies.inventories.length === 0) return [];
  return [
    {
      id: DEPENDENCY_SCHEDULE,
      everyMs: DAY_MS,
      workflowType: DEPENDENCY_CHECK,
      args: [{}],
      taskQueue,
      summary: 'compares what is installed with the advisories',
      atStart: true,
    },
  ];
}
