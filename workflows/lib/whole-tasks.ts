/**
 * Keeps a query from spoiling an incident. When a query meets a worker that does not have the workflow in memory (after
 * a restart), the SDK (core of 1.24) replays everything in the history, also events whose workflow task has not begun, or
 * has begun at another worker that hangs. If messages come with the task that then does their work, they are handled after
 * those events here, but before them in every later replay: the history could never be replayed again. So such an early
 * activation is refused, or the query that follows it: the query fails and may be repeated, the worker forgets the workflow,
 * and the task is then done whole.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { HISTORY_AHEAD } from '../../domain/kernel/failures';

type Activation = Parameters<
  NonNullable<NonNullable<WorkflowInterceptors['internals']>[number]['activate']>
>[0]['activation'];

/** Jobs that do not come from new events. */
const HARMLESS = new Set(['queryWorkflow', 'removeFromCache', 'initializeWorkflow']);
/** How the SDK names a query that comes without a workflow task. */
const QUERY_ALONE = 'legacy_query';

export const interceptors = (): WorkflowInterceptors => {
  let before: Activation | undefined;
  /** The latest task follows a replay here: it may be this worker's, or stand in the history as begun by another one. */
  let mayBeOfAnother = false;
  return {
    internals: [
      {
        activate(input, next) {
          const { activation } = input;
          if (before && isEarly(activation, before)) throw new Error(HISTORY_AHEAD);
          // If the task was this worker's, the query is answered once the history shows it done.
          if (mayBeOfAnother && isQueryAlone(activation)) throw new Error(HISTORY_AHEAD);
          if (jobsOf(activation).some(({ variant }) => variant !== 'queryWorkflow')) {
            mayBeOfAnother = !activation.isReplaying && before?.isReplaying === true;
            before = activation;
          }
          next(input);
        },
      },
    ],
  };
};

/** A task begins with an event of its own, which sets the time: new events under the same time have no task yet. */
function isEarly(activation: Activation, before: Activation): boolean {
  const grew = (activation.historyLength ?? 0) > (before.historyLength ?? 0);
  const sameTime =
    String(activation.timestamp?.seconds) === String(before.timestamp?.seconds) &&
    activation.timestamp?.nanos === before.timestamp?.nanos;
  const jobs = jobsOf(activation);
  return !activation.isReplaying && grew && sameTime && jobs.some(({ variant }) => !HARMLESS.has(variant ?? ''));
}

function isQueryAlone(activation: Activation): boolean {
  return jobsOf(activation).some(({ queryWorkflow }) => queryWorkflow?.queryId === QUERY_ALONE);
}

function jobsOf({ jobs }: Activation): Array<{ variant?: string; queryWorkflow?: { queryId?: string | null } | null }> {
  return (jobs ?? []) as ReturnType<typeof jobsOf>;
}
