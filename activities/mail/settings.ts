/** With which account notices, alarms and receipts are mailed. */
import { settingsGroup, text, url, variable } from '../../platform/settings/variable';
import type { ResendMailConfig } from './resend-mail';
import { unsubscribeUrlProblem } from './unsubscribing';

/** Whether live mail is configured also decides whether the example directory may be used. */
export const RESEND_API_KEY = variable('The key of Resend, through which all mail goes.', text, {
  secret: true,
  unset: 'the local mailbox (never in production)',
});

export const mailSettings = settingsGroup({
  title: 'Mail',
  unset: 'the local mailbox',
  variables: {
    RESEND_API_KEY,
    RESEND_BASE_URL: variable('Another address that speaks the API of Resend.', url, {
      unset: '`https://api.resend.com`',
    }),
    TOCSIN_MAIL_FROM: variable('The sender of all mail; its domain is verified at Resend.', text, {
      default: 'Incident Response <incidents@example.com>',
    }),
    TOCSIN_UNSUBSCRIBE_URL: variable(
      'Where readers of status mails unsubscribe with one click: an https address with `{subscriber}` and `{signature}` in it.',
      text,
      { unset: 'status mails name none' },
    ),
    TOCSIN_UNSUBSCRIBE_SECRET: variable(
      'By which `{signature}` is made: the HMAC-SHA256 of the subscriber’s id, in hex.',
      text,
      {
        secret: true,
      },
    ),
  },
  build(values, { standIns, problem }): ResendMailConfig {
    const [from, url, secret] = [
      values.TOCSIN_MAIL_FROM,
      values.TOCSIN_UNSUBSCRIBE_URL,
      values.TOCSIN_UNSUBSCRIBE_SECRET,
    ];
    const wrong = url && unsubscribeUrlProblem(url);
    if (wrong) problem(`TOCSIN_UNSUBSCRIBE_URL: ${wrong}`);
    if (url && (secret ?? '').length < 16)
      problem(
        'TOCSIN_UNSUBSCRIBE_SECRET: must be at least 16 characters that nobody can guess: anybody could unsubscribe others',
      );
    // Without an address of its own the secret still serves mails that were approved with one.
    const unsubscribe = secret ? { secret, ...(url && { url }) } : undefined;
    if (values.RESEND_API_KEY)
      return {
        ...{ apiKey: values.RESEND_API_KEY, baseUrl: values.RESEND_BASE_URL ?? 'https://api.resend.com', from },
        ...(unsubscribe && { unsubscribe }),
      };
    if (!standIns)
      problem('RESEND_API_KEY: is not set, so no mail could be sent: give an API key of your Resend account');
    return {
      apiKey: standIns?.mailbox.apiKey ?? '',
      baseUrl: values.RESEND_BASE_URL ?? standIns?.mailbox.url ?? '',
      from,
      ...(unsubscribe && { unsubscribe }),
    };
  },
});
