/** Counts requests by key in windows of a minute, in bounded memory. */
import { LRUCache } from 'lru-cache';

const WINDOW_MS = 60_000;
/** Keys remembered: whoever was forgotten starts again at nothing, and the limit for all still holds. */
const MOST_KEYS = 10_000;

interface Window {
  startedMs: number;
  count: number;
}

export class RequestLimit {
  private readonly windows = new LRUCache<string, Window>({ max: MOST_KEYS });

  /**
   * @param perMinute requests of one key in a minute.
   * @param now the present instant, ms since the epoch.
   */
  constructor(
    private readonly perMinute: number,
    private readonly now: () => number,
  ) {}

  /** Counts a request. Answers the seconds until the next one is let in; 0: this one is let in. */
  take(key: string): number {
    const nowMs = this.now();
    let window = this.windows.get(key);
    if (!window || nowMs - window.startedMs >= WINDOW_MS || nowMs < window.startedMs) {
      window = { startedMs: nowMs, count: 0 };
      this.windows.set(key, window);
    }
    if (window.count >= this.perMinute) return Math.max(1, Math.ceil((window.startedMs + WINDOW_MS - nowMs) / 1000));
    window.count++;
    return 0;
  }
}
