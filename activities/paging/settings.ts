/** Who is alarmed, in which order, and through what beside mail. */
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../platform/package-root';
import { serverUrlProblem, TOCSIN_SERVER_URL } from '../../platform/settings/server-url';
import { settingsGroup, text, url, variable, webhookSecret } from '../../platform/settings/variable';
import type { PagerDutyConfig } from './pagerduty-port';
import type { EscalationWebhookConfig } from './webhook-port';

/** How alarms are repeated, to whom, and through what beside mail. Live cases only. */
export interface EscalationSettings {
  /** Where links in mails lead; without it mails have none. */
  serverAddress?: string;
  rotaFile?: string;
  policyFile?: string;
  slack?: { url: string };
  pagerduty?: PagerDutyConfig;
  webhook?: EscalationWebhookConfig;
}

export const TOCSIN_ROTA = variable(
  'A file that says who is on call when, like [`examples/rota.yaml`](../examples/rota.yaml).',
  text,
  { unset: 'the owner of each case is alarmed' },
);

export const pagingSettings = settingsGroup({
  title: 'Who is alarmed',
  unset: "by mail, the sender's own address",
  variables: {
    TOCSIN_CONTACTS: variable(
      'A file with the address of each handle, like [`examples/contacts.yaml`](../examples/contacts.yaml).',
      text,
      { unset: "the sender's own address; on the local stack the example file" },
    ),
    TOCSIN_ROTA,
    TOCSIN_SERVER_URL,
    TOCSIN_ESCALATION: variable('A file that says how often an alarm is repeated.', text, {
      unset: '[`policy/escalation.yaml`](../policy/escalation.yaml)',
    }),
    TOCSIN_SLACK_WEBHOOK_URL: variable('An incoming webhook of Slack.', url, { secret: true }),
    TOCSIN_PAGERDUTY_ROUTING_KEY: variable(
      'The integration key of a PagerDuty service (Events API v2).',
      z.string().regex(/^[A-Za-z0-9]{32}$/, 'must be the 32 characters of an Events API v2 integration key'),
      { secret: true },
    ),
    TOCSIN_PAGERDUTY_URL: variable('Another region of PagerDuty.', url, { default: 'https://events.pagerduty.com' }),
    TOCSIN_ESCALATION_WEBHOOK_URL: variable('A receiver of signed webhooks (Standard Webhooks).', url),
    TOCSIN_ESCALATION_WEBHOOK_SECRET: variable('Its secret.', webhookSecret, { secret: true }),
  },
  build(values, { standIns, problem }): { contactsFile?: string; escalation: EscalationSettings } {
    const { TOCSIN_ESCALATION_WEBHOOK_URL: hook, TOCSIN_ESCALATION_WEBHOOK_SECRET: secret } = values;
    if (hook && !secret) problem('TOCSIN_ESCALATION_WEBHOOK_SECRET: is needed with TOCSIN_ESCALATION_WEBHOOK_URL');
    const address = values.TOCSIN_SERVER_URL;
    const wrong = address && serverUrlProblem(address);
    if (wrong) problem(`TOCSIN_SERVER_URL: ${wrong}`);
    const routingKey = values.TOCSIN_PAGERDUTY_ROUTING_KEY;
    return {
      contactsFile: values.TOCSIN_CONTACTS ?? (standIns && path.join(packageRoot(), 'examples', 'contacts.yaml')),
      escalation: {
        ...(address && !wrong && { serverAddress: new URL(address).origin }),
        rotaFile: values.TOCSIN_ROTA,
        policyFile: values.TOCSIN_ESCALATION,
        slack: values.TOCSIN_SLACK_WEBHOOK_URL ? { url: values.TOCSIN_SLACK_WEBHOOK_URL } : undefined,
        pagerduty: routingKey ? { routingKey, url: values.TOCSIN_PAGERDUTY_URL } : undefined,
        webhook: hook && secret ? { url: hook, secret } : undefined,
      },
    };
  },
});
