/** What the watchdog is set up with. */
import { isProduction } from '../platform/production';
import { loadSettings } from '../platform/settings/load';
import type { StandIns } from '../platform/settings/stand-ins';
import { WATCHDOG_GROUPS } from './groups';
import { guardProblems } from './guards';
import { misspelt } from './misspelt';

export type WatchdogProcess = ReturnType<typeof loadWatchdogSettings>;

/** Reads the settings of the watchdog, by the same rules as those of a worker. @throws SettingsError */
export function loadWatchdogSettings(env: NodeJS.ProcessEnv, standIns?: StandIns) {
  const {
    process,
    connection: _,
    temporal,
    ...others
  } = loadSettings(WATCHDOG_GROUPS, env, standIns, [...misspelt(env), ...guardProblems('watchdog', env)]);
  return { ...others, ...temporal, dataDir: process.dataDir, production: isProduction(env) };
}
