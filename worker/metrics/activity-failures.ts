/** Counts attempts of activities that failed, by the type of failure: what providers, Postgres and people's settings cause. */
import type { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptors } from '@temporalio/worker';
import { Counter, type Registry } from 'prom-client';
import { FAILURES } from '../../activities/failures';
import { isUnavailable } from '../../postgres/outage';

/** Makes the interceptor; see the table of failures for what each type means. */
export function countFailures(registry: Registry): (context: Context) => ActivityInterceptors {
  const failures = new Counter({
    name: 'tocsin_activity_failures_total',
    help: 'Attempts of activities that failed, by activity and type of failure.',
    labelNames: ['activity', 'type'] as const,
    registers: [registry],
  });
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          if (!wasCancelled(error)) failures.inc({ activity: info.activityType, type: typeOf(error) });
          throw error;
        }
      },
    },
  });
}

/** It says nothing about the work. */
export function wasCancelled(error: unknown): boolean {
  return error instanceof CancelledFailure || (error as Error)?.name === 'AbortError';
}

/** The type of a failure: one of the table; what comes from outside is never a label. */
export function typeOf(error: unknown): string {
  if (error instanceof ApplicationFailure && error.type && Object.hasOwn(FAILURES, error.type)) return error.type;
  return isUnavailable(error) ? 'PostgresUnavailable' : 'other';
}
