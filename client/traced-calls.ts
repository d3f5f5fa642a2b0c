/** What is asked of Temporal for a case as spans: declarations, messages. Queries are not: they cause nothing. */
import type { ClientInterceptors, WorkflowClientInterceptor } from '@temporalio/client';
import { caseOf } from '../domain/kernel/case-of';
import { isTracing, traced } from '../platform/tracing/tracing';
import { kindOf } from './kinds';

/** For a client of Temporal; nothing where nothing is traced. */
export function tracedCalls(): { interceptors?: ClientInterceptors } {
  return isTracing() ? { interceptors: { workflow: [interceptor] } } : {};
}

const interceptor: WorkflowClientInterceptor = {
  startWithDetails: (input, next) =>
    call('start', input.workflowType, input.options.workflowId, () => next(input), true),
  signal: (input, next) => call('signal', input.signalName, input.workflowExecution.workflowId, () => next(input)),
  signalWithStart: (input, next) => call('signal', input.signalName, input.options.workflowId, () => next(input)),
  startUpdate: (input, next) => call('update', input.updateName, input.workflowExecution.workflowId, () => next(input)),
  startUpdateWithStart: (input, next) =>
    call('update', input.updateName, input.workflowStartOptions.workflowId, () => next(input)),
};

/** @param what the type of a workflow or the name of a message, which are our own words. */
function call<T>(
  verb: 'start' | 'signal' | 'update',
  what: string,
  workflowId: string | null | undefined,
  act: () => Promise<T>,
  starts = false,
): Promise<T> {
  const caseId = workflowId ? caseOf(workflowId) : undefined;
  return traced(
    {
      name: `${verb} ${what}`,
      kind: 'client',
      ...(caseId !== undefined && { caseId }),
      attributes: {
        ...(caseId !== undefined && { 'tocsin.case.id': caseId, 'tocsin.case.kind': kindOf(caseId) ?? 'incident' }),
        'tocsin.call': verb,
      },
      isDeclaration: starts && caseId === workflowId,
    },
    act,
  );
}
