/** Writes that callers share (group commit): who comes while a write is under way shares the next one. */
import { isUnavailable } from '../postgres/outage';

export interface SharedWritesOptions<T, R> {
  /** Items of one write: enough that a burst costs few, little enough that none takes long. */
  mostItems: number;
  /** Items that may wait; beyond it a caller is refused with `busy()`. */
  mostWaiting: number;
  /** Writes at the same time. */
  writers: number;
  busy(): Error;
  /** Writes the items of several callers, and gives the answer to each of them. */
  write(callers: T[][]): Promise<R[]>;
  /** What is done after the callers were answered, before the next write. Must not reject. */
  afterwards?(): Promise<unknown>;
}

interface Waiting<T, R> {
  items: T[];
  resolve(answer: R): void;
  reject(error: unknown): void;
}

/** A queue of callers over a few writers. */
export class SharedWrites<T, R> {
  private readonly queue: Waiting<T, R>[] = [];
  private waiting = 0;
  private writing = 0;

  constructor(private readonly options: SharedWritesOptions<T, R>) {}

  /** Resolves when all of them were written. Rejects with `busy()`, or with what the write of them failed with. */
  add(items: T[]): Promise<R> {
    return new Promise((resolve, reject) => {
      const { mostWaiting, busy } = this.options;
      // A caller who is alone is taken whole.
      if (this.waiting > 0 && this.waiting + items.length > mostWaiting) throw busy();
      this.waiting += items.length;
      this.queue.push({ items, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    while (this.writing < this.options.writers && this.queue.length > 0) {
      this.writing++;
      void this.writeGroup(this.nextGroup()).finally(() => {
        this.writing--;
        this.next();
      });
    }
  }

  private nextGroup(): Waiting<T, R>[] {
    let items = 0;
    let end = 0;
    while (end < this.queue.length && (end === 0 || items + this.queue[end]!.items.length <= this.options.mostItems)) {
      items += this.queue[end++]!.items.length;
    }
    this.waiting -= items;
    return this.queue.splice(0, end);
  }

  private async writeGroup(group: Waiting<T, R>[]): Promise<void> {
    try {
      const answers = await this.options.write(group.map(({ items }) => items));
      for (const [index, { resolve }] of group.entries()) resolve(answers[index]!);
    } catch (error) {
      if (group.length === 1 || isUnavailable(error)) {
        for (const { reject } of group) reject(error);
        return;
      }
      // What Postgres refuses costs its own caller, and nobody who shares the write.
      for (const each of group) await this.writeGroup([each]);
      return;
    }
    await this.options.afterwards?.();
  }
}
