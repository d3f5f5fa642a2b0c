import { dataDir } from '../platform/folders';
import { isProduction } from '../platform/production';
import { type RunningStack, readRunningStack } from '../platform/stack-file';

/** The local stack that runs on the data folder, whose parts stand in for what is not set. In production there is none. */
export function runningStack(env: NodeJS.ProcessEnv): RunningStack | undefined {
  const stack = isProduction(env) ? undefined : readRunningStack(dataDir(env));
  if (!stack || !env.TEMPORAL_ADDRESS || env.TEMPORAL_ADDRESS === stack.temporal.address) return stack;
  // Another Temporal than the stack's knows nothing of its keys.
  return { ...stack, temporal: { ...stack.temporal, encryptionKeys: undefined } };
}
