/** The watchdog in this process. */
import { createResendMail } from '../activities/mail/resend-mail';
import { connectTo, type TemporalTarget } from '../client/connect';
import type { TocsinClient } from '../client/tocsin-client';
import { atEnd } from '../platform/ending';
import { createLog } from '../platform/log';
import { createPool } from '../postgres/pool';
import type { WatchdogProcess } from '../settings/watchdog';
import { Watchdog } from '../watchdog/watchdog';

export interface RunningWatchdog {
  watchdog: Watchdog;
  stop(): Promise<void>;
}

/** Makes the watchdog; `start` of it begins to look. While Temporal is away it connects anew at each look. */
export function createWatchdog(settings: WatchdogProcess, target: () => TemporalTarget): RunningWatchdog {
  const pool = createPool(settings.databaseUrl, { refusePower: settings.production });
  let client: Promise<TocsinClient> | undefined;
  const watchdog = new Watchdog(
    {
      pool,
      async temporal() {
        client ??= connectTo(target(), settings.encryptionKeys, settings.taskQueue);
        return client.catch((error: unknown) => {
          client = undefined;
          throw error;
        });
      },
      taskQueue: settings.taskQueue,
      mail: settings.mail && createResendMail(settings.mail),
      dataDir: settings.dataDir,
      log: createLog('watchdog'),
    },
    settings.watchdog,
  );
  return {
    watchdog,
    async stop() {
      await atEnd('what the watchdog has begun to tell', watchdog.stop());
      const closed = client?.then((connected) => connected.close());
      await atEnd('connections of the watchdog', Promise.allSettled([closed, pool.end()]));
    },
  };
}
