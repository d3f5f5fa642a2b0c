/** The one timer of an incident: for the next deadline, recomputed from absolute instants whenever anything changes. */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

export class DeadlineTimer {
  private armedMs: number | undefined;
  private scope: CancellationScope | undefined;

  /** `ring` reads the state again before it acts: what was done meanwhile rings nothing. */
  constructor(private readonly ring: () => void) {}

  /**
   * Arms for a real instant (ms since the epoch) or, with `undefined`, disarms. The summary shows in the Web UI. True when
   * that changed anything.
   */
  arm(atMs: number | undefined, summary: string): boolean {
    if (atMs === this.armedMs) return false;
    this.cancel();
    if (atMs === undefined) return true;
    this.armedMs = atMs;
    const scope = new CancellationScope();
    this.scope = scope;
    scope
      .run(() => sleep(Math.max(1, atMs - Date.now()), { summary }))
      .then(() => {
        this.armedMs = undefined;
        this.ring();
      })
      .catch((error) => {
        if (!isCancellation(error)) throw error;
      });
    return true;
  }

  cancel(): void {
    this.armedMs = undefined;
    this.scope?.cancel();
    this.scope = undefined;
  }
}
