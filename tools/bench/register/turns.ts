/** The loops of a benchmark take turns, so that a machine that slows down does so for all of them. */
import { median } from './rows';

/**
 * How long a loop goes on before what it does counts: with their first calls 512 callers have 512 incidents begun, each with
 * a key of its own, which is not what the loop measures.
 */
export const WARM_MS = 100;

/** What one kind of loop did in its turn. */
export interface Turn {
  /** Of each call or statement, milliseconds. */
  times: number[];
  rows: number;
  /** How long that took, milliseconds. */
  forMs: number;
}

/** … and in all turns of a round. Each is compared with the other loop's of the same time; the median of these counts. */
export class Turns {
  private readonly p50sMs: number[] = [];
  private readonly rates: number[] = [];

  add({ times, rows, forMs }: Turn): void {
    this.p50sMs.push(median(times));
    this.rates.push(rows / (forMs / 1000));
  }

  get perSecond(): number {
    return median(this.rates);
  }

  get p50Ms(): number {
    return median(this.p50sMs);
  }

  /** Its rows a second by the other's. */
  rateTo(other: Turns): number {
    return median(this.rates.map((rate, turn) => rate / other.rates[turn]!));
  }

  /** What half of its calls took at most, by the same of the other. */
  p50To(other: Turns): number {
    return median(this.p50sMs.map((ms, turn) => ms / other.p50sMs[turn]!));
  }
}
