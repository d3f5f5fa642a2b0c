/** What the intake server is set up with. */
import { isProduction } from '../platform/production';
import { loadSettings } from '../platform/settings/load';
import type { StandIns } from '../platform/settings/stand-ins';
import { INTAKE_GROUPS } from './groups';
import { guardProblems } from './guards';
import { misspelt } from './misspelt';

/** Reads the settings of the intake, by the same rules as those of a worker. @throws SettingsError */
export function loadIntakeSettings(env: NodeJS.ProcessEnv, standIns?: StandIns) {
  const found = [...misspelt(env), ...guardProblems('intake', env)];
  const { process, connection, temporal, ...others } = loadSettings(INTAKE_GROUPS, env, standIns, found);
  /** In production no login that could rewrite the past is taken. */
  return { ...others, ...temporal, production: isProduction(env) };
}
