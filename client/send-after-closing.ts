/** A message to an incident or a triage case whose workflow may be over, as it is closed. */
import { type Client, WithStartWorkflowOperation, type WorkflowExecutionInfo } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { type Receipt, TASK_TIMEOUT } from '../domain/case/contract';
import type { ClosedInput } from '../domain/case/resumed';
import type { ClosedIncidentInput } from '../domain/incident/contract';
import { NeverOpened, UnknownCase, UnknownOutcome } from './errors';
import { latestOf } from './executions';
import { howItStands } from './how-it-ended';
import { type AfterClosing, KINDS, kindOf } from './kinds';
import { receiptFrom, type stamped, updateIdOf } from './receipt';
import { refusalOf } from './refusal';
import { stoppedError } from './stopped';
import { timed } from './timed';

interface Way {
  temporal: Client;
  taskQueue: string;
  /** Asked where Temporal knows the case no longer, as after its retention: whether the register has it closed. */
  inRegister: (() => Promise<boolean>) | undefined;
}

/**
 * The run that is there takes the message; where it is over, a new one begins from the register, takes it and ends when nothing is
 * left to do. Throws a CommandError when the message is refused, and where there is no such case.
 */
export async function sendAfterClosing(
  { temporal, taskQueue, inRegister }: Way,
  id: string,
  name: AfterClosing,
  sent: ReturnType<typeof stamped>,
): Promise<Receipt> {
  const isTriage = kindOf(id) === 'triage';
  const { noun, workflow } = KINDS[isTriage ? 'triage' : 'incident'];
  const closed = isTriage
    ? ({ closed: { caseId: id } } satisfies ClosedInput)
    : ({ closed: { incidentId: id } } satisfies ClosedIncidentInput);
  const before = await latestOf(temporal, id);
  const standing = before && (await timed(temporal, () => howItStands(temporal, id)));
  try {
    const isKnown = before && standing !== 'never opened';
    if (!isKnown && !(await inRegister?.())) throw before ? new NeverOpened(noun, id) : new UnknownCase(noun, id);
    const startWorkflowOperation = new WithStartWorkflowOperation<Workflow>(workflow, {
      workflowId: id,
      taskQueue,
      args: [closed],
      workflowTaskTimeout: TASK_TIMEOUT,
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      // Lists show it by its title, as before.
      ...(typeof before?.memo?.title === 'string' && { memo: { title: before.memo.title } }),
    });
    const options = { args: [sent] as [unknown], updateId: updateIdOf(name, sent), startWorkflowOperation };
    const given = await timed(temporal, () =>
      temporal.workflow.executeUpdateWithStart<Workflow, Receipt, [unknown]>(name, options),
    );
    return receiptFrom(temporal, sent, given, id);
  } catch (error) {
    const refusal = refusalOf(error, `${noun} "${id}"`);
    const isToldAlready = refusal !== undefined && !(refusal instanceof UnknownOutcome);
    // The run that was to hear it fails where the register has the case as open: it took nothing.
    if (!isToldAlready && before && typeof standing === 'object' && (await hasFailedSince(temporal, id, before)))
      throw stoppedError(id, standing);
    throw refusal ?? error;
  }
}

async function hasFailedSince(temporal: Client, id: string, { runId }: WorkflowExecutionInfo): Promise<boolean> {
  const latest = await latestOf(temporal, id).catch(() => undefined);
  return latest !== undefined && latest.runId !== runId && latest.status.name === 'FAILED';
}
