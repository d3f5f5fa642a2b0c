/** What the command line is set up with. */
import { mailSettings } from '../activities/mail/settings';
import { loadSettings, readSettings } from '../platform/settings/load';
import { CLI_GROUPS } from './groups';
import { misspelt } from './misspelt';
import { runningStack } from './running-stack';

export type CliSettings = ReturnType<typeof loadCliSettings>;

/** Reads the settings of the command line, by the same rules as those of a worker. @throws SettingsError */
export function loadCliSettings(env: NodeJS.ProcessEnv) {
  const { process, connection, temporal, command, ...others } = loadSettings(
    CLI_GROUPS,
    env,
    runningStack(env),
    misspelt(env),
  );
  return { ...others, ...temporal, ...command, dataDir: process.dataDir };
}

/** The account that mails checkpoints; read only where checkpoints are mailed. @throws SettingsError */
export function mailOfCli(env: NodeJS.ProcessEnv) {
  return readSettings(mailSettings, env, runningStack(env));
}
