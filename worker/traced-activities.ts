/** Activities as spans in the trace of their case. */
import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { kindOf } from '../client/kinds';
import { caseOf } from '../domain/kernel/case-of';
import { traced } from '../platform/tracing/tracing';
import { typeOf, wasCancelled } from './metrics/activity-failures';

/** An interceptor of activities. It neither reads nor changes what they are given or answer. */
export function tracing({ info }: Context): ActivityInterceptors {
  const { workflowId = '', runId = '' } = info.workflowExecution ?? {};
  const caseId = workflowId === '' ? undefined : caseOf(workflowId);
  return {
    inbound: {
      execute: (input, next) =>
        traced(
          {
            name: `activity ${info.activityType}`,
            kind: 'internal',
            ...(caseId !== undefined && { caseId }),
            attributes: {
              ...(caseId !== undefined && {
                'tocsin.case.id': caseId,
                'tocsin.case.kind': kindOf(caseId) ?? 'incident',
              }),
              'temporal.workflow.id': workflowId,
              'temporal.run.id': runId,
              'temporal.activity.type': info.activityType,
              'temporal.activity.attempt': info.attempt,
            },
            failureOf: typeOf,
            wasCancelled,
          },
          () => next(input),
        ),
    },
  };
}
