/** Where the company's own product takes messages for its users. */
import { LOCAL_SECRET } from '../../platform/local-secret';
import type { StandIns } from '../../platform/settings/stand-ins';
import { settingsGroup, url, variable, webhookSecret } from '../../platform/settings/variable';
import { checkWebhook, type SignedWebhookConfig } from '../containment/signed-webhook-config';

export const inAppSettings = settingsGroup({
  title: 'Messages in your product (webhook)',
  unset: 'the local recorder',
  variables: {
    TOCSIN_IN_APP_URL: variable(
      'A receiver of signed webhooks (Standard Webhooks) in your own product, which shows the notices for which a pack says `inApp`.',
      url,
      { unset: 'the local recorder (never in production; nor, where a pack says `inApp`, while real people are told)' },
    ),
    TOCSIN_IN_APP_SECRET: variable('Its secret, `whsec_…`.', webhookSecret, { secret: true }),
  },
  build(values, { standIns, problem }): SignedWebhookConfig | undefined {
    const { TOCSIN_IN_APP_URL: receiver, TOCSIN_IN_APP_SECRET: secret } = values;
    if (!receiver) return standIns && inAppRecorder(standIns);
    if (!secret) {
      problem('TOCSIN_IN_APP_SECRET: is needed with TOCSIN_IN_APP_URL');
      return undefined;
    }
    try {
      checkWebhook('inApp', { url: receiver, secret });
    } catch (error) {
      problem(`TOCSIN_IN_APP_URL: ${(error as Error).message}`);
    }
    return { url: receiver, secret };
  },
});

/** The recorder on this machine, to which exercises go. */
export function inAppRecorder({ recorder }: Pick<StandIns, 'recorder'>): SignedWebhookConfig {
  return { url: `${recorder.hooksUrl}/in-app`, secret: LOCAL_SECRET };
}
