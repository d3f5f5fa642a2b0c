/** The company's own product: whether its receiver answers. No message is sent: it would be shown to customers. */
import { inAppSettings } from '../activities/in-app/settings';
import { isLoopbackUrl } from '../platform/loopback-host';
import { policySettings } from '../policy/settings';
import { shownInProduct } from '../settings/own-values';
import { type Check, type Found, messageOf, notChecked, ok, problem, WRONG_SETTINGS, warning } from './check';

const ANSWER_MS = 10_000;

export const inApp: Check = {
  about: 'Messages in your product',
  of: ['worker'],
  async look({ read, env }) {
    const policy = read(policySettings);
    const shown = (policy && shownInProduct(policy)) ?? [];
    if (!env.TOCSIN_IN_APP_URL) return shown.length > 0 ? [notSet(shown)] : [];
    const config = read(inAppSettings);
    if (!config) return WRONG_SETTINGS;
    const unused = notChecked(
      'no rule of the policy says inApp, so nothing is handed to your product',
      'Add `inApp: true` to the rules of a pack whose notices it shows, or unset TOCSIN_IN_APP_URL',
    );
    return [...(shown.length === 0 ? [unused] : []), await receiverOf(config.url)];
  },
};

function notSet(shown: string[]): Found {
  return notChecked(
    `no product is set up that shows ${shown.join(', ')}: such messages go to the recorder on this machine, and a worker that tells real people, or runs in production, does not start`,
    'Set TOCSIN_IN_APP_URL and TOCSIN_IN_APP_SECRET, or take `inApp` out of the pack',
  );
}

/** Asks for the headers alone (HEAD), without a signature: any answer says that a receiver is there, none that it takes the secret. */
export async function receiverOf(url: string): Promise<Found> {
  const tried = 'asked without a message (HEAD)';
  try {
    const { status } = await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const said = `its receiver answered ${status}, ${tried}`;
    const settle = 'Check whether a POST to this address reaches the receiver';
    if (status >= 500) return warning(said, settle);
    if (status >= 300 && status < 400) return warning(`${said}: redirects are not followed`, settle);
    if (status === 404) return warning(said, settle);
    const where = isLoopbackUrl(url) ? ' on this machine' : '';
    return ok(`${said}${where}; whether it takes the secret shows with the first message`);
  } catch (error) {
    return problem(
      `its receiver did not answer, ${tried}: ${messageOf(error).replaceAll(url, 'its address')}`,
      'Check TOCSIN_IN_APP_URL, its certificate, and that this machine may reach it',
    );
  }
}
