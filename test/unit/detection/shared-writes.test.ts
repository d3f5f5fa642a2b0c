/** Callers share a write; what is wrong with one of them costs that one alone. */
import fc from 'fast-check';
import { SharedWrites } from '../../../detection/shared-writes';

function writes(write: (items: string[]) => Promise<void>, writers = 1) {
  const groups: string[][][] = [];
  const shared = new SharedWrites<string, number>({
    mostItems: 100,
    mostWaiting: 1_000,
    writers,
    busy: () => new Error('busy'),
    write: async (callers) => {
      groups.push(callers);
      await write(callers.flat());
      return callers.map((items) => items.length);
    },
  });
  return { shared, groups };
}

test('whichever callers are refused, all others are written, each once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 3 }),
      async (bad, writers) => {
        const kept: string[] = [];
        const { shared } = writes(async (items) => {
          await Promise.resolve();
          if (items.some((item) => item.startsWith('bad'))) throw new Error('violates check constraint');
          kept.push(...items);
        }, writers);
        const calls = bad.map((isBad, n) => shared.add([`${isBad ? 'bad' : 'good'} ${n}`]));
        const outcomes = await Promise.allSettled(calls);
        expect(outcomes.map(({ status }) => status)).toEqual(bad.map((isBad) => (isBad ? 'rejected' : 'fulfilled')));
        expect(kept.sort()).toEqual(bad.flatMap((isBad, n) => (isBad ? [] : [`good ${n}`])).sort());
      },
    ),
    { numRuns: 200 },
  );
});

test('while Postgres is away nobody is tried again by himself', async () => {
  const { shared, groups } = writes(() => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })));
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => shared.add([String(n)])));
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  expect(groups).toHaveLength(2);
});
