// What this process has appended, in memory that it shares with the thread that signs: all of a stretch, or nothing.
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { RecentLeaves } from '../../../register/log/recent-leaves';

const PLACES = 2 ** 19;
const hashOf = (position: number) => createHash('sha256').update(String(position)).digest('hex');
const hashesOf = (from: number, count: number) =>
  Buffer.from(Array.from({ length: count }, (_, i) => hashOf(from + i)).join(''), 'hex');
const hashesAfter = (recent: RecentLeaves, position: number) => {
  const parts = recent.after(position);
  return parts && Buffer.concat(parts).toString('hex');
};

test('whatever was appended without a gap is given from any place behind which nothing is missing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ gap: fc.constantFrom(0, 0, 0, 3), count: fc.integer({ min: 1, max: 40 }) }), {
        minLength: 1,
        maxLength: 12,
      }),
      (batches) => {
        const recent = new RecentLeaves();
        let [since, last] = [PLACES - 100, PLACES - 101];
        for (const { gap, count } of batches) {
          const first = last + 1 + gap;
          if (gap > 0) since = first;
          recent.add(first, hashesOf(first, count));
          last = first + count - 1;
          for (const position of [since - 2, since - 1, since, last - 1, last]) {
            const expected =
              position >= since - 1 && position < last
                ? hashesOf(position + 1, last - position).toString('hex')
                : undefined;
            expect(hashesAfter(recent, position)).toBe(expected);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a place that was taken by a later entry holds no longer, also while it is being written', () => {
  const recent = new RecentLeaves();
  recent.add(1, hashesOf(1, 10));
  expect(recent.holds(1)).toBe(true);
  const same = Buffer.alloc(32 * 1_000, hashOf(0), 'hex');
  for (let from = 11; from <= PLACES; from += 1_000) {
    recent.add(from, same.subarray(0, 32 * Math.min(1_000, PLACES - from + 1)));
  }
  expect(recent.holds(1)).toBe(true);
  expect(hashesAfter(recent, 0)!.length).toBe(64 * PLACES);
  recent.add(PLACES + 1, same.subarray(0, 32));
  expect(recent.holds(1)).toBe(false);
  expect(recent.after(0)).toBeUndefined();
  expect(hashesAfter(recent, 1)!.length).toBe(64 * PLACES);
});

test('another thread reads what was added here', async () => {
  const recent = new RecentLeaves();
  recent.add(5, hashesOf(5, 3));
  const script = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { RecentLeaves } = require(workerData.module);
    parentPort.postMessage(Buffer.concat(new RecentLeaves(workerData.shared).after(5)).toString('hex'));`;
  const module = require.resolve('../../../dist/register/log/recent-leaves.js');
  const thread = new Worker(script, { eval: true, workerData: { module, shared: recent.shared } });
  const read = await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject));
  await thread.terminate();
  expect(read).toBe(hashOf(6) + hashOf(7));
});
