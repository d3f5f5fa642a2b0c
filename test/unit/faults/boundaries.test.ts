// A worker is killed at both boundaries of every activity: one that nobody kills at has not been shown to survive it.
import { BOUNDARIES } from '../../faults/boundaries';
import { startBench } from '../activities/fixtures';

test('every activity of a worker has its boundaries in the families of faults, and they name no other', async () => {
  const { activities } = await startBench();
  expect(Object.keys(BOUNDARIES).sort()).toEqual(Object.keys(activities).sort());
});
