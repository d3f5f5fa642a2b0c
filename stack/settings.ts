/** With which programs the local servers run. */
import { settingsGroup, text, variable } from '../platform/settings/variable';

/** Read by whoever starts a server; beside these, PATH says where programs are found. */
export const stackSettings = settingsGroup({
  title: 'Local servers',
  unset: 'found on PATH, else downloaded or built once',
  variables: {
    TEMPORAL_CLI_PATH: variable('The executable of the Temporal CLI, whose development server is used.', text, {
      unset: '`temporal` on PATH, else one that is downloaded or built once',
    }),
    TEMPORAL_TEST_SERVER_PATH: variable(
      "The executable of Temporal's time-skipping test server, for the tests.",
      text,
      {
        unset: 'one that is downloaded or built once',
      },
    ),
    JAVA_HOME: variable('The Java with which the test server is built where it cannot be downloaded.', text, {
      unset: '`java` on PATH',
    }),
  },
  build: (values) => values,
});
