/**
 * Keeps a query from spoiling an incident. When a query meets a worker that does not have the workflow in memory (after
 * a restart), or that the server hands the whole history with it, the SDK (core of 1.24) handles everything in the history, also
 * events whose workflow task has not begun, or has begun at another worker that hangs. If messages come with the task that then
 * does their work, they are handled after those events here, but before them in every later replay: the history could never be
 * replayed again. So such an early activation is refused, or the query that follows it: the query fails and may be repeated, the
 * worker forgets the workflow, and the task is then done whole.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { HISTORY_AHEAD } from '../../domain/kernel/failures';

type Internals = NonNullable<WorkflowInterceptors['internals']>[number];
type Activation = Parameters<NonNullable<Internals['activate']>>[0]['activation'];
type Commands = Parameters<NonNullable<Internals['concludeActivation']>>[0]['commands'];

/** Jobs that do not come from new events. */
const HARMLESS = new Set(['queryWorkflow', 'removeFromCache', 'initializeWorkflow']);
const UPDATE = 'doUpdate';
/** How the SDK names a query that comes without a workflow task. */
const QUERY_ALONE = 'legacy_query';
/** The events of a task that leaves nothing but refusals: that it is due, and has begun. The server mostly drops them. */
const DROPPED_EVENTS = 2;

/** How far a workflow is: when its latest task began, and with which event of its history. */
interface Stand {
  beganAt: string;
  events: number;
}

export const interceptors = (): WorkflowInterceptors => {
  let stand: Stand | undefined;
  let wasReplay = false;
  /** The latest task answered with refusals alone: other events may come under the numbers of its own. */
  let onlyRefused = false;
  /** The latest task follows a replay here: it may be this worker's, or stand in the history as begun by another one. */
  let mayBeOfAnother = false;
  return {
    internals: [
      {
        activate(input, next) {
          const { activation } = input;
          const { isReplaying = false } = activation;
          if (isQueryAlone(activation)) {
            // If the task was this worker's, the query is answered once the history shows it done.
            if (mayBeOfAnother) throw new Error(HISTORY_AHEAD);
            stand = standOf(activation);
            onlyRefused = false;
          } else if (jobsOf(activation).some(({ variant }) => variant !== 'queryWorkflow')) {
            const reached = standOf(activation);
            const settled = stand && { ...stand, events: stand.events - (onlyRefused ? DROPPED_EVENTS : 0) };
            if (settled && !isReplaying && isEarly(activation, reached, settled)) throw new Error(HISTORY_AHEAD);
            mayBeOfAnother = !isReplaying && wasReplay;
            wasReplay = isReplaying === true;
            stand = reached;
            onlyRefused = false;
          }
          next(input);
        },
        concludeActivation(input, next) {
          onlyRefused ||= input.commands.length > 0 && input.commands.every(isRefusal);
          return next(input);
        },
      },
    ],
  };
};

/**
 * A task begins with an event of its own, which sets the time: new events under the same time have no task yet. An update comes
 * with a task alone: under the same time it is one that was done, which the SDK brings once more.
 */
function isEarly(activation: Activation, reached: Stand, settled: Stand): boolean {
  if (reached.beganAt !== settled.beganAt) return false;
  const isNew = reached.events > settled.events;
  return jobsOf(activation).some(({ variant = '' }) => (isNew ? !HARMLESS.has(variant) : variant === UPDATE));
}

function standOf({ timestamp, historyLength }: Activation): Stand {
  return { beganAt: `${timestamp?.seconds}.${timestamp?.nanos}`, events: historyLength ?? 0 };
}

function isQueryAlone(activation: Activation): boolean {
  return jobsOf(activation).some(({ queryWorkflow }) => queryWorkflow?.queryId === QUERY_ALONE);
}

function isRefusal({ updateResponse }: Commands[number]): boolean {
  return Boolean(updateResponse?.rejected);
}

function jobsOf({ jobs }: Activation): Array<{ variant?: string; queryWorkflow?: { queryId?: string | null } | null }> {
  return (jobs ?? []) as ReturnType<typeof jobsOf>;
}
