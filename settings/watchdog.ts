/** What the watchdog is set up with. */
import { isProduction } from '../platform/production';
import { loadSettings } from '../platform/settings/load';
import type { StandIns } from '../platform/settings/stand-ins';
import { WATCHDOG_GROUPS } from './groups';
import { guardProblems } from './guards';
import { misspelt } from './misspelt';

export type WatchdogProcess = ReturnType<typeof loadWatchdogSettings>;

/**
 * Reads the settings of the watchdog, by the same rules as those of a worker. One that tells by its webhook alone needs no
 * account for mail.
 *
 * @throws SettingsError
 */
export function loadWatchdogSettings(env: NodeJS.ProcessEnv, standIns?: StandIns) {
  const mails = tellsByMail(env, standIns);
  const { mail: _, ...withoutMail } = WATCHDOG_GROUPS;
  const groups: Omit<typeof WATCHDOG_GROUPS, 'mail'> & Partial<typeof WATCHDOG_GROUPS> = mails
    ? WATCHDOG_GROUPS
    : withoutMail;
  const found = [...misspelt(env), ...guardProblems(mails ? 'watchdog' : 'watchdog without mail', env)];
  const { process, connection: _connection, temporal, ...others } = loadSettings(groups, env, standIns, found);
  return { ...others, ...temporal, dataDir: process.dataDir, production: isProduction(env) };
}

/** Whether anybody is to hear from it by mail. Where nothing is set that is asked for with the rest. */
function tellsByMail(env: NodeJS.ProcessEnv, standIns: StandIns | undefined): boolean {
  if (env.TOCSIN_WATCHDOG_MAIL || env.TOCSIN_WATCHDOG_MAIL_LATER) return true;
  return !env.TOCSIN_WATCHDOG_WEBHOOK_URL || (standIns !== undefined && !isProduction(env));
}
