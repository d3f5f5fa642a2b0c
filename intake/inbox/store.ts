/** Where accepted detections go: the inbox and, while Postgres is away, straight to Temporal. */
import type { Detection } from '../../domain/detection';
import { unavailable } from '../server/receiver';
import type { Inbox } from './accept';
import type { HandOver } from './settled';

/** A commit that takes longer counts as an outage; should it succeed after all, the case counts the detection once. */
const COMMIT_MS = 5_000;
/** After an outage was seen, Postgres is not asked for that long: the sender waits for Temporal only. */
const REST_MS = 2_000;

/**
 * Stores detections for good, in Postgres or in Temporal. Rejects with a Refusal (503) when neither takes them: also for
 * one that a rule ignores while Postgres is away, as then nothing could count it.
 */
export function createStore(
  inbox: Pick<Inbox, 'accept'>,
  handOver: HandOver,
  onOutage: (error: unknown) => void = () => undefined,
): (detections: Detection[]) => Promise<void> {
  let restUntil = 0;
  const straight = async (detections: Detection[]) => {
    const outcomes = await Promise.allSettled(detections.map(handOver));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw unavailable(outcome.reason);
      if (outcome.value.state === 'ignored') throw unavailable({ code: 'ignored-while-postgres-away' });
    }
  };
  return async (detections) => {
    if (Date.now() >= restUntil) {
      try {
        await within(COMMIT_MS, inbox.accept(detections));
        return;
      } catch (error) {
        restUntil = Date.now() + REST_MS;
        onOutage(error);
      }
    }
    await straight(detections);
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(Object.assign(new Error('the commit is late'), { code: 'late' })), ms);
    });
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
