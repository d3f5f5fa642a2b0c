/** As many incidents are kept in memory as the heap has room for. */
import { cacheSize } from '../../worker/cache-size';

const GB = 1024 ** 3;

test('half of the heap, at the measured size of an incident; a few at least', () => {
  expect(cacheSize(4 * GB)).toBe(933);
  expect(cacheSize(2 * GB)).toBe(466);
  expect(cacheSize(10_000_000)).toBe(10);
});

test('what is kept never fills the heap', () => {
  for (const heap of [GB / 4, GB, 4 * GB, 16 * GB]) expect(cacheSize(heap) * 2_300_000).toBeLessThanOrEqual(heap / 2);
});
