/** The loops of a benchmark take turns, so that a machine that slows down does so for all of them. */
import { median } from './rows';

/** What one kind of loop took in a slice of a round. */
export interface Slice {
  /** Of each call or statement, milliseconds. */
  times: number[];
  rows: number;
  /** How long it took, milliseconds. */
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
