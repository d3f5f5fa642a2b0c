/** Cloudflare: blocks sources by IP access rules, and rolls API tokens. */
import { settingsGroup, text, url, variable } from '../../../platform/settings/variable';
import { assertSealed } from '../loopback';
import { containmentProvider, credentialRef, notConfigured, sourceOf } from '../provider';
import type { CloudflareConfig } from './cloudflare-client';
import { blockTarget } from './cloudflare-target';

const settings = settingsGroup({
  title: 'Blocked sources, API tokens (Cloudflare)',
  unset: 'the local recorder; its measures are marked "recorded on this machine only"',
  variables: {
    CLOUDFLARE_API_TOKEN: variable(
      'A token that may edit IP access rules and roll the API tokens that may leak.',
      text,
      {
        secret: true,
        unset: 'the local recorder; its measures are marked "recorded on this machine only" (never in production)',
      },
    ),
    CLOUDFLARE_ACCOUNT_ID: variable('The account to which rules are added.', text),
    CLOUDFLARE_ZONE_ID: variable('A zone, in place of the account.', text),
    CLOUDFLARE_BASE_URL: variable('Another address that speaks its API.', url, { unset: "Cloudflare's own" }),
  },
  build(values, { standIns, problem }): CloudflareConfig | undefined {
    const { CLOUDFLARE_API_TOKEN: apiToken, CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_ZONE_ID: zoneId } = values;
    if (!apiToken) {
      const recorder = standIns?.recorder;
      return (
        recorder && { apiToken: recorder.apiToken, scope: { accountId: 'local' }, baseURL: recorder.cloudflareUrl }
      );
    }
    if (!accountId && !zoneId)
      problem('CLOUDFLARE_ACCOUNT_ID: set it, or CLOUDFLARE_ZONE_ID, with CLOUDFLARE_API_TOKEN');
    const scope = accountId ? { accountId } : { zoneId: zoneId! };
    return { apiToken, scope, baseURL: values.CLOUDFLARE_BASE_URL };
  },
});

export const cloudflare = containmentProvider({
  name: 'cloudflare',
  takes: ['block-source', 'rotate-credential'],
  credential: 'cloudflare-token',
  sourceProblem(source) {
    const verdict = blockTarget(source);
    return 'refused' in verdict ? verdict.refused : undefined;
  },
  setting: 'CLOUDFLARE_API_TOKEN',
  settings,
  exercise: ({ recorder }): CloudflareConfig => ({
    apiToken: recorder.apiToken,
    baseURL: recorder.cloudflareUrl,
    scope: { accountId: 'exercise' },
  }),
  hosts: ({ baseURL = 'https://api.cloudflare.com/client/v4' }) => ({
    'cloudflare.baseURL': new URL(baseURL).hostname,
  }),
  check: ({ baseURL }) => baseURL !== undefined && assertSealed('cloudflare.baseURL', baseURL),
  probe(config) {
    const { probeAccessRules } = require('./cloudflare-access-rules') as typeof import('./cloudflare-access-rules');
    return probeAccessRules(config);
  },
  create(config, { vault, timeoutMs }) {
    const { applyAccessRule, undoAccessRule } =
      require('./cloudflare-access-rules') as typeof import('./cloudflare-access-rules');
    const { rollCloudflareToken } = require('./cloudflare-token') as typeof import('./cloudflare-token');
    return {
      'block-source': {
        async apply(input) {
          const named = blockTarget(sourceOf(input));
          if ('refused' in named) return { outcome: 'refused', detail: named.refused };
          return applyAccessRule(config, input, named.target, timeoutMs);
        },
        async undo(input) {
          const named = blockTarget(sourceOf(input));
          if ('refused' in named) return { outcome: 'undone', detail: `there is nothing to undo: ${named.refused}` };
          return undoAccessRule(config, input, named.target, timeoutMs);
        },
      },
      'rotate-credential': {
        async apply(input) {
          if (!vault) return notConfigured('rotate a credential', 'a vault for the new secret');
          return rollCloudflareToken(config, vault, input, credentialRef(input), timeoutMs);
        },
      },
    };
  },
});
