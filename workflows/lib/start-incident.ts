/** Starts an incident from a case: a detection in triage or a vulnerability report. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, patched, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { ownerHandle } from '../../domain/case/owner-handle';
import { INCIDENT_WORKFLOW, type IncidentInput } from '../../domain/incident/contract';
import { activities, UNTIL_DONE } from './activity-calls';
import { cell } from './markdown-cell';
import { KEYS } from './search-attributes';

type Declaration = NonNullable<IncidentInput['declaration']>;

/**
 * Starts the incident, which outlives the case; true where it was started already: its id is the case's. What ended under
 * that id and left nothing in the register was no incident, whoever started it.
 */
export async function startIncident(declaration: Declaration, caseId: string): Promise<boolean> {
  if (await started(declaration, caseId, WorkflowIdReusePolicy.REJECT_DUPLICATE)) return false;
  if (!patched('incidents-in-the-register')) return true;
  const look = activities(UNTIL_DONE, 'look whether the incident is in the register');
  const { entries } = await look.verifyRegister({ incidentId: declaration.id, seq: 0 });
  return entries > 0 || !(await started(declaration, caseId, WorkflowIdReusePolicy.ALLOW_DUPLICATE));
}

/** False where one of its id runs, or ran and may not run again. */
async function started(
  declaration: Declaration,
  caseId: string,
  workflowIdReusePolicy: WorkflowIdReusePolicy,
): Promise<boolean> {
  const { id, title, severity, owner, source } = declaration;
  try {
    await startChild(INCIDENT_WORKFLOW, {
      workflowId: id,
      args: [{ declaration }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy,
      memo: { title },
      typedSearchAttributes: [
        { key: KEYS.severity, value: severity },
        { key: KEYS.status, value: 'declared' },
        { key: KEYS.owner, value: ownerHandle(owner) },
      ],
      staticSummary: `${severity} ${title}`.slice(0, 60),
      staticDetails: `**${cell(title)}**\n\ndeclared from ${caseId}, detected by ${cell(source)}; owner ${cell(owner)}`,
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
