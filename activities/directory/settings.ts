/** Where the people are who must be told. */
import path from 'node:path';
import { packageRoot } from '../../platform/package-root';
import { settingsGroup, text, url, variable } from '../../platform/settings/variable';
import { RESEND_API_KEY } from '../mail/settings';
import type { DirectoryQueries } from './sql-directory';

/** A folder of CSV files, or a database with three queries. */
export type DirectorySettings = { folder: string } | ({ url: string } & DirectoryQueries);

/** Made-up people, for exercises and for a machine that sends no real mail. */
export const exampleDirectory = () => path.join(packageRoot(), 'examples', 'directory');

export const directorySettings = settingsGroup({
  title: 'Who is told',
  unset: 'the example directory, while no real mail is configured',
  variables: {
    TOCSIN_DIRECTORY: variable(
      'A folder with `workspaces.csv`, `individuals.csv` and `subscribers.csv`, like [`examples/directory`](../examples/directory).',
      text,
      { unset: 'the example directory while no real mail is configured (never in production)' },
    ),
    TOCSIN_DIRECTORY_URL: variable('A Postgres in place of the folder.', url, { secret: true }),
    TOCSIN_DIRECTORY_WORKSPACES_SQL: variable(
      'Its workspaces: `workspace_id`, `owner_email`, `language`; `$1` is a list of ids, or null for all.',
      text,
    ),
    TOCSIN_DIRECTORY_INDIVIDUALS_SQL: variable(
      'Its individuals: `person_id`, `email`, `language`, `country`, `workspace_id`, `data_set`; `$1` as above, `$2` ids of data sets.',
      text,
    ),
    TOCSIN_DIRECTORY_SUBSCRIBERS_SQL: variable(
      'Its subscribers of status updates: `subscriber_id`, `email`, `language`.',
      text,
    ),
    RESEND_API_KEY,
  },
  build(values, { standIns, problem }): DirectorySettings {
    if (values.TOCSIN_DIRECTORY_URL) {
      const queries = {
        workspaces: values.TOCSIN_DIRECTORY_WORKSPACES_SQL,
        individuals: values.TOCSIN_DIRECTORY_INDIVIDUALS_SQL,
        subscribers: values.TOCSIN_DIRECTORY_SUBSCRIBERS_SQL,
      };
      for (const [name, query] of Object.entries(queries)) {
        if (!query) problem(`TOCSIN_DIRECTORY_${name.toUpperCase()}_SQL: is needed with TOCSIN_DIRECTORY_URL`);
      }
      return { url: values.TOCSIN_DIRECTORY_URL, ...(queries as DirectoryQueries) };
    }
    if (values.TOCSIN_DIRECTORY) return { folder: values.TOCSIN_DIRECTORY };
    if (!standIns || values.RESEND_API_KEY)
      problem(
        'TOCSIN_DIRECTORY: is not set, so nobody could be told: name a folder with workspaces.csv, individuals.csv and subscribers.csv, or a database in TOCSIN_DIRECTORY_URL',
      );
    return { folder: exampleDirectory() };
  },
});
