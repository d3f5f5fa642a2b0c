/** Cases as a list shows them, from visibility: it lags behind the workflows by a moment. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { Instant } from '../domain/kernel/time';
import { ATTRIBUTES } from './start-options';

/** A case of any kind in a list. */
export interface ListedCase {
  id: string;
  title?: string;
  open: boolean;
  startedAt: Instant;
  severity?: string;
  status?: string;
  owner?: string;
  nextDeadline?: Instant;
  /** Obligations whose deadline is past; of incidents only. */
  overdue: number;
  personalData?: string;
  exercise: boolean;
}

/** The cases of a workflow's type, the next deadline first; those without one last, latest first. */
export async function listCases(
  temporal: Client,
  workflow: string,
  { open, limit }: { open: boolean; limit: number },
): Promise<ListedCase[]> {
  const query = `WorkflowType="${workflow}"${open ? ' AND ExecutionStatus="Running"' : ''}`;
  const cases: ListedCase[] = [];
  for await (const execution of temporal.workflow.list({ query })) {
    cases.push(listed(execution));
    if (cases.length >= limit) break;
  }
  return cases.sort(byDeadline);
}

function listed({ workflowId, memo, status, startTime, typedSearchAttributes }: WorkflowExecutionInfo): ListedCase {
  const title = memo?.title;
  return {
    id: workflowId,
    ...(typeof title === 'string' ? { title } : {}),
    open: status.name === 'RUNNING',
    startedAt: startTime.toISOString(),
    severity: typedSearchAttributes.get(ATTRIBUTES.severity),
    status: typedSearchAttributes.get(ATTRIBUTES.status),
    owner: typedSearchAttributes.get(ATTRIBUTES.owner),
    nextDeadline: typedSearchAttributes.get(ATTRIBUTES.nextDeadline)?.toISOString(),
    overdue: typedSearchAttributes.get(ATTRIBUTES.overdue) ?? 0,
    personalData: typedSearchAttributes.get(ATTRIBUTES.personalData),
    exercise: typedSearchAttributes.get(ATTRIBUTES.exercise) ?? false,
  };
}

/** The next deadline first; those without one last; of two that are due together, the later started first. */
function byDeadline(a: ListedCase, b: ListedCase): number {
  if (a.nextDeadline && b.nextDeadline && a.nextDeadline !== b.nextDeadline)
    return a.nextDeadline < b.nextDeadline ? -1 : 1;
  if (Boolean(a.nextDeadline) !== Boolean(b.nextDeadline)) return a.nextDeadline ? -1 : 1;
  return a.startedAt < b.startedAt ? 1 : -1;
}
