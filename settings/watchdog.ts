/** What the watchdog is set up with. */
import { isProduction } from '../platform/production';
import { loadSettings } from '../platform/settings/load';
import type { StandIns } from '../platform/settings/stand-ins';
import { WATCHDOG_GROUPS } from './groups';
import { type Guarded, guardProblems } from './guards';
import { misspelt } from './misspelt';

export type WatchdogProcess = ReturnType<typeof loadWatchdogSettings>;

/**
 * Reads the settings of the watchdog, by the same rules as those of a worker. One that tells by its webhook alone needs no
 * account for mail.
 *
 * @throws SettingsError
 */
export function loadWatchdogSettings(env: NodeJS.ProcessEnv, standIns?: StandIns) {
  const guarded = guardedWatchdog(env, standIns);
  const { mail: _, ...withoutMail } = WATCHDOG_GROUPS;
  const groups: Omit<typeof WATCHDOG_GROUPS, 'mail'> & Partial<typeof WATCHDOG_GROUPS> =
    guarded === 'watchdog' ? WATCHDOG_GROUPS : withoutMail;
  const found = [...misspelt(env), ...guardProblems(guarded, env)];
  const { process, connection: _connection, temporal, ...others } = loadSettings(groups, env, standIns, found);
  return { ...others, ...temporal, dataDir: process.dataDir, production: isProduction(env) };
}

/** As which of the two it is guarded: whether anybody is to hear from it by mail. Where nothing is set that is asked for with the rest. */
export function guardedWatchdog(env: NodeJS.ProcessEnv, standIns: StandIns | undefined): Guarded {
  const mails =
    env.TOCSIN_WATCHDOG_MAIL ||
    env.TOCSIN_WATCHDOG_MAIL_LATER ||
    !env.TOCSIN_WATCHDOG_WEBHOOK_URL ||
    (standIns !== undefined && !isProduction(env));
  return mails ? 'watchdog' : 'watchdog without mail';
}
