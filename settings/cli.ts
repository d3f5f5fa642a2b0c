/** What the command line is set up with. */
import { mailSettings } from '../activities/mail/settings';
import { loadSettings, readSettings } from '../platform/settings/load';
import { CLI_GROUPS } from './groups';
import { misspelt } from './misspelt';
import { runningStack } from './running-stack';
import type { TemporalSettings } from './temporal';

export type CliSettings = ReturnType<typeof loadCliSettings>;

/** Reads the settings of the command line, by the same rules as those of a worker. @throws SettingsError */
export function loadCliSettings(env: NodeJS.ProcessEnv) {
  const { temporal: _, ...groups } = CLI_GROUPS;
  const { process, connection, command, ...others } = loadSettings(groups, env, runningStack(env), misspelt(env));
  return { ...others, ...command, dataDir: process.dataDir };
}

/**
 * What a command needs that talks to Temporal, with every problem of the others. One that does not talk to it, such as an
 * offline check, needs no keys. @throws SettingsError
 */
export function temporalOfCli(env: NodeJS.ProcessEnv): TemporalSettings {
  return loadSettings(CLI_GROUPS, env, runningStack(env), misspelt(env)).temporal;
}

/** The account that mails checkpoints; read only where checkpoints are mailed. @throws SettingsError */
export function mailOfCli(env: NodeJS.ProcessEnv) {
  return readSettings(mailSettings, env, runningStack(env));
}
