/**
 * What activities answer is believed where a worker with the keys gave it, to the very call that was made. An answer or
 * failure of anybody else is none: the work fails, and is done again. What it asks, it says under the seal, so that no
 * worker does it for a workflow of somebody else.
 */
import { ActivityFailure, ApplicationFailure, type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';
import { type Asked, answerTo, type Call, callOf, isFailureTo } from '../../domain/kernel/answer';
import { foreignOf } from '../../domain/kernel/foreign-payload';
import { isSealedHere } from './payload-converter';

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      async scheduleActivity(input, next) {
        const { runId: run, originalExecutionRunId } = workflowInfo();
        const call = `${originalExecutionRunId}/${input.seq}`;
        const made = callOf(call, input.activityType, input.args);
        const asked: Asked = { asked: { run, call, activity: input.activityType } };
        const args = isSealedHere() ? [...input.args, asked] : input.args;
        try {
          return believed(await next({ ...input, args }), made);
        } catch (error) {
          if (isUnbelieved(error, made))
            throw again('the failure of an activity was not given by a worker to this call');
          throw error;
        }
      },
    },
  ],
});

function believed(given: unknown, made: Call): unknown {
  const foreign = foreignOf(given);
  if (foreign) throw again(`the answer to an activity ${foreign.why}`);
  // Without keys nobody can say whose an answer is.
  if (!isSealedHere()) return given;
  const said = answerTo(given, made);
  if (!said) throw again('the answer to an activity was given to another call');
  return said.answer ?? undefined;
}

/** The server itself says that an activity timed out or was cancelled; any other failure comes from whoever works on it. */
function isUnbelieved(error: unknown, made: Call): boolean {
  if (!isSealedHere() || !(error instanceof ActivityFailure)) return false;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return false;
  const { message, type, nonRetryable, details } = cause;
  return !isFailureTo(details?.at(-1), made, { message, type: type ?? null, final: nonRetryable ?? false });
}

function again(why: string): ApplicationFailure {
  return ApplicationFailure.retryable(`${why}: it is done again`);
}
