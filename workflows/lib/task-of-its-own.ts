/**
 * Keeps a workflow task from being replayed as one with the next. The SDK (core of 1.24) takes a task without commands
 * for a heartbeat when another follows at once, as that of an update does: a replay does the work of both at the instant
 * of the second, and its messages before the results of the first. What was recorded in the first has another instant than
 * in the register then, and what the second commands another order. A command keeps them apart (temporalio/sdk-rust#1146,
 * #1606).
 */
import { upsertMemo } from '@temporalio/workflow';

export class TaskTrace {
  /** How far events were recorded and written at the last look. */
  private known = '';

  /**
   * Leaves a command in a task in which something became known, unless it `has` one.
   * @param seq the number of the last event. @param backlog how many of them the register has not got yet.
   */
  leave(seq: number, backlog: number, has: boolean): void {
    const known = `${seq} ${backlog}`;
    if (!has && known !== this.known) upsertMemo({ recorded: seq, registered: seq - backlog });
    this.known = known;
  }
}
