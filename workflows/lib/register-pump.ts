/**
 * Writes a case's events to the breach register, in order, one batch at a time. While Postgres is away the events
 * wait here, in workflow state: no notice stops, nothing is lost, order is kept.
 */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { activities, UNTIL_DONE } from './activity-calls';
import { utf8Bytes } from './utf8-bytes';

/** Events in one call. */
const BATCH = 100;
/** Bytes in one call, but for a single event that is longer: the server refuses an input above 2 MB. */
const BATCH_BYTES = 500_000;

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

  private nextBatch(): E[] {
    let bytes = 0;
    const fits = (event: E, i: number) => {
      bytes += utf8Bytes(JSON.stringify(event));
      return i === 0 || bytes <= BATCH_BYTES;
    };
    const most = this.queue.slice(0, BATCH);
    const end = most.findIndex((event, i) => !fits(event, i));
    return end < 0 ? most : most.slice(0, end);
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0 && !this.paused) {
      const events = this.nextBatch();
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
