/** Who is alarmed, in which order, and through what beside mail. */
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../platform/package-root';
import { serverUrlProblem, TOCSIN_SERVER_URL } from '../../platform/settings/server-url';
import { settingsGroup, text, url, variable, webhookSecret } from '../../platform/settings/variable';
import { TOCSIN_ROTA } from '../../policy/rota-file';
import type { PagerDutyConfig } from './pagerduty-port';
import type { SlackConfig } from './slack-port';
import type { EscalationWebhookConfig } from './webhook-port';

/** How alarms are repeated, to whom, and through what beside mail. Live cases only. */
export interface EscalationSettings {
  /** Where links in mails lead; without it mails have none. */
  serverAddress?: string;
  rotaFile?: string;
  policyFile?: string;
  slack?: SlackConfig;
  pagerduty?: PagerDutyConfig;
  webhook?: EscalationWebhookConfig;
}

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
    TOCSIN_SLACK_BUTTONS: variable(
      'Whether pages in Slack have buttons: `yes` or `no`. They need a webhook of [an app of yours](escalation.md#acknowledging-in-slack) that sends what is pressed to the server.',
      z.enum(['yes', 'no'], 'must be yes or no'),
      { default: 'no' },
    ),
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
    const buttons = values.TOCSIN_SLACK_BUTTONS === 'yes';
    const address = values.TOCSIN_SERVER_URL;
    if (buttons && !(address && values.TOCSIN_SLACK_WEBHOOK_URL))
      problem('TOCSIN_SLACK_BUTTONS: needs TOCSIN_SLACK_WEBHOOK_URL and TOCSIN_SERVER_URL, where its buttons lead');
    const wrong = address && serverUrlProblem(address);
    if (wrong) problem(`TOCSIN_SERVER_URL: ${wrong}`);
    const routingKey = values.TOCSIN_PAGERDUTY_ROUTING_KEY;
    return {
      contactsFile: values.TOCSIN_CONTACTS ?? (standIns && path.join(packageRoot(), 'examples', 'contacts.yaml')),
      escalation: {
        ...(address && !wrong && { serverAddress: new URL(address).origin }),
        rotaFile: values.TOCSIN_ROTA,
        policyFile: values.TOCSIN_ESCALATION,
        slack: values.TOCSIN_SLACK_WEBHOOK_URL ? { url: values.TOCSIN_SLACK_WEBHOOK_URL, buttons } : undefined,
        pagerduty: routingKey ? { routingKey, url: values.TOCSIN_PAGERDUTY_URL } : undefined,
        webhook: hook && secret ? { url: hook, secret } : undefined,
      },
    };
  },
});
