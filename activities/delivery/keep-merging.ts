/** Brings what lies in this disk's spool into Postgres once it is back, also where the workflow did not wait for it. */
import type { Log } from '../../platform/log';
import { type Repeating, repeating } from '../../platform/repeating';
import type { Ledgers } from './ledgers';

const EVERY_MS = 15_000;

/** Begins when it is started. */
export function keepMerging(
  ledgers: Pick<Ledgers, 'mergeSpool' | 'isUnavailable'>,
  log: Log,
  everyMs = EVERY_MS,
): Repeating {
  return repeating(everyMs, async () => {
    try {
      await ledgers.mergeSpool();
    } catch (error) {
      if (!ledgers.isUnavailable(error))
        log.error({ error: (error as Error).name }, 'the spool cannot be merged: repair its folder');
    }
  });
}
