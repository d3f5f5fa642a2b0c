/** Who acts on the command line, and how it is shown. */
import { settingsGroup, text, variable } from '../platform/settings/variable';
import { TOCSIN_ROTA } from '../policy/rota-file';

export const commandSettings = settingsGroup({
  title: 'The command line',
  unset: 'the user of the operating system acts',
  variables: {
    TOCSIN_BY: variable('Who acts, where `--by` does not say.', text, { unset: 'the user of the operating system' }),
    TOCSIN_DEBUG: variable('Any text: an unexpected error is told with its stack.', text),
    TOCSIN_ROTA,
    NO_COLOR: variable('Any text: output has no colours (<https://no-color.org>).', text),
    TERM: variable('`dumb`: likewise.', text),
    TZ: variable('The time zone in which typed times without a zone are read, like `Europe/Dublin`.', text, {
      unset: 'the zone of the machine',
    }),
  },
  build: (values) => ({ by: values.TOCSIN_BY, rotaFile: values.TOCSIN_ROTA }),
});
