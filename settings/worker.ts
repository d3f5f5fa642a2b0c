/** What a worker is set up with. */
import { ownCredentials } from '../activities/containment/own-credentials';
import { exampleDirectory } from '../activities/directory/settings';
import { inAppRecorder } from '../activities/in-app/settings';
import { isProduction } from '../platform/production';
import { loadSettings } from '../platform/settings/load';
import type { StandIns } from '../platform/settings/stand-ins';
import { secretNames, WORKER_GROUPS } from './groups';
import { guardProblems } from './guards';
import { misspelt } from './misspelt';

export type WorkerSettings = ReturnType<typeof loadWorkerSettings>;

/**
 * Reads the settings of a worker. Where the environment is silent, the local stack stands in, but never in production.
 *
 * @throws SettingsError with every problem at once: which variable, what is wrong, what to do.
 */
export function loadWorkerSettings(env: NodeJS.ProcessEnv, standIns?: StandIns) {
  const { process, connection, temporal, paging, pages, log, rhythm, anchors, containment, ...others } = loadSettings(
    WORKER_GROUPS,
    env,
    standIns,
    [...misspelt(env), ...guardProblems('worker', env)],
  );
  return {
    ...others,
    ...temporal,
    ...paging,
    ...pages,
    dataDir: process.dataDir,
    /** In production no login that could rewrite the past is taken. */
    production: isProduction(env),
    containment: { ...containment, own: ownCredentials({ ...env, standIn: standIns?.databaseUrl }, secretNames()) },
    /** When the register is signed, with which key, and where its checkpoints go. */
    signing: { log, anchors, ...rhythm },
    /** What exercises reach, in production as well. Missing where no stand-ins run: then exercises are refused. */
    exercise: standIns && exerciseSettings(standIns),
  };
}

function exerciseSettings({ databaseUrl, mailbox, recorder, site }: StandIns) {
  const { cloudflareUrl, hooksUrl, apiToken } = recorder;
  return {
    databaseUrl,
    mail: { apiKey: mailbox.apiKey, baseUrl: mailbox.url, from: 'Exercise <exercise@example.com>' },
    recorder: { cloudflareUrl, hooksUrl, apiToken },
    inApp: inAppRecorder({ recorder }),
    /** Made-up people, whatever directory live incidents use. */
    directory: { folder: exampleDirectory() },
    site,
  };
}
