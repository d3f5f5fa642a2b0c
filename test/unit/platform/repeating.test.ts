import { setTimeout as sleep } from 'node:timers/promises';
import { repeating } from '../../../platform/repeating';
import { until } from '../../setup/until';

const EVERY_MS = 5;

test('pieces that take longer than the pause do not queue up: the end waits for the one under way alone', async () => {
  const underWay: Array<() => void> = [];
  const work = repeating(EVERY_MS, () => new Promise<void>((resolve) => underWay.push(resolve)));
  work.start();
  await until('a piece is under way', () => underWay.length === 1);
  await sleep(20 * EVERY_MS);
  expect(underWay).toHaveLength(1);
  let isOver = false;
  const stopped = work.stop().then(() => {
    isOver = true;
  });
  await sleep(20 * EVERY_MS);
  expect(isOver).toBe(false);
  underWay[0]!();
  await stopped;
  await sleep(20 * EVERY_MS);
  expect(underWay).toHaveLength(1);
});
