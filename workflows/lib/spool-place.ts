/**
 * While Postgres is away a delivery goes on in a spool on the disk of one worker, and its steps are done there: the worker of
 * that disk listens on a queue of its own. See https://docs.temporal.io/task-queue (a queue for each host).
 */
import {
  ActivityFailure,
  type ActivityOptions,
  ApplicationFailure,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { SpoolPlace } from '../../activities/types';
import { spoolQueue } from '../../domain/kernel/spool-queue';

/** A worker that is there takes a step within this. */
const TAKEN_WITHIN = '30 seconds';

/** The manner of a step that is done where the spool is; where there is none, by any worker. */
export function atSpool(manner: ActivityOptions, spool: SpoolPlace | undefined): ActivityOptions {
  if (!spool) return manner;
  return { ...manner, taskQueue: spoolQueue(workflowInfo().taskQueue, spool.id), scheduleToStartTimeout: TAKEN_WITHIN };
}

/** Nobody took the step: the worker with that disk is gone. */
export function isAway(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}

/** The worker that found its ledger away, and so knows best who was told. */
export function spoolOf(error: unknown): SpoolPlace | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? (cause.details?.[0] as SpoolPlace | undefined) : undefined;
}

/** What a person is told. */
export function awayText({ host }: SpoolPlace, goesOn: boolean): string {
  return (
    `the worker of ${host} is gone, with the spool in which this notice went out while Postgres was away. Start a worker with that ` +
    `data folder${
      goesOn
        ? '; others go on without it: whoever was told from it is written to again under the same key, which the provider recognises for 24 hours'
        : ': what was sent from it is not counted until then'
    }`
  );
}
