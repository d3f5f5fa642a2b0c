/** A rate limit: `perMinute` requests may come at once, and as many in each minute after that. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;
  private readonly perMs: number;

  constructor(
    private readonly perMinute: number,
    now: number,
  ) {
    this.tokens = perMinute;
    this.filledAt = now;
    this.perMs = perMinute / 60_000;
  }

  /** Whether nothing was taken that has not come back. */
  isFull(now: number): boolean {
    return this.tokens + Math.max(0, now - this.filledAt) * this.perMs >= this.perMinute;
  }

  /** Takes one. Answers 0 when it was there, else the whole seconds after which one will be. */
  take(now: number): number {
    // A clock that was set back gives nothing and takes nothing.
    const elapsed = Math.max(0, now - this.filledAt);
    this.tokens = Math.min(this.perMinute, this.tokens + elapsed * this.perMs);
    this.filledAt = now;
    if (this.tokens >= 1) {
      this.tokens--;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - this.tokens) / this.perMs / 1000));
  }
}
