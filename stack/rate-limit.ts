/** What a request gets from the limiter. */
export interface RateDecision {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Seconds until the window is over, at least 1. */
  resetSeconds: number;
}

/** Counts requests in fixed windows of one second, as Resend's `ratelimit-*` headers describe them. */
export class RateLimiter {
  private windowStartedAt = 0;
  private used = 0;

  /** Counts one request against `limit` requests a second. */
  take(limit: number, now: number = Date.now()): RateDecision {
    if (now - this.windowStartedAt >= 1_000) {
      this.windowStartedAt = now;
      this.used = 0;
    }
    const allowed = this.used < limit;
    if (allowed) this.used++;
    const resetSeconds = Math.max(1, Math.ceil((this.windowStartedAt + 1_000 - now) / 1_000));
    return { allowed, limit, remaining: limit - this.used, resetSeconds };
  }
}
