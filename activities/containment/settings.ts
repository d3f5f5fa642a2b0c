/** What containment may reach, and what it never blocks. */
import path from 'node:path';
import { list, settingsGroup, text, url, variable, webhookSecret } from '../../platform/settings/variable';
import type { ContainmentConfig } from './config';

/** Signs what goes to the local webhook recorder; it opens nothing. */
export const LOCAL_WEBHOOK_SECRET = `whsec_${Buffer.from('local-recorder-only-0000').toString('base64')}`;

export const containmentSettings = settingsGroup({
  title: 'Containment',
  unset: 'the local recorder',
  variables: {
    CLOUDFLARE_API_TOKEN: variable('t', text, { secret: true }),
    CLOUDFLARE_BASE_URL: variable('t', url),
    CLOUDFLARE_ACCOUNT_ID: variable('t', text),
    CLOUDFLARE_ZONE_ID: variable('t', text),
    TOCSIN_ROTATE_DATABASE_URL: variable('t', url, { secret: true }),
    TOCSIN_ROTATABLE_ROLES: variable('t', list, { default: '' }),
    TOCSIN_WEBHOOK_URL: variable('t', url),
    TOCSIN_WEBHOOK_SECRET: variable('t', webhookSecret, { secret: true }),
    TOCSIN_VAULT_DIR: variable('t', text),
    TOCSIN_PROTECTED_RANGES: variable('t', list, { default: '' }),
    TOCSIN_PROTECTED_COUNTRIES: variable('t', list, { default: '' }),
  },
  build(e, { standIns, dataDir, problem }) {
    if (e.TOCSIN_WEBHOOK_URL && !e.TOCSIN_WEBHOOK_SECRET)
      problem('TOCSIN_WEBHOOK_SECRET: is needed with TOCSIN_WEBHOOK_URL');
    const token = e.CLOUDFLARE_API_TOKEN;
    if (token && !e.CLOUDFLARE_ACCOUNT_ID && !e.CLOUDFLARE_ZONE_ID)
      problem('CLOUDFLARE_ACCOUNT_ID: set it, or CLOUDFLARE_ZONE_ID, with CLOUDFLARE_API_TOKEN');
    const scope = e.CLOUDFLARE_ACCOUNT_ID ? { accountId: e.CLOUDFLARE_ACCOUNT_ID } : { zoneId: e.CLOUDFLARE_ZONE_ID! };
    const recorder = standIns?.recorder;
    return {
      cloudflare: token
        ? { apiToken: token, scope, baseURL: e.CLOUDFLARE_BASE_URL }
        : recorder && { apiToken: recorder.apiToken, scope: { accountId: 'local' }, baseURL: recorder.cloudflareUrl },
      postgres: e.TOCSIN_ROTATE_DATABASE_URL
        ? { url: e.TOCSIN_ROTATE_DATABASE_URL, rotatableRoles: e.TOCSIN_ROTATABLE_ROLES }
        : undefined,
      webhook: e.TOCSIN_WEBHOOK_URL
        ? { url: e.TOCSIN_WEBHOOK_URL, secret: e.TOCSIN_WEBHOOK_SECRET! }
        : recorder && { url: `${recorder.hooksUrl}/containment`, secret: LOCAL_WEBHOOK_SECRET },
      vault: { folder: e.TOCSIN_VAULT_DIR ?? path.join(dataDir, 'vault') },
      protect: { ranges: e.TOCSIN_PROTECTED_RANGES, countries: e.TOCSIN_PROTECTED_COUNTRIES },
      recordedOnly: { cloudflare: !token, webhook: !e.TOCSIN_WEBHOOK_URL },
    } satisfies Omit<ContainmentConfig, 'exercise'> & { recordedOnly: object };
  },
});
