/** What the command line is set up with. */
import { mailSettings } from '../activities/mail/settings';
import type { ServerSettings } from '../client/settings';
import { isProduction } from '../platform/production';
import { loadSettings } from '../platform/settings/load';
import { CLI_GROUPS } from './groups';
import type { Guarded } from './guards';
import { misspelt } from './misspelt';
import { runningStack } from './running-stack';
import type { TemporalSettings } from './temporal';

export type CliSettings = ReturnType<typeof loadCliSettings>;

/** Reads the settings of the command line, by the same rules as those of a worker. @throws SettingsError */
export function loadCliSettings(env: NodeJS.ProcessEnv) {
  const { temporal: _, ...groups } = CLI_GROUPS;
  const {
    process,
    connection,
    command,
    throughServer: _server,
    ...others
  } = loadSettings(groups, env, runningStack(env), misspelt(env));
  return { ...others, ...command, dataDir: process.dataDir };
}

/**
 * What a command needs that talks to Temporal, with every problem of the others. One that does not talk to it, such as an
 * offline check, needs no keys. @throws SettingsError
 */
export function temporalOfCli(env: NodeJS.ProcessEnv): TemporalSettings {
  return loadSettings(CLI_GROUPS, env, runningStack(env), found(env, 'command to Temporal')).temporal;
}

/** Where the register's database is, for a command that works with it, with every problem of the others. @throws SettingsError */
export function databaseOfCli(env: NodeJS.ProcessEnv): string | undefined {
  const { temporal: _, ...groups } = CLI_GROUPS;
  return loadSettings(groups, env, runningStack(env), found(env, 'command to Postgres')).databaseUrl;
}

/** The server that commands go through, with every problem of its address. @throws SettingsError */
export function serverOfCli(env: NodeJS.ProcessEnv): ServerSettings | undefined {
  if (!env.TOCSIN_URL) return undefined;
  const { process, throughServer } = CLI_GROUPS;
  return loadSettings({ process, throughServer }, env, undefined, found(env, 'command to the server')).throughServer;
}

/** Loaded here: most commands reach nothing, and need none of what the guards read. */
function found(env: NodeJS.ProcessEnv, process: Guarded): string[] {
  const known = misspelt(env);
  if (!isProduction(env) && !env.RESEND_API_KEY) return known;
  const { guardProblems } = require('./guards') as typeof import('./guards');
  return [...known, ...guardProblems(process, env)];
}

/** The account that mails checkpoints; read only where checkpoints are mailed. @throws SettingsError */
export function mailOfCli(env: NodeJS.ProcessEnv) {
  const { process } = CLI_GROUPS;
  return loadSettings({ process, mail: mailSettings }, env, runningStack(env), found(env, 'command that mails')).mail;
}
