/** What the intake server is set up with. */
import { loadSettings } from '../platform/settings/load';
import type { StandIns } from '../platform/settings/stand-ins';
import { INTAKE_GROUPS } from './groups';
import { misspelt } from './misspelt';

/** Reads the settings of the intake, by the same rules as those of a worker. @throws SettingsError */
export function loadIntakeSettings(env: NodeJS.ProcessEnv, standIns?: StandIns) {
  const { process, connection, temporal, ...others } = loadSettings(INTAKE_GROUPS, env, standIns, misspelt(env));
  return { ...others, ...temporal };
}
