/** How the processes end that run until they are stopped. */

import { END_WITHIN_MS, stillWaitedFor } from '../platform/ending';
import type { Log } from '../platform/log';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Resolves at Ctrl-C or SIGTERM, with the signal. A second one ends the process at once; with a `log`, `endWithin` ends it in time. */
export function untilStopped(log?: Log): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      for (const each of SIGNALS) {
        process.removeListener(each, stop);
        process.once(each, () => process.exit(130));
      }
      if (log) endWithin(log);
      resolve(signal);
    };
    for (const each of SIGNALS) process.once(each, stop);
  });
}

let isEnding = false;

/** Whatever this process still waits for after `ms`: it says so and ends, with exit code 1. */
export function endWithin(log: Log, ms = END_WITHIN_MS): void {
  if (isEnding) return;
  isEnding = true;
  setTimeout(() => {
    log.error({ cut: stillWaitedFor(), afterMs: ms }, 'the process did not end in time and is cut short');
    process.exit(1);
  }, ms).unref();
}
