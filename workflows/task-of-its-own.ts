/**
 * Keeps a workflow task from being replayed as one with the next. The SDK (core of 1.24) takes a task without commands
 * for a heartbeat when another follows at once, as that of a rejected update can: a replay does the work of both at the
 * instant of the second, and what was recorded in the first has another instant than in the register. A command keeps
 * them apart (temporalio/sdk-rust#1146, #1606).
 */
import { patched, upsertMemo } from '@temporalio/workflow';

/** @param recorded the number of the last event: the memo shows it. */
export function taskOfItsOwn(recorded: number): void {
  // Histories from before this have no such command.
  if (patched('task-of-its-own')) upsertMemo({ recorded });
}
