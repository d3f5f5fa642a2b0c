/** The token that is borne to a server: the one that is set, that of the stack on this machine, or that of a login. */
import { tocsin } from '../../domain/kernel/command-lines';
import type { RunningStack } from '../../platform/stack-file';
import { refused } from '../errors';
import type { ServerSettings } from '../settings';
import { keepLogin, type Login, loginAt, whileAlone } from './logins';
import type { ServerTarget } from './request';

/** A token that ends within this is renewed first. */
const MARGIN_MS = 30_000;

/** The server with what is borne to it. `stack`: one on this machine, whose key opens its own server. */
export function serverTarget(settings: ServerSettings, stack: RunningStack | undefined): ServerTarget {
  const { url, token } = settings;
  if (token) return { url, token: async () => token, remedy: 'Give another one in TOCSIN_TOKEN' };
  const key = stack?.server?.url === url ? stack.temporal.sessionKey : undefined;
  if (key) return { url, token: async () => key, remedy: `Start \`${tocsin('up', {})}\` again` };
  return { url, token: () => tokenOfLogin(settings), remedy: `Log in again: \`${tocsin('login', {})}\`` };
}

async function tokenOfLogin({ url, loginsFile }: ServerSettings): Promise<string> {
  const found = loginAt(loginsFile, url);
  if (!found) throw refused(`you are not logged in to ${url}: \`${tocsin('login', {})}\`, or set TOCSIN_TOKEN`);
  if (holds(found)) return found.accessToken;
  // A refresh token may count once: of two commands one renews, and the other finds what it left.
  return whileAlone(loginsFile, async () => {
    const now = loginAt(loginsFile, url) ?? found;
    if (holds(now)) return now.accessToken;
    // Loaded here: most commands find a token that holds.
    const { renewed } = await import('./issuer.js');
    const login = await renewed(now);
    keepLogin(loginsFile, url, login);
    return login.accessToken;
  });
}

function holds({ expiresAt }: Login): boolean {
  return expiresAt > Date.now() + MARGIN_MS;
}
