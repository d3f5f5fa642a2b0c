/** Which audit logs are watched. */
import { fixedLength } from '../../domain/kernel/time';
import { settingsGroup, text, variable } from '../../platform/settings/variable';
import { watchedLogs } from './watched-logs';

export const auditSettings = settingsGroup({
  title: 'Audit logs under watch',
  unset: "Tocsin's own, every 5 minutes",
  variables: {
    TOCSIN_AUDIT_LOGS: variable(
      "Files and addresses, as `LOCATION` or `NAME=LOCATION`, separated by commas; `db` is Tocsin's own.",
      text.transform((told, context) => {
        try {
          return watchedLogs(told);
        } catch (error) {
          context.addIssue((error as Error).message);
          return [];
        }
      }),
      { default: 'db' },
    ),
    TOCSIN_AUDIT_EVERY: variable('How often they are looked at.', fixedLength(1_000, 'a second or more, like PT5M'), {
      default: 'PT5M',
    }),
  },
  build: (values) => ({ logs: values.TOCSIN_AUDIT_LOGS, everyMs: values.TOCSIN_AUDIT_EVERY }),
});
