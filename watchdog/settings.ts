/** Whom the watchdog tells, and by which ways: none of them goes through a workflow. */
import { z } from 'zod';
import { mailAddressSchema } from '../activities/mail/mail-address';
import type { EscalationWebhookConfig } from '../activities/paging/webhook-port';
import { list, settingsGroup, url, variable, webhookSecret } from '../platform/settings/variable';

export interface WatchdogSettings {
  /** Mailed at once. */
  mail: string[];
  /** Mailed as well from the second time on. */
  later: string[];
  webhook?: EscalationWebhookConfig;
  /** Called after each look that could be made: whoever waits for the calls in vain knows that nobody watches. */
  pingUrl?: string;
  everyMs: number;
}

const addresses = list.pipe(z.array(mailAddressSchema('must be mail addresses, separated by commas')));

export const watchdogSettings = settingsGroup({
  title: 'The watchdog',
  unset: 'on the local stack it mails oncall@example.com',
  variables: {
    TOCSIN_WATCHDOG_MAIL: variable(
      'Who is mailed when a deadline is watched by nothing, separated by commas.',
      addresses,
      {
        unset: 'on the local stack oncall@example.com; else nobody',
      },
    ),
    TOCSIN_WATCHDOG_MAIL_LATER: variable('Who is mailed as well when it is still so after 15 minutes.', addresses),
    TOCSIN_WATCHDOG_WEBHOOK_URL: variable('A receiver of signed webhooks (Standard Webhooks).', url),
    TOCSIN_WATCHDOG_WEBHOOK_SECRET: variable('Its secret.', webhookSecret, { secret: true }),
    TOCSIN_WATCHDOG_PING_URL: variable(
      "A dead man's switch, such as a check of Healthchecks.io: it is called after every look, and alarms when the calls stop.",
      url,
      { secret: true },
    ),
    TOCSIN_WATCHDOG_SECONDS: variable('Seconds between two looks.', z.coerce.number().int().min(5).max(600), {
      default: '60',
    }),
  },
  build(values, { standIns, problem }): WatchdogSettings {
    const { TOCSIN_WATCHDOG_WEBHOOK_URL: hook, TOCSIN_WATCHDOG_WEBHOOK_SECRET: secret } = values;
    if (hook && !secret) problem('TOCSIN_WATCHDOG_WEBHOOK_SECRET: is needed with TOCSIN_WATCHDOG_WEBHOOK_URL');
    const mail = values.TOCSIN_WATCHDOG_MAIL ?? (standIns ? ['oncall@example.com'] : []);
    if (mail.length === 0 && !hook)
      problem(
        'TOCSIN_WATCHDOG_MAIL: is not set, nor is TOCSIN_WATCHDOG_WEBHOOK_URL, so nobody would hear from the watchdog: set one of them',
      );
    return {
      mail,
      later: values.TOCSIN_WATCHDOG_MAIL_LATER ?? [],
      webhook: hook && secret ? { url: hook, secret } : undefined,
      pingUrl: values.TOCSIN_WATCHDOG_PING_URL,
      everyMs: values.TOCSIN_WATCHDOG_SECONDS * 1000,
    };
  },
});
