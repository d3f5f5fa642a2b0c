/** Cases as a list shows them, from visibility: it lags behind the workflows by a moment. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { executions } from './executions';
import { howItStands } from './how-it-ended';
import { byDeadline, type ListedCase } from './listed-case';
import { ATTRIBUTES } from './start-options';

/** The cases of a workflow's type, the next deadline first; those without one last, latest first. `cut`: there are more than `limit`. */
export async function listCases(
  temporal: Client,
  workflow: string,
  { open, limit }: { open: boolean; limit: number },
): Promise<{ cases: ListedCase[]; cut: boolean }> {
  const query = `WorkflowType="${workflow}"${open ? ` AND ExecutionStatus IN (${NOT_COMPLETED})` : ''}`;
  const latest = new Map<string, WorkflowExecutionInfo>();
  let cut = false;
  for await (const execution of executions(temporal, query)) {
    const other = latest.get(execution.workflowId);
    cut = !other && latest.size >= limit;
    if (cut) break;
    if (!other || isLater(execution, other)) latest.set(execution.workflowId, execution);
  }
  const cases = await Promise.all([...latest.values()].map((execution) => standing(temporal, execution)));
  const shown = cases.flatMap((each) => (each && (each.open || !open) ? [each] : []));
  return { cases: shown.sort(byDeadline), cut };
}

const NOT_COMPLETED = ['Running', 'Failed', 'TimedOut', 'Terminated', 'Canceled'].map((each) => `"${each}"`).join(', ');

/** A case has a run for each continue-as-new, reopening and resumption: the last one says how it stands. */
function isLater(a: WorkflowExecutionInfo, b: WorkflowExecutionInfo): boolean {
  return a.startTime > b.startTime || a.status.name === 'RUNNING';
}

async function standing(temporal: Client, execution: WorkflowExecutionInfo): Promise<ListedCase | undefined> {
  const shown = listed(execution);
  if (['RUNNING', 'COMPLETED'].includes(execution.status.name)) return shown;
  // A later run may have completed, which a list of what is open does not hold.
  const now = await howItStands(temporal, execution.workflowId);
  if (now === undefined || now === 'never opened') return undefined;
  if (now === 'running' || now === 'closed') return { ...shown, open: now === 'running' };
  return { ...shown, open: true, stopped: now };
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
