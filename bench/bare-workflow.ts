/**
 * What an incident is compared with: a workflow without any domain, which takes the same signals and starts the same
 * numbers of activities, timers and child workflows, step by step as the incident did.
 */
import {
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
} from '@temporalio/workflow';

/** One step: after its signal (the first starts at once) the activities of each wave run side by side. */
export interface BareStep {
  waves: number[];
  timers: number;
  children: number;
}

interface BareActivities {
  bareActivity(input: { id: string; step: number; payload: string }): Promise<string>;
}

const { bareActivity } = proxyActivities<BareActivities>({ startToCloseTimeout: '60 seconds' });
const poke = defineSignal('poke');

export async function bare(input: {
  id: string;
  steps: BareStep[];
  childWaves: number;
  payload: string;
}): Promise<number> {
  let pokes = 0;
  let done = 0;
  setHandler(poke, () => {
    pokes++;
  });
  for (const [step, { waves, timers, children }] of input.steps.entries()) {
    await condition(() => pokes >= step);
    for (let n = 0; n < children; n++) {
      await startChild(bareChild, {
        workflowId: `${input.id}/${step}/${n}`,
        args: [{ id: input.id, step, waves: input.childWaves, payload: input.payload }],
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
    for (const [wave, width] of waves.entries()) {
      const payload = wave === waves.length - 1 ? `last ${step}` : input.payload;
      await Promise.all(Array.from({ length: width }, () => bareActivity({ id: input.id, step, payload })));
      done += width;
    }
    for (const scope of scopes) scope.cancel();
  }
  return done;
}

/** Stands for a delivery: its activities one after the other. */
export async function bareChild(input: { id: string; step: number; waves: number; payload: string }): Promise<void> {
  for (let wave = 0; wave < input.waves; wave++) await bareActivity(input);
}
