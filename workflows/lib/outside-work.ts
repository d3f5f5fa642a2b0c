/**
 * Has work done outside, each piece once at a time. Whatever fails, and however, is alarmed and done again later: it never
 * fails the workflow's task, which would stop every clock.
 */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { Work } from '../../domain/case/lifecycle';

/** How long work that has failed for good rests before it is done again. */
const LATER = '15 minutes';

export class OutsideWork {
  private readonly inFlight = new Set<string>();
  /** Those in flight of which all that is left goes on without this run, such as a delivery. */
  private readonly elsewhere = new Set<string>();
  private scope = new CancellationScope();

  /** @param changed called when a piece has ended. @param onFailure called with the work and what it failed with. */
  constructor(
    private readonly changed: () => void,
    private readonly onFailure: (work: Work, error: unknown) => void,
  ) {}

  keys(): string[] {
    return [...this.inFlight];
  }

  isIdle(): boolean {
    return this.inFlight.size === 0;
  }

  /** Idle, but for what goes on without this run. */
  isQuiet(): boolean {
    return this.inFlight.size === this.elsewhere.size;
  }

  /** Waits for what goes on without this run: a new run need not wait for it, and asks for it again. */
  async waitElsewhere<T>(key: string, wait: () => Promise<T>): Promise<T> {
    this.elsewhere.add(key);
    this.changed();
    try {
      return await wait();
    } finally {
      this.elsewhere.delete(key);
    }
  }

  /** Begins a piece of work, unless it is in flight. */
  start(work: Work, perform: () => Promise<void>): void {
    if (this.inFlight.has(work.key)) return;
    this.inFlight.add(work.key);
    this.scope
      .run(() => this.once(work, perform))
      .catch((error) => {
        if (!isCancellation(error)) throw error;
        this.inFlight.delete(work.key);
      })
      .finally(this.changed);
  }

  /** A piece of work is done, before what follows from its outcome is decided. */
  ended(key: string): void {
    this.inFlight.delete(key);
  }

  /** Cuts what is in flight: all work is safe to repeat. */
  cut(): void {
    this.scope.cancel();
    this.scope = new CancellationScope();
  }

  private async once(work: Work, perform: () => Promise<void>): Promise<void> {
    try {
      await perform();
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.onFailure(work, error);
      await sleep(LATER, { summary: `again: ${work.key}`.slice(0, 100) });
    }
    this.inFlight.delete(work.key);
  }
}
