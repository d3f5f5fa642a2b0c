/**
 * Keeps a workflow task from being replayed as one with the next. The SDK (core of 1.24) takes a task without commands
 * for a heartbeat when another follows at once, as that of an update does: a replay does the work of both at the instant
 * of the second, and its messages before the results of the first. What was recorded in the first has another instant than
 * in the register then, and what the second commands another order. A command keeps them apart (temporalio/sdk-rust#1146,
 * #1606).
 */
import { upsertMemo } from '@temporalio/workflow';

/** Leaves a command in a task in which something became known and which would leave none otherwise. */
export function leaveCommand(seq: number, backlog: number): void {
  upsertMemo({ recorded: seq, registered: seq - backlog });
}
