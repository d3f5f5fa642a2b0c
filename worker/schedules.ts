/** What Temporal starts by itself, again and again: each worker sees to it at its start that the schedules are there. */
import {
  ScheduleAlreadyRunning,
  type ScheduleClient,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { Log } from '../platform/log';

/** A workflow that is started every so often. */
export interface Recurring {
  /** Id of the schedule, and the first part of its workflows' ids. */
  id: string;
  everyMs: number;
  workflowType: string;
  /** They stand in the schedule and in each history: no secret. */
  args: unknown[];
  taskQueue: string;
  /** For the Web UI: what it does, in a line. */
  summary: string;
  /** Start one now as well, unless one is running. */
  atStart?: boolean;
}

/** A server that was away for longer starts one run when it is back, not all that were missed. */
const CATCH_UP_MS = 60_000;

/**
 * Creates the schedule, or brings it to what is wanted now. One that a person paused stays paused. While a run is still
 * going, the next one is left out.
 *
 * @throws the client's error when Temporal cannot be reached or refuses.
 */
export async function ensureSchedule(client: ScheduleClient, recurring: Recurring): Promise<void> {
  const { id, atStart } = recurring;
  const wanted = optionsOf(recurring);
  const handle = client.getHandle(id);
  try {
    await client.create(wanted);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await handle.update(({ state }) => ({ ...wanted, state: { paused: state.paused, note: state.note } }));
  }
  if (atStart && !(await handle.describe()).state.paused) await handle.trigger(ScheduleOverlapPolicy.SKIP);
}

function optionsOf({ id, everyMs, workflowType, args, taskQueue, summary }: Recurring) {
  return {
    scheduleId: id,
    spec: { intervals: [{ every: everyMs }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
    action: { type: 'startWorkflow', workflowType, args, taskQueue, workflowId: id, staticSummary: summary },
  } satisfies ScheduleOptions<ScheduleOptionsStartWorkflowAction<Workflow>>;
}

const AGAIN_MS = 30_000;

/** Sees to schedules now and, while Temporal refuses, again later: without them the worker does all the rest. */
export function keepSchedules(client: ScheduleClient, schedules: Recurring[], log: Log): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const attempt = async () => {
    try {
      for (const schedule of schedules) await ensureSchedule(client, schedule);
    } catch (error) {
      if (stopped) return;
      log.error({}, `a schedule could not be created, trying again: ${(error as Error).message}`);
      timer = setTimeout(attempt, AGAIN_MS);
    }
  };
  void attempt();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
