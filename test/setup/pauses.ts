import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The pauses between two looks at what a test waits for: short at first, longer the longer nothing happens. A look at a
 * workflow is a query that its worker answers with the whole state, and many that wait would leave it no time to work.
 */
export class Pauses {
  constructor(
    private nextMs: number,
    private readonly mostMs: number,
  ) {}

  async next(): Promise<void> {
    const ms = this.nextMs;
    this.nextMs = Math.min(ms * 1.5, this.mostMs);
    await sleep(ms);
  }
}
