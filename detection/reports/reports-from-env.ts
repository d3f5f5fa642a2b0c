/** The plugin of vulnerability reports, put together from the environment. */
import type { FastifyPluginAsync } from 'fastify';
import type { Pool } from 'pg';
import type { CaseClient } from '../../client/case-client';
import type { Log } from '../../platform/log';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { loadReportsConfig } from './config';
import { reportsPlugin } from './plugin';
import { readSigningKey } from './security-txt';
import { reportStarter } from './start-reports';

/**
 * Reads TOCSIN_REPORTS, TOCSIN_SECURITY_TXT_KEY with its _PASSPHRASE, TOCSIN_REPORT_MAIL_SECRET and TOCSIN_POLICY (for
 * the organisation's name). Throws what is wrong with them.
 */
export function reportsFromEnv(
  env: NodeJS.ProcessEnv,
  { pool, cases, log }: { pool: Pool; cases: CaseClient; log: Log },
): FastifyPluginAsync {
  const mailSecret = env.TOCSIN_REPORT_MAIL_SECRET || undefined;
  if (mailSecret && !mailSecret.startsWith('whsec_')) {
    throw new Error('TOCSIN_REPORT_MAIL_SECRET: must start with whsec_, as Standard Webhooks secrets do');
  }
  return reportsPlugin({
    ...loadReportsConfig(env.TOCSIN_REPORTS || undefined),
    pool,
    start: reportStarter(cases),
    organisation: loadPolicy(env.TOCSIN_POLICY || DEFAULT_PACKS).pack.organisation.name,
    log,
    now: () => new Date(),
    signingKey: readSigningKey(env.TOCSIN_SECURITY_TXT_KEY, env.TOCSIN_SECURITY_TXT_PASSPHRASE),
    mailSecret,
  });
}
