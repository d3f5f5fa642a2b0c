import { SharedWrites } from './shared-writes';

const MOST_ITEMS = 200;
const MOST_WAITING = 20_000;

/**
 * Keeps items in statements that callers share: a burst holds one connection, and nobody waits in vain for another. Resolves when
 * all items of the call are kept for good; rejects with what `keep` failed with, or when too many wait already.
 */
export function keptTogether<T>(keep: (items: T[]) => Promise<unknown>): (items: T[]) => Promise<void> {
  const writes = new SharedWrites<T, void>({
    mostItems: MOST_ITEMS,
    mostWaiting: MOST_WAITING,
    writers: 1,
    busy: () => new Error('too many requests wait to be stored'),
    write: async (callers) => {
      await keep(callers.flat());
      return callers.map(() => undefined);
    },
  });
  return (items) => writes.add(items);
}
