/** How vulnerability reports are taken. */
import { settingsGroup, text, variable, webhookSecret } from '../../platform/settings/variable';

export const reportsSettings = settingsGroup({
  title: 'Vulnerability reports',
  unset:
    '[`policy/vulnerability-reports.yaml`](../policy/vulnerability-reports.yaml), by form and JSON, an unsigned `security.txt`',
  variables: {
    TOCSIN_REPORTS: variable('The file with contact, calendar, limits and `security.txt`.', text, {
      unset: '[`policy/vulnerability-reports.yaml`](../policy/vulnerability-reports.yaml)',
    }),
    TOCSIN_SECURITY_TXT_KEY: variable('A file with the armoured OpenPGP private key that signs `security.txt`.', text, {
      unset: '`security.txt` is not signed',
    }),
    TOCSIN_SECURITY_TXT_PASSPHRASE: variable('The passphrase of that key.', text, { secret: true }),
    TOCSIN_REPORT_MAIL_SECRET: variable('The secret of the webhook by which reports come in as mail.', webhookSecret, {
      secret: true,
      unset: 'none come in as mail',
    }),
  },
  build: (values) => ({
    configFile: values.TOCSIN_REPORTS,
    signingKeyFile: values.TOCSIN_SECURITY_TXT_KEY,
    signingKeyPassphrase: values.TOCSIN_SECURITY_TXT_PASSPHRASE,
    mailSecret: values.TOCSIN_REPORT_MAIL_SECRET,
  }),
});

/** What `build` makes. */
export type ReportsSettings = ReturnType<typeof reportsSettings.build>;
