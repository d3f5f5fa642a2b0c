/** Starts an incident from a case: a detection in triage or a vulnerability report. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { ownerHandle } from '../../domain/case/owner-handle';
import { INCIDENT_WORKFLOW, type IncidentInput } from '../../domain/incident/contract';
import { cell } from './markdown-cell';
import { KEYS } from './search-attributes';

/** Starts the incident, which outlives the case. One that was started already is the same one: its id is the case's. */
export async function startIncident(
  declaration: NonNullable<IncidentInput['declaration']>,
  caseId: string,
): Promise<boolean> {
  const { id, title, severity, owner, source } = declaration;
  try {
    await startChild(INCIDENT_WORKFLOW, {
      workflowId: id,
      args: [{ declaration }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      memo: { title },
      typedSearchAttributes: [
        { key: KEYS.severity, value: severity },
        { key: KEYS.status, value: 'declared' },
        { key: KEYS.owner, value: ownerHandle(owner) },
      ],
      staticSummary: `${severity} ${title}`.slice(0, 60),
      staticDetails: `**${cell(title)}**\n\ndeclared from ${caseId}, detected by ${cell(source)}; owner ${cell(owner)}`,
    });
    return false;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return true;
    throw error;
  }
}
