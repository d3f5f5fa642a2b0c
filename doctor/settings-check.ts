/** Every setting of the process, by the code with which it starts. */
import { isProduction } from '../platform/production';
import { SettingsError } from '../platform/settings/load';
import { guardProblems } from '../settings/guards';
import { loadIntakeSettings } from '../settings/intake';
import { runningStack } from '../settings/running-stack';
import { loadServerSettings } from '../settings/serve';
import { guardedWatchdog, loadWatchdogSettings } from '../settings/watchdog';
import { loadWorkerSettings } from '../settings/worker';
import { type Check, type Found, ok, type PatientName, problem, warning } from './check';

const LOAD = {
  worker: loadWorkerSettings,
  server: loadServerSettings,
  intake: loadIntakeSettings,
  watchdog: loadWatchdogSettings,
} satisfies Record<PatientName, unknown>;

export const settings: Check = {
  about: 'Settings',
  async look({ name, env }) {
    const wrong = problemsOf(() => LOAD[name](env, runningStack(env)));
    if (wrong.length > 0) return wrong.map((each) => problem(each));
    const found: Found[] = [ok(`the ${name} would start with them`)];
    if (isProduction(env)) return found;
    // What production refuses, on a machine that is not told to be one.
    const guarded = name === 'watchdog' ? guardedWatchdog(env, runningStack(env)) : name;
    const later = guardProblems(guarded, { ...env, TOCSIN_ENV: 'production' });
    if (later.length > 0)
      found.push(
        warning(
          `this is not production (TOCSIN_ENV), and examples and local stand-ins are in force, which production would refuse: ${later.map((each) => each.split(':')[0]).join(', ')}`,
          'Before real incidents, set TOCSIN_ENV=production and look again',
        ),
      );
    return found;
  },
};

function problemsOf(load: () => unknown): readonly string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}
