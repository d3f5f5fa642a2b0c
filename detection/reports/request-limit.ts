/** Rate limits by key, in bounded memory: whoever was forgotten starts anew, and the limit for all still holds. */
import { LRUCache } from 'lru-cache';
import { TokenBucket } from '../../platform/token-bucket';

const MOST_KEYS = 10_000;

export class RequestLimit {
  private readonly buckets = new LRUCache<string, TokenBucket>({ max: MOST_KEYS });

  /**
   * @param perMinute requests of one key in a minute.
   * @param now the present instant, ms since the epoch.
   */
  constructor(
    private readonly perMinute: number,
    private readonly now: () => number,
  ) {}

  /** Whether a key has asked for nothing of late. */
  isNew(key: string): boolean {
    return !this.buckets.has(key) || this.buckets.peek(key)!.isFull(this.now());
  }

  /** Counts a request. Answers the seconds until the next one is let in; 0: this one is let in. */
  take(key: string): number {
    const now = this.now();
    const bucket = this.buckets.get(key) ?? new TokenBucket(this.perMinute, now);
    this.buckets.set(key, bucket);
    return bucket.take(now);
  }
}
