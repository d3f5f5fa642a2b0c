/** Brings what lies in this disk's spool into Postgres once it is back, also where the workflow did not wait for it. */
import type { Log } from '../../platform/log';
import type { Ledgers } from './ledgers';

const EVERY_MS = 15_000;

export function keepMerging(ledgers: Pick<Ledgers, 'mergeSpool' | 'isUnavailable'>, log: Log, everyMs = EVERY_MS) {
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  const merge = async () => {
    try {
      await ledgers.mergeSpool();
    } catch (error) {
      if (!ledgers.isUnavailable(error))
        log.error({ error: (error as Error).name }, 'the spool cannot be merged: repair its folder');
    }
  };
  return {
    start() {
      timer = setInterval(() => {
        working = working.then(merge);
      }, everyMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}
