/** What the activities of a worker with keys answer: each answer and each failure says to which call it is one. */
import type { Context } from '@temporalio/activity';
import {
  ApplicationFailure,
  CancelledFailure,
  defaultPayloadConverter,
  ensureApplicationFailure,
} from '@temporalio/common';
import type { ActivityInterceptors } from '@temporalio/worker';
import { type Answer, CALL_HEADER, callOf, type FailedAnswer } from '../domain/kernel/answer';

/** An interceptor of activities. `workflows/lib/answers.ts` reads what it says. */
export function answering({ info }: Context): ActivityInterceptors {
  return {
    inbound: {
      async execute(input, next): Promise<Answer> {
        const header = input.headers[CALL_HEADER];
        const call = header ? defaultPayloadConverter.fromPayload<string>(header) : '';
        const to = callOf(call, info.activityType, input.args);
        try {
          // A key with no value would be lost on its way.
          return { to, answer: (await next(input)) ?? null };
        } catch (error) {
          // These two say nothing about the work: it was cancelled.
          if (error instanceof CancelledFailure || (error as Error)?.name === 'AbortError') throw error;
          const { message, type, nonRetryable, details, nextRetryDelay, category, cause, stack } =
            ensureApplicationFailure(error);
          const said: FailedAnswer = { to, type: type ?? null, final: nonRetryable ?? false };
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
