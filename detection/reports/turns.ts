const MOST_WAITING = 300;

/**
 * Reports are stored one after the other, so that they can be counted: whoever waits does so here and not for one of the
 * pool's connections, which would give up after some seconds.
 */
export class Turns {
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** Does something in its turn; undefined when too many wait. */
  async take<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.waiting >= MOST_WAITING) return undefined;
    this.waiting++;
    const done = this.last.then(work).finally(() => {
      this.waiting--;
    });
    this.last = done.catch(() => undefined);
    return done;
  }
}
