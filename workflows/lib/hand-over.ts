/** Gives entries that a new run cannot take along to a workflow of their own, which writes them when the register is back. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { backlogId } from '../../domain/case/backlog-id';
import { TASK_TIMEOUT } from '../../domain/case/contract';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import type { registerBacklog } from '../register-backlog';

/** True once that workflow has them; else they stay where they are. */
export async function handOver(caseId: string, events: RecordedEvent[]): Promise<boolean> {
  const [first, last] = [events[0]!.seq, events.at(-1)!.seq];
  try {
    await startChild<typeof registerBacklog>('registerBacklog', {
      workflowId: backlogId(caseId, first, last),
      args: [{ events }],
      workflowTaskTimeout: TASK_TIMEOUT,
      // It outlives this run: that is what it is for.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `register entries ${first}–${last}`,
    });
  } catch (error) {
    // The same entries were given before: which they are follows from their numbers.
    return error instanceof WorkflowExecutionAlreadyStartedError;
  }
  return true;
}
