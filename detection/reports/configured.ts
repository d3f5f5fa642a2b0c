/** The plugin of vulnerability reports, as it is set up. */
import type { FastifyPluginAsync } from 'fastify';
import type { Pool } from 'pg';
import type { TocsinClient } from '../../client/tocsin-client';
import type { Log } from '../../platform/log';
import { loadPolicy } from '../../policy/load-policy';
import type { PolicySource } from '../../policy/settings';
import { loadReportsConfig } from './config';
import { reportsPlugin } from './plugin';
import { readSigningKey } from './security-txt';
import type { ReportsSettings } from './settings';
import { reportStarter } from './start-reports';

/** Puts it together. Throws what is wrong with the files that the settings name. */
export function configuredReports(
  settings: ReportsSettings,
  deps: { policy: PolicySource; pool: Pool; cases: TocsinClient; keys: readonly string[]; log: Log },
): FastifyPluginAsync {
  const { pool, cases, keys, log } = deps;
  return reportsPlugin({
    ...loadReportsConfig(settings.configFile),
    pool,
    keys,
    start: reportStarter(cases),
    organisation: loadPolicy(deps.policy).pack.organisation.name,
    log,
    now: () => new Date(),
    signingKey: readSigningKey(settings.signingKeyFile, settings.signingKeyPassphrase),
    mailSecret: settings.mailSecret,
  });
}
