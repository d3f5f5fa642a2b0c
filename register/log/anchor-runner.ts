/** Hands checkpoints to one anchor, at its own pace: neither signing nor another anchor ever waits for it. */
import type { Anchor } from './anchor';

const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 5 * 60_000;
/** How often an anchor that is not yet due is asked again. */
const NOT_DUE_MS = 60_000;

/** Of several checkpoints that wait, the newest alone is handed over: its tree holds the others. */
export class AnchorRunner {
  private newest: string | undefined;
  private working: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopped = false;

  /**
   * @param onProblem hears of every failure; it is tried again after 5 s at first, after 5 min at most.
   * @param firstRetryMs for tests.
   */
  constructor(
    private readonly anchor: Anchor,
    private readonly onProblem: (anchor: Anchor, error: Error) => void,
    private readonly firstRetryMs = FIRST_RETRY_MS,
  ) {}

  /** A checkpoint was signed. */
  offer(note: string): void {
    this.newest = note;
    // Between two tries the newer one takes the place of the one that waits.
    if (this.working === undefined && this.timer === undefined) this.start();
  }

  /** Another worker signs, and hands over what waits. */
  drop(): void {
    this.newest = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.failures = 0;
  }

  /** Ends after the hand-over under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  private start(): void {
    this.timer = undefined;
    if (this.stopped) return;
    this.working = this.work().finally(() => (this.working = undefined));
  }

  private async work(): Promise<void> {
    while (this.newest !== undefined && !this.stopped) {
      const note = this.newest;
      try {
        const anchoring = await this.anchor.put(note);
        this.failures = 0;
        if (this.newest === undefined) return;
        if (anchoring === 'waits') return this.again(NOT_DUE_MS);
        if (this.newest === note) this.newest = undefined;
      } catch (error) {
        // Dropped meanwhile.
        if (this.newest === undefined) return;
        this.onProblem(this.anchor, error as Error);
        return this.again(Math.min(this.firstRetryMs * 2 ** this.failures++, LAST_RETRY_MS));
      }
    }
  }

  private again(afterMs: number): void {
    this.timer = setTimeout(() => this.start(), afterMs);
    this.timer.unref();
  }
}
