/** Keeps to the limits that a provider states in its answers; no rate is written down here. */
import { failure } from '../failures';

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
): { retryAfterMs?: number; resetMs?: number; remaining?: number; limit?: number } {
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
  const limit = seconds('ratelimit-limit');
  return {
    ...(retryAfter !== undefined && { retryAfterMs: pauseOf(retryAfter) }),
    ...(reset !== undefined && { resetMs: pauseOf(reset) }),
    ...(remaining !== undefined && { remaining: Math.floor(remaining) }),
    // A window that takes nothing would never open.
    ...(limit !== undefined && { limit: Math.max(1, Math.floor(limit)) }),
  };
}

/** For how many milliseconds an answer asks to be left alone, from one second to `mostMs`; undefined where it does not say. */
export function retryAfterOf({ headers }: Response, mostMs = LONGEST_PAUSE_MS): number | undefined {
  const { retryAfterMs } = waitOf(Object.fromEntries(headers), Date.now());
  return retryAfterMs === undefined ? undefined : Math.min(Math.max(retryAfterMs, 1_000), mostMs);
}

function pauseOf(seconds: number): number {
  return Math.min(seconds * 1000, LONGEST_PAUSE_MS);
}

/** A window that is open: when the next one begins is known once this one is used up and an answer says so. */
const NEXT_ANSWER = Number.POSITIVE_INFINITY;

interface Waiting {
  begin(): void;
  refuse(error: Error): void;
}

/**
 * Holds requests back while the provider's window is used up, and lets them through in turn: one of each party that waits,
 * whoever has how many waiting, so that a status update is not behind a million letters. One for each provider account in a
 * process; what other processes use up is in the same headers.
 */
export class RatePacer {
  /** Those that wait, by party, the party whose turn is next first. */
  private readonly waiting = new Map<string, Waiting[]>();
  /** Requests that may still begin in this window; undefined while the provider has not said. */
  private left: number | undefined;
  /** What the provider last gave a window. */
  private limit: number | undefined;
  private opensAtMs = NEXT_ANSWER;
  /** Begun, and no answer yet. */
  private underWay = 0;
  private timer?: NodeJS.Timeout;

  /**
   * Begins when it is this party's turn and the window is open. Throws MailBusy, with the time of the next one, when that is
   * more than `MAX_INLINE_WAIT_MS` away.
   */
  async turn<T extends { headers: Record<string, string> | null }>(
    party: string,
    request: () => Promise<T>,
  ): Promise<T> {
    await new Promise<void>((begin, refuse) => {
      this.waiting.set(party, [...(this.waiting.get(party) ?? []), { begin, refuse }]);
      this.letThrough();
    });
    let headers: Record<string, string> | null = null;
    try {
      const answer = await request();
      headers = answer.headers;
      return answer;
    } finally {
      this.underWay--;
      this.heard(headers);
    }
  }

  /** Takes note of an answer's headers. */
  private heard(headers: Record<string, string> | null): void {
    const nowMs = Date.now();
    const { retryAfterMs, resetMs, remaining, limit } = waitOf(headers, nowMs);
    this.limit = limit ?? this.limit;
    if (remaining !== undefined) this.left = Math.max(0, remaining - this.underWay);
    const waitMs = retryAfterMs ?? (remaining === 0 ? resetMs : undefined);
    if (waitMs !== undefined) {
      this.left = 0;
      this.opensAt(nowMs + waitMs);
    } else if (this.left === 0) {
      if (resetMs !== undefined) this.opensAt(nowMs + resetMs);
      // Nobody says when, and no other answer is awaited that could.
      else if (this.underWay === 0 && this.opensAtMs === NEXT_ANSWER) this.opensAtMs = nowMs;
    }
    this.letThrough();
  }

  /** The latest of what several answers said. */
  private opensAt(ms: number): void {
    this.opensAtMs = this.opensAtMs === NEXT_ANSWER ? ms : Math.max(this.opensAtMs, ms);
  }

  private letThrough(): void {
    const nowMs = Date.now();
    if (this.left === 0 && nowMs >= this.opensAtMs) {
      this.left = this.limit;
      this.opensAtMs = NEXT_ANSWER;
    }
    while (this.waiting.size > 0 && (this.left === undefined || this.left > 0)) {
      const [party, [first, ...rest]] = this.waiting.entries().next().value!;
      // Behind all others that wait.
      this.waiting.delete(party);
      if (rest.length > 0) this.waiting.set(party, rest);
      if (this.left !== undefined) this.left--;
      this.underWay++;
      first!.begin();
    }
    clearTimeout(this.timer);
    if (this.waiting.size === 0 || this.opensAtMs === NEXT_ANSWER) return;
    const waitMs = Math.max(1, this.opensAtMs - nowMs);
    if (waitMs > MAX_INLINE_WAIT_MS) this.refuseAll(waitMs);
    else this.timer = setTimeout(() => this.letThrough(), waitMs);
  }

  private refuseAll(waitMs: number): void {
    const refused = [...this.waiting.values()].flat();
    this.waiting.clear();
    const text = 'the mail provider asks for a pause; nothing was sent, it is repeated later';
    for (const { refuse } of refused) refuse(failure('MailBusy', text, { nextRetryDelay: waitMs }));
  }
}
