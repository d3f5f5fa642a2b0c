/** What the intake server takes, from whom, and what of the published log it serves. */
import { list, settingsGroup, text, variable } from '../../platform/settings/variable';
import { logVariables, publishedLogDir } from '../../register/log/log-settings';

export const intakeSettings = settingsGroup({
  title: 'The intake',
  unset: 'no sources; vulnerability reports and the published log alone',
  variables: {
    TOCSIN_SOURCES: variable(
      'The file of sources that may send detections, like [`examples/sources.yaml`](../examples/sources.yaml). It names the variables or files that hold their secrets.',
      text,
      { unset: 'no sources' },
    ),
    TOCSIN_TRUSTED_PROXIES: variable(
      'Addresses and ranges of the proxies whose `X-Forwarded-For` is believed, separated by commas.',
      list,
      { default: '', unset: 'none' },
    ),
    TOCSIN_LOG_READ_TOKEN: variable("Lets its holder read the register's entry bundles over HTTP.", text, {
      secret: true,
      unset: 'nobody may',
    }),
    TOCSIN_LOG_DIR: logVariables.TOCSIN_LOG_DIR,
  },
  build: (values, at) => ({
    sourcesFile: values.TOCSIN_SOURCES,
    trustedProxies: values.TOCSIN_TRUSTED_PROXIES,
    publishedLog: { dir: publishedLogDir(values, at), readToken: values.TOCSIN_LOG_READ_TOKEN },
  }),
});

/** What `build` makes. */
export type IntakeServerSettings = ReturnType<typeof intakeSettings.build>;
