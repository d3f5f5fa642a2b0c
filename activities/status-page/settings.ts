/** Pages at Statuspage on which status updates stand as well. */
import { z } from 'zod';
import { list, settingsGroup, text, url, variable } from '../../platform/settings/variable';
import type { StatuspageConfig } from './statuspage-client';

export const statuspageSettings = settingsGroup({
  title: 'Statuspage (Atlassian)',
  unset: 'updates stand on the page of static files alone',
  variables: {
    TOCSIN_STATUSPAGE_API_KEY: variable('An API key of Statuspage. Exercises never use it.', text, { secret: true }),
    TOCSIN_STATUSPAGE_PAGES: variable('The ids of your pages there, separated by commas.', list, {
      default: '',
      unset: '–; must be set with `TOCSIN_STATUSPAGE_API_KEY`',
    }),
    TOCSIN_STATUSPAGE_NOTIFY: variable(
      'Whether Statuspage tells its own subscribers of each update: `yes` or `no`. Subscribers in your directory get a mail of Tocsin in any case.',
      z.enum(['yes', 'no'], 'must be yes or no'),
      { default: 'yes' },
    ),
    TOCSIN_STATUSPAGE_URL: variable('Another address that speaks its API.', url, {
      default: 'https://api.statuspage.io',
    }),
  },
  build(values, { problem }): StatuspageConfig | undefined {
    const { TOCSIN_STATUSPAGE_API_KEY: apiKey, TOCSIN_STATUSPAGE_PAGES: pages } = values;
    const wrong = pages.filter((page) => !/^[A-Za-z0-9_-]{1,64}$/.test(page));
    if (wrong.length > 0)
      problem(
        `TOCSIN_STATUSPAGE_PAGES: ${JSON.stringify(wrong[0])} is not the id of a page: give the one that manage.statuspage.io shows`,
      );
    if (apiKey && pages.length === 0)
      problem('TOCSIN_STATUSPAGE_PAGES: is needed with TOCSIN_STATUSPAGE_API_KEY: give the id of the page');
    if (!apiKey && pages.length > 0)
      problem('TOCSIN_STATUSPAGE_API_KEY: is needed with TOCSIN_STATUSPAGE_PAGES: nothing could be published there');
    if (!apiKey) return undefined;
    const notify = values.TOCSIN_STATUSPAGE_NOTIFY === 'yes';
    return { apiKey, baseUrl: values.TOCSIN_STATUSPAGE_URL, pages: [...new Set(pages)], notify };
  },
});
