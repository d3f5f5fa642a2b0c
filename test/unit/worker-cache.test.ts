/** As many incidents are kept in memory as the heap has room for. */
import { noopMetricMeter } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time';
import { DefaultLogger } from '@temporalio/worker';
import { compileWorkerOptions } from '@temporalio/worker/lib/worker-options';
import { TASK_TIMEOUT } from '../../domain/case/contract';
import { cacheSize, TASKS_AT_ONCE, workflowLimits } from '../../worker/cache-size';

const GB = 1024 ** 3;

test('half of the heap, at the measured size of an incident; a few at least', () => {
  expect(cacheSize(4 * GB)).toBe(3303);
  expect(cacheSize(2 * GB)).toBe(1651);
  expect(cacheSize(10_000_000)).toBe(10);
});

test('what is kept never fills the heap', () => {
  const [measured, large] = [520_000, 1_200_000];
  for (const heap of [GB / 4, GB, 4 * GB, 16 * GB]) {
    expect(cacheSize(heap) * measured).toBeLessThanOrEqual(heap / 2);
    expect(cacheSize(heap) * large).toBeLessThan(heap);
  }
});

/** After so long the server takes a workflow task for lost: https://docs.temporal.io/encyclopedia/detecting-workflow-failures */
const TASK_TIMEOUT_MS = 10_000;
/** A replay of a sleeping incident on a machine that has a tenth of a core left for the worker. */
const SLOW_REPLAY_MS = 1_500;

test('the tasks that a worker takes at once end in time, though each replays its history on a busy machine', () => {
  expect(workflowLimits().maxConcurrentWorkflowTaskExecutions).toBe(TASKS_AT_ONCE);
  expect(TASKS_AT_ONCE * SLOW_REPLAY_MS).toBeLessThan(TASK_TIMEOUT_MS);
  // The SDK takes no less where workflows are kept in memory.
  expect(TASKS_AT_ONCE).toBeGreaterThanOrEqual(2);
});

test('no step of a workflow is cut while the server waits for its task, as a cut ends the process', () => {
  const options = { taskQueue: 'tocsin', ...workflowLimits() };
  const { isolateExecutionTimeoutMs } = compileWorkerOptions(options, new DefaultLogger('ERROR'), noopMetricMeter);
  expect(isolateExecutionTimeoutMs).toBeGreaterThanOrEqual(2 * msToNumber(TASK_TIMEOUT));
  // Until it is cut, a step that never ends blocks all cases of its worker.
  expect(isolateExecutionTimeoutMs).toBeLessThanOrEqual(120_000);
});
