import { readFileSync } from 'node:fs';
import { WorkerLogger } from '../../../cli/worker-logger';

test('a worker logs warnings and errors, and not that the queue of its spool has no workflows', () => {
  const written: string[] = [];
  const logger = new WorkerLogger(({ message }) => void written.push(message));
  logger.info('a poll');
  logger.warn('No workflows registered, not polling for workflow tasks', { taskQueue: 'tocsin/spool-1' });
  logger.warn('a task failed');
  logger.error('the server is away');
  expect(written).toEqual(['a task failed', 'the server is away']);
});

test('the SDK says it in these words', () => {
  const sdk = readFileSync(require.resolve('@temporalio/worker/lib/worker.js'), 'utf8');
  expect(sdk).toContain("logger.warn('No workflows registered");
});
