/** What the SDK hands to a workflow is done, or refused where it is ahead of the workflow task that it belongs to. */
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { HISTORY_AHEAD } from '../../domain/kernel/failures';
import { interceptors } from '../../workflows/lib/whole-tasks';

type Internals = NonNullable<WorkflowInterceptors['internals']>[number];
type Activated = Parameters<NonNullable<Internals['activate']>>[0];
type Concluded = Parameters<NonNullable<Internals['concludeActivation']>>[0];

const UPDATE = { variant: 'doUpdate' };
const SIGNAL = { variant: 'signalWorkflow' };
const TIMER = { variant: 'fireTimer' };
const ACTIVITY = { variant: 'resolveActivity' };
const QUERY_ALONE = { variant: 'queryWorkflow', queryWorkflow: { queryId: 'legacy_query' } };
const QUERY_OF_TASK = { variant: 'queryWorkflow', queryWorkflow: { queryId: 'af6e0086' } };

const REFUSED = { updateResponse: { rejected: {} } };
const ACCEPTED = { updateResponse: { accepted: {} } };
const ANSWERED = { respondToQuery: {} };
const CANCELLED = { requestCancelActivity: {} };

/** Activations of one workflow on one worker. */
class Instance {
  private readonly internals = interceptors().internals![0]!;

  /** @param events of the history that it was handed so far. @param at second in which the latest task of them began. */
  gets(jobs: object[], events: number, at: number, { replay = false, leaves = [] as object[] } = {}): void {
    const timestamp = { seconds: at, nanos: 0 };
    const activation = { jobs, historyLength: events, timestamp, isReplaying: replay };
    this.internals.activate!({ activation, batchIndex: 0 } as unknown as Activated, () => undefined);
    this.internals.concludeActivation?.({ commands: leaves } as unknown as Concluded, (input) => input);
  }
}

let instance: Instance;
beforeEach(() => {
  instance = new Instance();
  instance.gets([{ variant: 'initializeWorkflow' }], 3, 1);
});

test.each([
  ['a timer', TIMER],
  ['a signal', SIGNAL],
  ['an end of a child', { variant: 'resolveChildWorkflowExecution' }],
])('events under the numbers of a task that was dropped, as it refused: %s is not done before its task', (_, job) => {
  // Tasks of refused updates, due and begun as events 10 and 11; the server drops them.
  for (const at of [2, 3]) instance.gets([UPDATE], 11, at, { leaves: [REFUSED] });
  instance.gets([QUERY_OF_TASK], 11, 3, { leaves: [ANSWERED] });
  // Event 10, and 11 for the task that is due.
  expect(() => instance.gets([job], 11, 3)).toThrow(HISTORY_AHEAD);
});

test('the same after a query that was answered in between', () => {
  instance.gets([UPDATE], 11, 2, { leaves: [REFUSED] });
  instance.gets([QUERY_ALONE], 9, 2, { replay: true, leaves: [ANSWERED] });
  expect(() => instance.gets([TIMER], 11, 2)).toThrow(HISTORY_AHEAD);
});

test('the task itself is done, whether the one that refused was dropped or kept', () => {
  instance.gets([UPDATE], 11, 2, { leaves: [REFUSED] });
  instance.gets([TIMER, UPDATE], 12, 3, { leaves: [ACCEPTED] });
  instance.gets([UPDATE], 20, 4, { leaves: [REFUSED] });
  instance.gets([SIGNAL], 24, 5);
});

test('what follows from a task within it is done: an activity that it cancelled ends at once', () => {
  instance.gets([UPDATE], 11, 2, { leaves: [ACCEPTED, CANCELLED] });
  instance.gets([ACTIVITY], 11, 2);
});

test('a task that began without anything to do here sets the time, too: a query told of it', () => {
  instance.gets([UPDATE], 11, 2, { leaves: [ACCEPTED] });
  instance.gets([QUERY_ALONE], 15, 3, { replay: true, leaves: [ANSWERED] });
  expect(() => instance.gets([ACTIVITY], 19, 3)).toThrow(HISTORY_AHEAD);
});

test('an update is done once, though a query brings it again', () => {
  instance.gets([UPDATE], 11, 2, { leaves: [ACCEPTED] });
  expect(() => instance.gets([UPDATE], 11, 2)).toThrow(HISTORY_AHEAD);
});

test('after a restart: events without a task are refused, and a query while another worker may have the task', () => {
  instance.gets([UPDATE], 11, 2, { replay: true, leaves: [ACCEPTED] });
  expect(() => instance.gets([ACTIVITY], 16, 2)).toThrow(HISTORY_AHEAD);
  instance.gets([ACTIVITY], 17, 3);
  expect(() => instance.gets([QUERY_ALONE], 17, 3, { replay: true })).toThrow(HISTORY_AHEAD);
});
