/**
 * Writes a case's events to the breach register, in order, one batch at a time. While Postgres is away the events
 * wait here, in workflow state: no notice stops, nothing is lost, order is kept.
 */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { activities, UNTIL_DONE } from './activity-calls';

/** Events in one call: far below the payload limit. */
const BATCH = 100;

export class RegisterPump<E extends RecordedEvent = RecordedEvent> {
  private queue: E[] = [];
  private paused = false;
  private scope = new CancellationScope();
  running = false;

  /** @param changed called when everything is written. @param onFailure called when the register refused entries. */
  constructor(
    private readonly changed: () => void,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  get backlog(): number {
    return this.queue.length;
  }

  add(events: E[]): void {
    this.queue.push(...events);
  }

  queued(): E[] {
    return [...this.queue];
  }

  /** Begins to write what is queued; true when this call began it. */
  start(): boolean {
    this.paused = false;
    if (this.running || this.queue.length === 0) return false;
    this.running = true;
    if (this.scope.consideredCancelled) this.scope = new CancellationScope();
    this.scope
      .run(() => this.drain())
      .catch((error) => {
        if (!isCancellation(error)) throw error;
      })
      .finally(() => {
        this.running = false;
        this.changed();
      });
    return true;
  }

  /** Ends after the batch that is being written. */
  pause(): void {
    this.paused = true;
  }

  cancel(): void {
    this.scope.cancel();
  }

  /** True when everything up to this number is in the register. */
  hasWritten(seq: number): boolean {
    return this.queue.every((event) => event.seq > seq);
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0 && !this.paused) {
      const events = this.queue.slice(0, BATCH);
      const [first, last] = [events[0]!.seq, events.at(-1)!.seq];
      try {
        await activities(UNTIL_DONE, `register entries ${first}–${last}`).appendEntries({ events });
        this.queue.splice(0, events.length);
      } catch (error) {
        if (isCancellation(error)) throw error;
        // Another entry stands under this number: a fault that a person must look at. Nothing is dropped meanwhile.
        this.onFailure(error);
        await sleep('15 minutes', { summary: 'the register refused entries; trying again' });
      }
    }
  }
}
