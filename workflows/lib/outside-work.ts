/**
 * Has work done outside, each piece once at a time. Whatever fails, and however, is alarmed and done again later: it never
 * fails the workflow's task, which would stop every clock.
 */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { Work } from '../../domain/case/lifecycle';

/** What follows the end of a piece of work: it is done, or it goes on and reports with a signal. */
export type Ended = 'done' | 'reports-later';

/** How long work that has failed for good rests before it is done again. */
const LATER = '15 minutes';

export class OutsideWork {
  private readonly inFlight = new Set<string>();
  /** Those in flight that go on by themselves and outlive this run, such as deliveries. */
  private readonly reporting = new Set<string>();
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

  /** Idle, but for what outlives this run. */
  isQuiet(): boolean {
    return this.inFlight.size === this.reporting.size;
  }

  /** Begins a piece of work, unless it is in flight. */
  start(work: Work, perform: () => Promise<Ended>): void {
    if (this.inFlight.has(work.key)) return;
    this.inFlight.add(work.key);
    this.scope
      .run(() => this.once(work, perform))
      .catch((error) => {
        if (!isCancellation(error)) throw error;
        this.ended(work.key);
      })
      .finally(this.changed);
  }

  /** What reports with a signal has done so. */
  ended(key: string): void {
    this.inFlight.delete(key);
    this.reporting.delete(key);
  }

  /** Cuts what is in flight: all work is safe to repeat. */
  cut(): void {
    this.scope.cancel();
    this.scope = new CancellationScope();
  }

  private async once(work: Work, perform: () => Promise<Ended>): Promise<void> {
    try {
      const ended = await perform();
      // It may have reported already.
      if (ended === 'reports-later' && this.inFlight.has(work.key)) this.reporting.add(work.key);
      else this.ended(work.key);
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.onFailure(work, error);
      await sleep(LATER, { summary: `again: ${work.key}`.slice(0, 100) });
      this.ended(work.key);
    }
  }
}
