/** Statuspage: whether it takes the key for each page that updates go to. Nothing is published. */
import { statuspageSettings } from '../activities/status-page/settings';
import { type StatuspageConfig, statuspageClient } from '../activities/status-page/statuspage-client';
import { isLoopbackUrl } from '../platform/loopback-host';
import { type Check, type Found, messageOf, notChecked, ok, problem, WRONG_SETTINGS } from './check';

/** For all pages: less than the look may take. */
const ANSWER_MS = 15_000;

export const statuspage: Check = {
  about: 'Statuspage',
  of: ['worker'],
  async look({ read, env }) {
    const config = read(statuspageSettings);
    if (config) return pagesOf(config);
    return env.TOCSIN_STATUSPAGE_API_KEY || env.TOCSIN_STATUSPAGE_PAGES ? WRONG_SETTINGS : [];
  },
};

/** What Statuspage says of each page; nothing is said to be there that nobody outside reads. */
export async function pagesOf(config: StatuspageConfig): Promise<Found[]> {
  const client = statuspageClient(config);
  const until = Date.now() + ANSWER_MS;
  const found: Found[] = [];
  for (const page of config.pages)
    found.push(
      await client.page(page, until).then(
        ({ name }) =>
          ok(`updates go to page ${page} (${name})${config.notify ? ', and Statuspage tells its subscribers' : ''}`),
        (error) => problem(messageOf(error)),
      ),
    );
  if (isLoopbackUrl(config.baseUrl))
    found.push(notChecked(`it is on this machine (${config.baseUrl}): nobody outside reads it`));
  return found;
}
