import { readFileSync } from 'node:fs';
import { ApplicationFailure } from '@temporalio/common';
import pino from 'pino';
import { into, WorkerLogger } from '../../../cli/worker-logger';

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

describe('what the SDK says becomes lines of the log', () => {
  const lines: Array<Record<string, unknown>> = [];
  const logger = new WorkerLogger(
    into(pino({ level: 'trace' }, { write: (line: string) => void lines.push(JSON.parse(line)) })),
  );
  afterEach(() => void lines.splice(0));

  test('with the case, and nothing that was given to an activity or came of it', () => {
    logger.warn('Activity failed', {
      sdkComponent: 'activity',
      workflowId: 'INC-1/enterprise-notice/1',
      workflowRunId: 'run-1',
      activityType: 'sendBatches',
      attempt: 3,
      taskToken: 'secret-token',
      args: ['ann@example.com'],
      error: ApplicationFailure.create({
        message: 'the mail provider is away',
        type: 'MailUnavailable',
        details: ['ann@example.com'],
      }),
    });
    expect(lines[0]).toMatchObject({
      msg: 'Activity failed',
      caseId: 'INC-1',
      workflowId: 'INC-1/enterprise-notice/1',
      runId: 'run-1',
      activity: 'sendBatches',
      attempt: 3,
      sdk: 'activity',
      error: 'MailUnavailable',
      problem: 'the mail provider is away',
    });
    expect(JSON.stringify(lines)).not.toMatch(/secret-token|ann@/);
  });

  test('of the native part with what went wrong', () => {
    logger.warn('gRPC call poll_workflow_task_queue retried 15 times', {
      sdkComponent: 'core',
      error:
        'Status { code: Unavailable, message: "connection refused", details: b"x", metadata: MetadataMap { headers: {"set-cookie": "secret"} } }',
    } as never);
    expect(lines[0]).toMatchObject({
      sdk: 'core',
      problem: 'Status { code: Unavailable, message: "connection refused"',
    });
  });

  test('of the native part without headers, also where it gives no details', () => {
    const error =
      'Status { code: Unavailable, message: "away", metadata: MetadataMap { headers: {"set-cookie": "secret"} } }';
    logger.warn('gRPC call retried', { sdkComponent: 'core', error } as never);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  test('of a workflow of no case with its own id', () => {
    logger.error('Failed to process a workflow task', { workflowId: 'audit-watch-2026-04-01T00:00:00Z' });
    expect([lines[0]!.caseId, lines[0]!.workflowId]).toEqual([undefined, 'audit-watch-2026-04-01T00:00:00Z']);
  });
});
