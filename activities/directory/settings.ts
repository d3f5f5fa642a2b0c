/** Where the people are who must be told. */
import path from 'node:path';
import { packageRoot } from '../../platform/package-root';
import { settingsGroup, text, url, variable } from '../../platform/settings/variable';
import { RESEND_API_KEY } from '../mail/settings';
import type { HttpDirectorySettings } from './http-pages';
import type { DirectoryQueries } from './sql-directory';

/** A folder of CSV files, a database with three queries, or a service over HTTP. */
export type DirectorySettings = { folder: string } | ({ url: string } & DirectoryQueries) | HttpDirectorySettings;

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
    TOCSIN_DIRECTORY_HTTP_URL: variable(
      'A service of your own in place of both, which answers for each listing [page by page](directory.md#over-http).',
      url,
    ),
    TOCSIN_DIRECTORY_HTTP_TOKEN: variable('The bearer token that it knows Tocsin by.', text, { secret: true }),
    RESEND_API_KEY,
  },
  build(values, { standIns, problem }): DirectorySettings {
    const set = (['TOCSIN_DIRECTORY', 'TOCSIN_DIRECTORY_URL', 'TOCSIN_DIRECTORY_HTTP_URL'] as const).filter(
      (name) => values[name],
    );
    if (set.length > 1)
      problem(`${set.join(', ')}: only one says who is told: name one directory, and remove what names another`);
    if (values.TOCSIN_DIRECTORY_HTTP_URL)
      return httpDirectory(values.TOCSIN_DIRECTORY_HTTP_URL, values.TOCSIN_DIRECTORY_HTTP_TOKEN, problem);
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
        'TOCSIN_DIRECTORY: is not set, so nobody could be told: name a folder with workspaces.csv, individuals.csv and subscribers.csv, a database in TOCSIN_DIRECTORY_URL, or a service in TOCSIN_DIRECTORY_HTTP_URL',
      );
    return { folder: exampleDirectory() };
  },
});

/** As RFC 6750 has it, section 2.1: what else stands there would be cut or refused on its way. */
const BEARER = /^[A-Za-z0-9\-._~+/]+=*$/;

function httpDirectory(
  endpoint: string,
  token: string | undefined,
  problem: (told: string) => void,
): HttpDirectorySettings {
  const { protocol, username, password, search, hash } = new URL(endpoint);
  if (protocol !== 'http:' && protocol !== 'https:')
    problem('TOCSIN_DIRECTORY_HTTP_URL: is not an HTTP address: give one that begins with https://');
  if (username || password || search || hash)
    problem(
      'TOCSIN_DIRECTORY_HTTP_URL: has a user, a query or a fragment: give the address to which /workspaces is added, and the secret in TOCSIN_DIRECTORY_HTTP_TOKEN',
    );
  if (!token) problem('TOCSIN_DIRECTORY_HTTP_TOKEN: is needed with TOCSIN_DIRECTORY_HTTP_URL: set the bearer token');
  else if (!BEARER.test(token))
    problem(
      'TOCSIN_DIRECTORY_HTTP_TOKEN: is not a bearer token: give letters, digits and -._~+/ only, without "Bearer" before them',
    );
  return { endpoint, token: token ?? '' };
}
