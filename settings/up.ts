/** What `tocsin up` would run with, looked at before anything is started. */
import { SettingsError } from '../platform/settings/load';
import type { StandIns } from '../platform/settings/stand-ins';
import { loadIntakeSettings } from './intake';
import { loadServerSettings } from './serve';
import { loadWatchdogSettings } from './watchdog';
import { loadWorkerSettings } from './worker';

/** Stands for the parts that are about to start: where they will be is not known yet, only that they will be there. */
const TO_COME: StandIns = {
  databaseUrl: 'postgres://127.0.0.1/to-come',
  mailbox: { url: 'http://127.0.0.1', apiKey: 'to-come' },
  recorder: { cloudflareUrl: 'http://127.0.0.1', hooksUrl: 'http://127.0.0.1', apiToken: 'to-come' },
  site: { url: 'http://127.0.0.1', dir: 'to-come' },
};

/**
 * Checks the settings of all that `up` runs, so that a misspelt one is named at once, and not once the servers are up.
 *
 * @throws SettingsError with every problem of worker, server, intake and watchdog.
 */
export function checkSettingsOfUp(env: NodeJS.ProcessEnv): void {
  const problems = [loadWorkerSettings, loadServerSettings, loadIntakeSettings, loadWatchdogSettings].flatMap((load) =>
    problemsOf(load, env),
  );
  if (problems.length > 0) throw new SettingsError([...new Set(problems)]);
}

function problemsOf(load: (env: NodeJS.ProcessEnv, standIns: StandIns) => unknown, env: NodeJS.ProcessEnv) {
  try {
    load(env, TO_COME);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}
