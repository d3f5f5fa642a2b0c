/** The loops of a benchmark take turns, so that a machine that slows down does so for all of them. */
import { median } from './rows';

/**
 * How long a loop goes on before what it does counts: with their first calls 512 callers have 512 incidents begun, each with
 * a key of its own, which is not what the loop measures.
 */
export const WARM_MS = 100;

/** What one kind of loop took in a slice of a round. */
export interface Slice {
  /** Of each call or statement, milliseconds. */
  times: number[];
  rows: number;
  /** How long that took, milliseconds. */
  forMs: number;
}

/** … and in the whole round. */
export class Taken {
  private readonly times: number[] = [];
  private rows = 0;
  private sumMs = 0;

  add({ times, rows, forMs }: Slice): void {
    for (const ms of times) this.times.push(ms);
    this.rows += rows;
    this.sumMs += forMs;
  }

  get perSecond(): number {
    return this.rows / (this.sumMs / 1000);
  }

  get p50Ms(): number {
    return median(this.times);
  }
}
