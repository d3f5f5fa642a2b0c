/**
 * Keeps a workflow task from being replayed as one with the next. The SDK (core of 1.24) takes a task without commands
 * for a heartbeat when another follows at once, as that of an update does: a replay does the work of both at the instant
 * of the second, and its messages before the results of the first. What was recorded in the first has another instant than
 * in the register then, and what the second commands another order. A command keeps them apart (temporalio/sdk-rust#1146,
 * #1606).
 */
import { patched, upsertMemo } from '@temporalio/workflow';

/** Notes the number of the last event that was recorded and waits for the batch before it. */
export function noteRecorded(recorded: number): void {
  // Histories from before this have no such command.
  if (patched('task-of-its-own')) upsertMemo({ recorded });
}

/** Notes the number of the last event that is in the register: the task in which that became known may command nothing else. */
export function noteRegistered(registered: number): void {
  if (patched('registered-is-noted')) upsertMemo({ registered });
}
