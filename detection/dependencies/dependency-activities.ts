/** The dependency check over what is configured, and the list of its patch tasks. */
import { Context } from '@temporalio/activity';
import type { Activities } from '../../activities/types';
import type { Detection } from '../../domain/detection/detection';
import type { DependencyPolicy } from '../../domain/patch/dependencies';
import type { PatchAction, PatchRow } from '../../domain/patch/patch-row';
import type { DependencyCheck } from './check';
import { detectionOf, incompleteDetection } from './detections';
import { planTasks } from './plan';

/** What is known of earlier checks. */
export interface PatchTaskStore {
  /** Has `decide` say what changes; nobody else changes it meanwhile, and nothing is changed when it throws. */
  change(decide: (rows: PatchRow[]) => Promise<PatchRow[]>): Promise<void>;
  pending(limit: number): Promise<PatchAction[]>;
  done(done: Array<{ key: string; revision: number; settled: boolean }>): Promise<void>;
  settle(key: string, round: number): Promise<void>;
}

export interface DependencyPort {
  /** Reads inventories and advisories, whatever they are, and compares. `beat` is called while it works. */
  check(beat: () => void): Promise<DependencyCheck>;
  policy(): DependencyPolicy;
  tasks: PatchTaskStore;
}

export interface DependencyDeps {
  dependencies: DependencyPort;
  detections: { accept(detections: Detection[]): Promise<void> };
}

type DependencyActivities = Pick<
  Activities,
  'checkDependencies' | 'nextPatchActions' | 'donePatchActions' | 'recheckPatchTask' | 'settlePatchTask'
>;

const BEAT_MS = 5_000;

export function dependencyActivities({ dependencies, detections }: DependencyDeps): DependencyActivities {
  return {
    async checkDependencies() {
      const check = await dependencies.check(beat());
      const policy = dependencies.policy();
      await dependencies.tasks.change(async (rows) => {
        const { changed, fresh } = planTasks(rows, check, policy);
        // Before the change is committed: a crash in between raises them again, and each counts once.
        if (fresh.length > 0) await detections.accept(fresh.map(detectionOf));
        return changed;
      });
      const summary = check.summary();
      if (summary.problems.length + summary.undecided > 0) await detections.accept([incompleteDetection(summary)]);
      return summary;
    },
    nextPatchActions: ({ limit }) => dependencies.tasks.pending(limit),
    donePatchActions: ({ done }) => dependencies.tasks.done(done),
    recheckPatchTask: async ({ finding }) => (await dependencies.check(beat())).standingOf(finding),
    settlePatchTask: ({ key, round }) => dependencies.tasks.settle(key, round),
  };
}

/** A heartbeat now and then, however often it is called; and an end when the activity is cancelled. */
function beat(): () => void {
  const context = Context.current();
  let last = 0;
  return () => {
    const now = Date.now();
    if (now - last < BEAT_MS) return;
    last = now;
    context.cancellationSignal.throwIfAborted();
    context.heartbeat();
  };
}
