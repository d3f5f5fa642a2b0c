/**
 * Writes a case's events to the breach register, in order, one batch at a time. While Postgres is away the events
 * wait here, in workflow state: no notice stops, nothing is lost, order is kept.
 */
import { CancellationScope, isCancellation, patched, sleep } from '@temporalio/workflow';
import { BACKLOG_BYTES } from '../../domain/case/carry';
import { writtenAgain } from '../../domain/case/written-again';
import { firstWithin, jsonBytes } from '../../domain/kernel/bytes';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { activities, failureDetails, failureType, UNTIL_DONE } from './activity-calls';

/** Bytes that another workflow takes over at once. */
const SURPLUS_BYTES = 900_000;
/** Events in one call. */
const BATCH = 100;
/** Bytes in one call, but for a single event that is longer: the server refuses an input above 2 MB. */
const BATCH_BYTES = 500_000;

export class RegisterPump<E extends RecordedEvent = RecordedEvent> {
  private queue: E[] = [];
  /** The first event that another workflow writes, until it is known that it has. */
  private elsewhereFrom: number | undefined;
  private paused = false;
  private scope = new CancellationScope();
  running = false;

  /**
   * @param changed called when everything is written. @param onFailure called when the register refused entries.
   * @param kept the latest events of the case, written or not; without it, what is written waits for whoever writes before it.
   * @param onFork called once when the register has another content under a number; nothing is written from then on.
   */
  constructor(
    private readonly changed: () => void,
    private readonly onFailure: (error: unknown) => void,
    private readonly kept?: () => E[],
    private readonly onFork?: (entry: number) => void,
  ) {}

  get backlog(): number {
    const [first] = this.queue;
    return first ? this.queue.at(-1)!.seq - (this.elsewhereFrom ?? first.seq) + 1 : 0;
  }

  /** Goes on with what a run before left, of which another workflow writes what comes before, from `elsewhereFrom` on. */
  takeUp(events: E[], elsewhereFrom: number | undefined): void {
    this.queue.push(...events);
    this.elsewhereFrom = elsewhereFrom;
  }

  add(events: E[]): void {
    this.queue.push(...events);
  }

  queued(): { backlog: E[]; elsewhereFrom?: number } {
    const { elsewhereFrom } = this;
    return { backlog: [...this.queue], ...(elsewhereFrom !== undefined && { elsewhereFrom }) };
  }

  /** The oldest events, where a new run could not take all of them along; empty where it can. */
  surplus(): E[] {
    if (this.queue.length < 2 || jsonBytes(this.queue) <= BACKLOG_BYTES) return [];
    return this.queue.slice(0, Math.max(2, firstWithin(this.queue, SURPLUS_BYTES)));
  }

  /**
   * Another workflow writes these from now on. The last of them stays here too: as the register takes no entry before the
   * one that it follows, it is taken only when all before it are written, and that it is there already is no error.
   */
  handedOver(events: E[]): void {
    this.elsewhereFrom ??= events[0]!.seq;
    const last = events.at(-1)!.seq;
    this.queue = this.queue.filter(({ seq }) => seq >= last);
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
    return (this.elsewhereFrom ?? this.queue[0]?.seq ?? Number.POSITIVE_INFINITY) > seq;
  }

  private nextBatch(): E[] {
    return this.queue.slice(0, firstWithin(this.queue, BATCH_BYTES, BATCH));
  }

  /**
   * The register was restored from a backup that ends before entries of this case: they are written again, as far as this
   * run has them. False when it is something else, or they are older than what a run keeps.
   */
  private writesAgain(error: unknown, first: number): boolean {
    if (failureType(error) !== 'RegisterBehind') return false;
    const lost = writtenAgain(this.kept?.() ?? [], failureDetails(error)[0], first);
    if (!lost) return false;
    this.queue.unshift(...lost);
    return true;
  }

  private isForked(error: unknown): boolean {
    if (!this.onFork || failureType(error) !== 'RegisterForked' || !patched('a-fork-stops')) return false;
    const [entry] = failureDetails(error);
    this.onFork(typeof entry === 'number' ? entry : this.queue[0]!.seq);
    return true;
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0 && !this.paused) {
      const events = this.nextBatch();
      const [first, last] = [events[0]!.seq, events.at(-1)!.seq];
      try {
        const follows = !this.kept || this.elsewhereFrom !== undefined;
        const which = first === last ? `entry ${first}` : `entries ${first}–${last}`;
        await activities(UNTIL_DONE, `write register ${which}`).appendEntries({
          events,
          ...(follows && { follows }),
        });
        this.queue.splice(0, events.length);
        this.elsewhereFrom = undefined;
      } catch (error) {
        if (isCancellation(error)) throw error;
        if (this.writesAgain(error, first)) continue;
        if (this.isForked(error)) return;
        // A fault that a person must look at. Nothing is dropped meanwhile.
        this.onFailure(error);
        await sleep('15 minutes', { summary: 'the register refused entries; trying again' });
      }
    }
  }
}
