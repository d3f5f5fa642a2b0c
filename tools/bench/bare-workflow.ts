/**
 * What an incident is compared with: a workflow without any domain, which takes the same signals and starts the same
 * numbers of activities, timers and child workflows, step by step as the incident did. As with deliveries, each child
 * reports with a signal.
 */
import {
  CancellationScope,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
} from '@temporalio/workflow';

/** One step: after its signal (the first starts at once) its activities run side by side. */
export interface BareStep {
  activities: number;
  timers: number;
  children: number;
}

interface BareActivities {
  bareActivity(input: { id: string; step: number; payload: string }): Promise<string>;
}

const { bareActivity } = proxyActivities<BareActivities>({ startToCloseTimeout: '60 seconds' });
const poke = defineSignal('poke');
const done = defineSignal('done');

export async function bare(input: {
  id: string;
  steps: BareStep[];
  childActivities: number;
  payload: string;
}): Promise<number> {
  let pokes = 0;
  let open = 0;
  let ran = 0;
  setHandler(poke, () => {
    pokes++;
  });
  setHandler(done, () => {
    open--;
  });
  for (const [step, { activities, timers, children }] of input.steps.entries()) {
    await condition(() => pokes >= step);
    open += children;
    for (let n = 0; n < children; n++) {
      await startChild(bareChild, {
        workflowId: `${input.id}/${step}/${n}`,
        args: [{ id: input.id, step, activities: input.childActivities, payload: input.payload }],
      });
    }
    const scopes = Array.from({ length: timers }, () => new CancellationScope());
    for (const scope of scopes) {
      scope
        .run(() => sleep('10 days'))
        .catch((error) => {
          if (!isCancellation(error)) throw error;
        });
    }
    const { id, payload } = input;
    await Promise.all(Array.from({ length: activities }, () => bareActivity({ id, step, payload })));
    await condition(() => open === 0);
    ran += activities;
    for (const scope of scopes) scope.cancel();
  }
  return ran;
}

/** Stands for a delivery: its activities one after the other, then a signal to the workflow that it serves. */
export async function bareChild(input: {
  id: string;
  step: number;
  activities: number;
  payload: string;
}): Promise<void> {
  for (let n = 0; n < input.activities; n++) await bareActivity(input);
  await getExternalWorkflowHandle(input.id).signal(done);
}
