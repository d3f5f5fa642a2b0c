/** Starts an incident from a case: a detection in triage or a vulnerability report. */
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { TASK_TIMEOUT } from '../../domain/case/contract';
import { ownerHandle } from '../../domain/case/owner-handle';
import { INCIDENT_WORKFLOW, type IncidentInput } from '../../domain/incident/contract';
import type { Joined } from '../../domain/incident/detections';
import { beginCase } from './begin-case';
import { cell } from './markdown-cell';
import { KEYS } from './search-attributes';

type Declaration = NonNullable<IncidentInput['declaration']>;

/**
 * Starts the incident, which outlives the case; true where it was started already: its id is the case's.
 *
 * @param joined the detections that it is declared from.
 */
export function startIncident(declaration: Declaration, caseId: string, joined?: Joined): Promise<boolean> {
  const { id, title, severity, owner, source } = declaration;
  return beginCase(id, 'incidents-in-the-register', (workflowIdReusePolicy) =>
    startChild(INCIDENT_WORKFLOW, {
      workflowId: id,
      args: [{ declaration, ...(joined && { joined }) }],
      workflowTaskTimeout: TASK_TIMEOUT,
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
    }),
  );
}
