/** Where accepted detections go: the inbox and, while Postgres is away, straight to Temporal. */
import type { Detection } from '../../../domain/detection/detection';
import { within } from '../../../platform/within';
import { unavailable } from '../server/receiver';
import type { Inbox } from './accept';
import type { HandOver } from './settled';

/** A commit that takes longer counts as an outage; should it succeed after all, the case counts the detection once. */
const COMMIT_MS = 5_000;
/**
 * Temporal's client tries for about 20 s; a sender is told before it gives up. GitHub does after 10 s
 * (docs.github.com, "Best practices for using webhooks"). A hand-over that succeeds after all counts once, too.
 */
const HAND_OVER_MS = 4_000;
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
    const outcomes = await Promise.allSettled(
      detections.map((detection) => within(HAND_OVER_MS, handOver(detection), 'the hand-over is late')),
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw unavailable(outcome.reason);
      if (outcome.value.state === 'ignored') throw unavailable({ code: 'ignored-while-postgres-away' });
    }
  };
  return async (detections) => {
    if (Date.now() >= restUntil) {
      try {
        await within(COMMIT_MS, inbox.accept(detections), 'the commit is late');
        return;
      } catch (error) {
        restUntil = Date.now() + REST_MS;
        onOutage(error);
      }
    }
    await straight(detections);
  };
}
