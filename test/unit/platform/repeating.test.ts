import { setTimeout as sleep } from 'node:timers/promises';
import { repeating } from '../../../platform/repeating';

test('pieces that take longer than the pause do not queue up: the end waits for the one under way alone', async () => {
  let [begun, atOnce, most] = [0, 0, 0];
  const work = repeating(5, async () => {
    begun++;
    most = Math.max(most, ++atOnce);
    await sleep(200);
    atOnce--;
  });
  work.start();
  await sleep(300);
  const before = begun;
  const stoppedAt = Date.now();
  await work.stop();
  expect([begun - before, most]).toEqual([0, 1]);
  expect(Date.now() - stoppedAt).toBeLessThan(250);
});

test('the end waits for the piece under way', async () => {
  let done = false;
  const work = repeating(5, async () => {
    await sleep(50);
    done = true;
  });
  work.start();
  await sleep(20);
  await work.stop();
  expect(done).toBe(true);
});
