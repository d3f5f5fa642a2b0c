/**
 * Keeps a query from spoiling an incident. When a query meets a worker that does not have the workflow in memory (after
 * a restart), the SDK (core of 1.24) replays everything in the history, also events whose workflow task has not begun.
 * If messages come with that task, they are handled after those events here, but before them in every later replay: the
 * history could never be replayed again. Such an early activation is refused: the query fails and may be repeated, the
 * worker forgets the workflow, and the task is then done whole.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { HISTORY_AHEAD } from '../../domain/kernel/failures';

type Activation = Parameters<
  NonNullable<NonNullable<WorkflowInterceptors['internals']>[number]['activate']>
>[0]['activation'];

/** Jobs that do not come from new events. */
const HARMLESS = new Set(['queryWorkflow', 'removeFromCache', 'initializeWorkflow']);

export const interceptors = (): WorkflowInterceptors => {
  let before: Activation | undefined;
  return {
    internals: [
      {
        activate(input, next) {
          const { activation } = input;
          if (before && isEarly(activation, before)) {
            throw new Error(HISTORY_AHEAD);
          }
          before = activation;
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
  const jobs = (activation.jobs ?? []) as Array<{ variant?: string }>;
  return !activation.isReplaying && grew && sameTime && jobs.some(({ variant }) => !HARMLESS.has(variant ?? ''));
}
