/** Which groups of settings each process reads. */
import { PROVIDERS } from '../activities/containment/providers';
import { containmentSettings } from '../activities/containment/settings';
import { directorySettings } from '../activities/directory/settings';
import { inAppSettings } from '../activities/in-app/settings';
import { mailSettings } from '../activities/mail/settings';
import { pagingSettings } from '../activities/paging/settings';
import { statuspageSettings } from '../activities/status-page/settings';
import { bucketSettings } from '../activities/storage/bucket-settings';
import { siteSettings } from '../activities/storage/settings';
import { serverClientSettings } from '../client/settings';
import { auditSettings } from '../detection/audit/settings';
import { dependencySettings } from '../detection/dependencies/settings';
import { intakeSettings } from '../detection/intake/settings';
import { reportsSettings } from '../detection/reports/settings';
import { sessionSettings } from '../detection/sessions/settings';
import { rulesSettings } from '../detection/settings';
import { metricsSettings } from '../platform/metrics/settings';
import { processSettings } from '../platform/settings/process';
import type { AnyGroup, Variables } from '../platform/settings/variable';
import { tracingSettings } from '../platform/tracing/settings';
import { policySettings } from '../policy/settings';
import { databaseSettings, neededDatabase } from '../postgres/settings';
import { anchorSettings } from '../register/anchors/anchor-settings';
import { logSettings, signingRhythm } from '../register/log/log-settings';
import { callbackSettings } from '../server/callbacks/settings';
import { serverSettings } from '../server/settings';
import { stackSettings } from '../stack/settings';
import { watchdogSettings } from '../watchdog/settings';
import { commandSettings } from './command';
import { connectionSettings, temporalSettings } from './temporal';

/** Every group that a worker reads. */
export const WORKER_GROUPS = {
  process: processSettings,
  connection: connectionSettings,
  temporal: temporalSettings,
  databaseUrl: neededDatabase,
  policy: policySettings,
  mail: mailSettings,
  directory: directorySettings,
  paging: pagingSettings,
  pages: siteSettings,
  statuspage: statuspageSettings,
  objectStore: bucketSettings,
  inApp: inAppSettings,
  containment: containmentSettings,
  detectionRules: rulesSettings,
  audit: auditSettings,
  sessions: sessionSettings,
  dependencies: dependencySettings,
  log: logSettings,
  rhythm: signingRhythm,
  anchors: anchorSettings,
  metrics: metricsSettings,
  tracing: tracingSettings,
};

/** Every group that the intake reads. */
export const INTAKE_GROUPS = {
  process: processSettings,
  connection: connectionSettings,
  temporal: temporalSettings,
  databaseUrl: neededDatabase,
  policy: policySettings,
  detectionRules: rulesSettings,
  server: intakeSettings,
  reports: reportsSettings,
  sessions: sessionSettings,
  tracing: tracingSettings,
};

/** Every group that the watchdog reads. */
export const WATCHDOG_GROUPS = {
  process: processSettings,
  connection: connectionSettings,
  temporal: temporalSettings,
  databaseUrl: neededDatabase,
  mail: mailSettings,
  watchdog: watchdogSettings,
};

/** Every group that the server reads. */
export const SERVER_GROUPS = {
  process: processSettings,
  connection: connectionSettings,
  temporal: temporalSettings,
  databaseUrl: databaseSettings,
  policy: policySettings,
  command: commandSettings,
  server: serverSettings,
  callbacks: callbackSettings,
  objectStore: bucketSettings,
  metrics: metricsSettings,
  tracing: tracingSettings,
};

/** Every group that commands read. */
export const CLI_GROUPS = {
  process: processSettings,
  connection: connectionSettings,
  temporal: temporalSettings,
  throughServer: serverClientSettings,
  databaseUrl: databaseSettings,
  policy: policySettings,
  command: commandSettings,
  detectionRules: rulesSettings,
  sessions: sessionSettings,
  dependencies: dependencySettings,
  log: logSettings,
  anchors: anchorSettings,
  objectStore: bucketSettings,
};

/** The groups of a worker, each provider of containment apart. */
const workerSections = Object.fromEntries(
  Object.entries(WORKER_GROUPS).flatMap(([name, group]): Array<[string, AnyGroup]> => {
    if (group !== WORKER_GROUPS.containment) return [[name, group]];
    return [...PROVIDERS.map((each): [string, AnyGroup] => [`${name}: ${each.name}`, each.settings]), [name, group]];
  }),
);

/** Every group of each process, and what the local servers read, for the documentation. */
export const PROCESSES: Readonly<
  Record<
    'worker' | 'server' | 'intake' | 'watchdog' | 'command line' | 'local stack',
    Readonly<Record<string, AnyGroup>>
  >
> = {
  worker: workerSections,
  server: SERVER_GROUPS,
  intake: INTAKE_GROUPS,
  watchdog: WATCHDOG_GROUPS,
  'command line': { ...CLI_GROUPS, mail: mailSettings },
  'local stack': { stack: stackSettings },
};

/** The names of the variables that hold a secret. */
export function secretNames(): string[] {
  const groups = Object.values(PROCESSES).flatMap((each) => Object.values(each));
  const all = groups.flatMap(({ variables }) => Object.entries(variables as Variables));
  return [...new Set(all.flatMap(([name, variable]) => (variable.secret ? [name] : [])))];
}

/** The name of every variable that is read. */
export function variableNames(): string[] {
  const groups = Object.values(PROCESSES).flatMap((each) => Object.values(each));
  return [...new Set(groups.flatMap(({ variables }) => Object.keys(variables)))];
}
