/** Keeps to the limits that a provider states in its answers; no rate is written down here. */

/** Waits this long at most within one call; a longer wait is left to Temporal's retry. */
export const MAX_INLINE_WAIT_MS = 10_000;

/**
 * A provider, or whoever answers in its place, may ask for a pause of years: mail is tried again after this at the latest, as a
 * duty to tell people weighs more than one request too many.
 */
export const LONGEST_PAUSE_MS = 60 * 60_000;

/** Reads `ratelimit-*` and `retry-after` (RFC 9110: seconds or a date) of an answer, in milliseconds from now: `LONGEST_PAUSE_MS` at most. */
export function waitOf(
  headers: Record<string, string> | null,
  nowMs: number,
): { retryAfterMs?: number; resetMs?: number; remaining?: number } {
  const seconds = (name: string) => {
    const text = headers?.[name]?.trim();
    if (!text) return undefined;
    if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
    return undefined;
  };
  const date = Date.parse(headers?.['retry-after'] ?? '');
  const retryAfter = seconds('retry-after') ?? (Number.isNaN(date) ? undefined : Math.max(0, (date - nowMs) / 1000));
  const reset = seconds('ratelimit-reset');
  const remaining = seconds('ratelimit-remaining');
  return {
    ...(retryAfter !== undefined && { retryAfterMs: pauseOf(retryAfter) }),
    ...(reset !== undefined && { resetMs: pauseOf(reset) }),
    ...(remaining !== undefined && { remaining }),
  };
}

function pauseOf(seconds: number): number {
  return Math.min(seconds * 1000, LONGEST_PAUSE_MS);
}

/** Holds requests back while the provider's window is used up. One for each provider account in a process. */
export class RatePacer {
  private freeAtMs = 0;

  /** Waits until the window is open again, but no longer than `MAX_INLINE_WAIT_MS`. */
  async turn(): Promise<void> {
    const waitMs = Math.min(this.freeAtMs - Date.now(), MAX_INLINE_WAIT_MS);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }

  /** Takes note of an answer's headers. */
  heard(headers: Record<string, string> | null): void {
    const nowMs = Date.now();
    const { retryAfterMs, resetMs, remaining } = waitOf(headers, nowMs);
    const waitMs = retryAfterMs ?? (remaining === 0 ? resetMs : undefined);
    if (waitMs !== undefined) this.freeAtMs = Math.max(this.freeAtMs, nowMs + waitMs);
  }
}
