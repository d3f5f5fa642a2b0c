/** What the server is set up with. */
import { loadSettings } from '../platform/settings/load';
import type { StandIns } from '../platform/settings/stand-ins';
import { SERVER_GROUPS } from './groups';
import { guardProblems } from './guards';
import { misspelt } from './misspelt';

/** Reads the settings of the server, by the same rules as those of a worker. @throws SettingsError */
export function loadServerSettings(env: NodeJS.ProcessEnv, standIns?: StandIns) {
  const found = [...misspelt(env), ...guardProblems('server', env)];
  const {
    process,
    connection: _,
    temporal,
    command,
    server,
    callbacks,
    metrics,
    tracing,
  } = loadSettings(SERVER_GROUPS, env, standIns, found);
  return { server, callbacks, metrics, tracing, ...temporal, by: command.by, dataDir: process.dataDir };
}
