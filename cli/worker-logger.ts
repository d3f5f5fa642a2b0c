/** What Temporal's SDK logs of a worker, its native part included, as lines of the worker's own log. */
import type { LogMetadata } from '@temporalio/common';
import { DefaultLogger, type LogEntry, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';
import { faultFields } from '../platform/log';
import { casedFields } from '../worker/log';

/** The queue of a data folder's spool has activities alone, by intent: the SDK takes that for an oversight at each start. */
const BY_INTENT = 'No workflows registered';

/** Warnings and errors, without the one that is none here. */
export class WorkerLogger extends DefaultLogger {
  constructor(write: (entry: LogEntry) => void) {
    super('WARN', write);
  }

  override log(level: LogLevel, message: string, meta?: LogMetadata): void {
    if (!message.startsWith(BY_INTENT)) super.log(level, message, meta);
  }
}

/** Native messages go the same way as all others. Each level that the logger takes. */
export const LOGGED_OF_SDK = { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } as const;

/** Writes entries of the SDK into a log. */
export function into(log: Logger): (entry: LogEntry) => void {
  return ({ level, message, meta }) => log[level === 'ERROR' ? 'error' : 'warn'](fieldsOf(meta), message);
}

/** By name in the SDK, the fields that are kept: never an argument, a result or a token of a task. */
const KEPT: Record<string, string> = {
  activityType: 'activity',
  attempt: 'attempt',
  workflowType: 'workflowType',
  workflowRunId: 'runId',
  runId: 'runId',
  taskQueue: 'taskQueue',
  namespace: 'namespace',
  sdkComponent: 'sdk',
};

function fieldsOf(meta: LogMetadata = {}): object {
  const fields = Object.entries(KEPT).flatMap(([name, ours]) => {
    const value = meta[name] as unknown;
    return typeof value === 'string' || typeof value === 'number' ? [[ours, value]] : [];
  });
  return {
    ...casedFields(meta.workflowId ?? meta.workflow_id),
    ...Object.fromEntries(fields),
    ...(meta.error !== undefined && faultFields(withoutDetails(meta.error))),
  };
}

/** Of a status of gRPC, which the native part gives as text, its code and message: behind them stand headers. */
function withoutDetails(error: unknown): unknown {
  return typeof error === 'string' ? error.replace(/, (?:details: b"|metadata: ).*$/s, '') : error;
}
