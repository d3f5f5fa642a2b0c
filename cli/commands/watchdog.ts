/** `tocsin watchdog`: watches from outside that what the register says is open does run. */
import type { Command } from 'commander';
import { refused } from '../../client/errors';
import { plural } from '../../domain/kernel/plural';
import { findingDetails, findingText } from '../../domain/watch/finding-text';
import { dataDir } from '../../platform/folders';
import { readRunningStack } from '../../platform/stack-file';
import { wrap } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { untilStopped } from '../until-stopped';
import { verb } from '../verb';

interface Options extends CommonOptions {
  once?: boolean;
}

export function watchdogCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'watchdog',
    'Watch over the clocks from outside: tell people when an open incident or case has no running workflow, when no ' +
      'worker runs, when Temporal or Postgres is away. `up` runs one; in production run it on a machine of its own.',
    'watchdog --once   # look now; exit code 1 if anything is wrong',
  )
    .option('--once', 'look once, print what is wrong, and end')
    .action(async (options: Options) => {
      const { temporalTarget } = await import('../connect.js');
      const { loadWatchdogSettings } = await import('../../settings/watchdog.js');
      const { createWatchdog } = await import('../run-watchdog.js');
      const { logOfProcess } = await import('../long-running.js');
      const settings = loadWatchdogSettings(shell.env, readRunningStack(dataDir(shell.env)));
      const { watchdog, stop } = createWatchdog(settings, () => temporalTarget(shell.env));
      try {
        if (options.once) return await lookOnce(shell, watchdog, options.json === true);
        const log = logOfProcess(shell, 'watchdog');
        const stopped = untilStopped(log);
        watchdog.start();
        const { mail, webhook, pingUrl, everyMs } = settings.watchdog;
        const ways = [...mail, ...(webhook ? ['the webhook'] : [])].join(', ');
        shell.out.line(`Looking every ${everyMs / 1000} s; it tells ${ways}. Ctrl-C stops it.`);
        if (!pingUrl)
          shell.out.line(
            "No dead man's switch is set (TOCSIN_WATCHDOG_PING_URL): nobody is told if the watchdog itself ends.",
          );
        shell.log = log;
        await stopped;
      } finally {
        await stop();
      }
    });
}

async function lookOnce(
  shell: Shell,
  watchdog: import('../../watchdog/watchdog').Watchdog,
  json: boolean,
): Promise<void> {
  const { at, found } = await watchdog.look();
  if (json) shell.out.json({ at, found });
  else if (found.length === 0)
    shell.out.line('Every open incident and case of the register has a running workflow, and a worker runs.');
  else
    for (const finding of found) {
      for (const line of wrap(findingText(finding, at), shell.out.width)) shell.out.line(line);
      for (const line of findingDetails(finding, at)) shell.out.line(`    ${line}`);
    }
  if (found.length > 0) throw refused(`${plural(found.length, 'fault')} found`);
}
