/** What Temporal's SDK logs of a worker: warnings and errors, without the one that is none here. */
import type { LogMetadata } from '@temporalio/common';
import { DefaultLogger, type LogEntry, type LogLevel } from '@temporalio/worker';

/** The queue of a data folder's spool has activities alone, by intent: the SDK takes that for an oversight at each start. */
const BY_INTENT = 'No workflows registered';

/** Writes to standard error, or calls `write`. */
export class WorkerLogger extends DefaultLogger {
  constructor(write?: (entry: LogEntry) => void) {
    super('WARN', write);
  }

  override log(level: LogLevel, message: string, meta?: LogMetadata): void {
    if (!message.startsWith(BY_INTENT)) super.log(level, message, meta);
  }
}
