/** The loops of a benchmark take turns, so that a machine that slows down does so for all of them. */
import { median } from './rows';

/** How long a loop goes on before what it does counts: connections, keys of new incidents. */
export const WARM_MS = 100;

/** What one kind of loop did in its turn. */
export interface Turn {
  /** Of each call, milliseconds; empty where only the rate counts. */
  times: number[];
  rows: number;
  /** How long that took, milliseconds. */
  forMs: number;
}

/** … and in all turns of a round. Each is compared with the other loop's of the same time; the median of these counts. */
export class Turns {
  private readonly p99sMs: number[] = [];
  private readonly rates: number[] = [];

  add({ times, rows, forMs }: Turn): void {
    const sorted = times.sort((a, b) => a - b);
    this.p99sMs.push(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
    this.rates.push(rows / (forMs / 1000));
  }

  get perSecond(): number {
    return median(this.rates);
  }

  get p99Ms(): number {
    return median(this.p99sMs);
  }

  /** Its rows a second by the other's. */
  rateTo(other: Turns): number {
    return median(this.rates.map((rate, turn) => rate / other.rates[turn]!));
  }

  /** What 99 of 100 of its calls took at most, by the same of the other. */
  p99To(other: Turns): number {
    return median(this.p99sMs.map((ms, turn) => ms / other.p99sMs[turn]!));
  }
}
