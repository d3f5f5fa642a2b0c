/** Where browsers reach the server: it sends people there, and workers write links to it into mails. */
import { isSealedOnItsWay } from '../loopback-host';
import { url, variable } from './variable';

export const TOCSIN_SERVER_URL = variable(
  'The address under which browsers reach the server, such as `https://tocsin.acme.dev`. The issuer sends people back to its `/callback`; mails to staff have links to it.',
  url,
  { unset: 'mails have no links; must be set with `TOCSIN_OIDC_CLIENT_ID`' },
);

/** Cookies of a session must not be read on their way; a path would lead the issuer elsewhere than our `/callback`. */
export function serverUrlProblem(address: string): string | undefined {
  const { origin, href, protocol } = new URL(address);
  if (!['https:', 'http:'].includes(protocol) || !isSealedOnItsWay(address))
    return 'must be https (http on this machine alone)';
  return href === `${origin}/` ? undefined : 'must have no path, login or query: the pages stand at its root';
}
