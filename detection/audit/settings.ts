/** Which audit logs are watched. */
import { fixedLength } from '../../domain/kernel/time';
import { list, settingsGroup, text, variable } from '../../platform/settings/variable';
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
    TOCSIN_AUDIT_SIGN_INS: variable(
      'Names of the logs among them whose sign-ins go to the rules over sign-ins and sessions, separated by commas.',
      list,
      { unset: 'no log feeds them' },
    ),
  },
  build: (values, at) => {
    const [logs, signIns] = [values.TOCSIN_AUDIT_LOGS, values.TOCSIN_AUDIT_SIGN_INS ?? []];
    for (const each of signIns) {
      if (!logs.some(({ name }) => name === each)) {
        const names = logs.map(({ name }) => name).join(', ');
        at.problem(`TOCSIN_AUDIT_SIGN_INS: no log under watch has the name "${each}"; TOCSIN_AUDIT_LOGS has ${names}`);
      }
    }
    return { logs, everyMs: values.TOCSIN_AUDIT_EVERY, signIns };
  },
});
