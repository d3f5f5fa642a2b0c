/** The log of a worker: a line that an activity writes says of which case and which activity it is. */
import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { caseOf } from '../domain/kernel/case-of';
import { createLog } from '../platform/log';

/** @param level `warn` by default. */
export function workerLog(level?: string): Logger {
  return createLog('worker', { level, beside: ofActivity });
}

function ofActivity(): object {
  let info: Context['info'];
  try {
    ({ info } = Context.current());
  } catch {
    return {};
  }
  const { workflowId } = info.workflowExecution ?? {};
  return { ...casedFields(workflowId), activity: info.activityType };
}

/** Which case a workflow is of, and its own id where it is none of a case. */
export function casedFields(workflowId: unknown): object {
  if (typeof workflowId !== 'string') return {};
  const caseId = caseOf(workflowId);
  return caseId === workflowId ? { caseId } : { ...(caseId !== undefined && { caseId }), workflowId };
}
