/** What every process has: its mode, and its folders. */
import { z } from 'zod';
import { settingsGroup, text, variable } from './variable';

export const processSettings = settingsGroup({
  title: 'The process',
  unset: 'development, with its data in `.tocsin`',
  variables: {
    TOCSIN_ENV: variable(
      '`production` or `development`. In production no stand-in is used, no key is made up, and payloads are encrypted.',
      z.enum(['production', 'development'], 'must be production or development'),
      { default: 'development' },
    ),
    TOCSIN_DATA_DIR: variable(
      'The folder for what is kept on disk: copies of what was drafted, deliveries while Postgres is away, pages, keys that were made.',
      text,
      { unset: '`.tocsin` in the folder of the package' },
    ),
    TOCSIN_CACHE_DIR: variable('The folder for what is downloaded once for all clones.', text, {
      unset: '`$XDG_CACHE_HOME/tocsin`, else `~/.cache/tocsin`',
    }),
    XDG_CACHE_HOME: variable('The folder of caches, by the XDG Base Directory Specification.', text, {
      unset: '`~/.cache`',
    }),
  },
  build: (_values, { dataDir, production }) => ({ dataDir, production }),
});
