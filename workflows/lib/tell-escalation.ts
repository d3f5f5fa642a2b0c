/** Tells the escalation of an incident or case that alarms were acknowledged. */
import { getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import { type Acknowledgement, escalationId } from '../../domain/escalation/escalation';

export type { Acknowledgement } from '../../domain/escalation/escalation';

/** One that is already gone, or not there yet, need not hear of it: it reads the case's state before it pages. */
export async function tellEscalation(caseId: string, acknowledgement: Acknowledgement): Promise<void> {
  try {
    await getExternalWorkflowHandle(escalationId(caseId)).signal('acknowledge', acknowledgement);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
