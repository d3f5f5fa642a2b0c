/** What is around each activity, from the outside in. */
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { isTracing } from '../platform/tracing/tracing';
import { answering } from './answers';
import { tracing } from './traced-activities';

/** @param sealed the worker has keys, so its activities say to which call they answer. @param inside further ones, nearest to the work. */
export function activityInterceptors(
  sealed: boolean,
  inside: readonly ActivityInterceptorsFactory[],
): ActivityInterceptorsFactory[] {
  // What is inside of the answers sees what the work itself threw.
  return [...(sealed ? [answering] : []), ...(isTracing() ? [tracing] : []), ...inside];
}
