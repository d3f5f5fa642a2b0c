import { dataDir } from '../platform/folders';
import { isProduction } from '../platform/production';
import { type RunningStack, readRunningStack } from '../platform/stack-file';

/** The local stack that runs on the data folder, whose parts stand in for what is not set. In production there is none. */
export function runningStack(env: NodeJS.ProcessEnv): RunningStack | undefined {
  return isProduction(env) ? undefined : readRunningStack(dataDir(env));
}
