/**
 * The activities of a worker with keys: they work for a run of the workers alone, which says so under the seal, and each
 * answer and each failure says to which call it is one. `workflows/lib/answers.ts` is the other side.
 */
import type { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, ensureApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptors } from '@temporalio/worker';
import { type Answer, askedIn, callOf, type FailedAnswer } from '../domain/kernel/answer';

/** An interceptor of activities. Refused is what was asked by another run, of another activity, or by nobody. */
export function answering({ info }: Context): ActivityInterceptors {
  return {
    inbound: {
      async execute(input, next): Promise<Answer> {
        const asked = askedIn(input.args);
        if (asked?.run !== info.workflowExecution?.runId || asked?.activity !== info.activityType)
          throw ApplicationFailure.nonRetryable('no workflow of the workers asks for this', 'NotAsked');
        const args = input.args.slice(0, -1);
        const to = callOf(asked.call, asked.activity, args);
        try {
          // A key with no value would be lost on its way.
          return { to, answer: (await next({ ...input, args })) ?? null };
        } catch (error) {
          // These two say nothing about the work: it was cancelled.
          if (error instanceof CancelledFailure || (error as Error)?.name === 'AbortError') throw error;
          const { message, type, nonRetryable, details, nextRetryDelay, category, cause, stack } =
            ensureApplicationFailure(error);
          const said: FailedAnswer = { to, message, type: type ?? null, final: nonRetryable ?? false };
          const failed = ApplicationFailure.create({
            message,
            type: type ?? undefined,
            nonRetryable: nonRetryable ?? false,
            details: [...(details ?? []), said],
            nextRetryDelay,
            category: category ?? undefined,
            cause,
          });
          failed.stack = stack;
          throw failed;
        }
      },
    },
  };
}
