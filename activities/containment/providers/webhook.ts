/** The generic webhook: isolates systems and rotates any other credential, by a receiver of the company's own. */
import { LOCAL_SECRET } from '../../../platform/local-secret';
import { settingsGroup, url, variable, webhookSecret } from '../../../platform/settings/variable';
import { containmentProvider } from '../provider';
import { checkWebhook, type SignedWebhookConfig } from '../signed-webhook-config';

const settings = settingsGroup({
  title: 'Isolation, other credentials (webhook)',
  unset: 'the local recorder, marked likewise',
  variables: {
    TOCSIN_WEBHOOK_URL: variable(
      'A receiver of signed webhooks (Standard Webhooks) that isolates systems and rotates credentials.',
      url,
      { unset: 'the local recorder, marked likewise (never in production)' },
    ),
    TOCSIN_WEBHOOK_SECRET: variable('Its secret, `whsec_…`.', webhookSecret, { secret: true }),
  },
  build(values, { standIns, problem }): SignedWebhookConfig | undefined {
    const { TOCSIN_WEBHOOK_URL: receiver, TOCSIN_WEBHOOK_SECRET: secret } = values;
    if (!receiver) return standIns && { url: `${standIns.recorder.hooksUrl}/containment`, secret: LOCAL_SECRET };
    if (!secret) problem('TOCSIN_WEBHOOK_SECRET: is needed with TOCSIN_WEBHOOK_URL');
    return { url: receiver, secret: secret! };
  },
});

export const webhook = containmentProvider({
  name: 'webhook',
  takes: ['isolate-system', 'rotate-credential'],
  credential: 'webhook',
  setting: 'TOCSIN_WEBHOOK_URL',
  settings,
  exercise: ({ recorder }): SignedWebhookConfig => ({ url: `${recorder.hooksUrl}/containment`, secret: LOCAL_SECRET }),
  hosts: ({ url: receiver }) => ({ 'webhook.url': new URL(receiver).hostname }),
  check: (config) => checkWebhook('webhook', config),
  create(config, { timeoutMs }) {
    const { callMeasureWebhook } = require('./signed-webhook') as typeof import('./signed-webhook');
    return {
      'isolate-system': {
        apply: (input) => callMeasureWebhook(config, 'system.isolate', input, timeoutMs),
        undo: (input) => callMeasureWebhook(config, 'system.release', input, timeoutMs),
      },
      'rotate-credential': {
        apply: (input) => callMeasureWebhook(config, 'credential.rotate', input, timeoutMs),
      },
    };
  },
});
