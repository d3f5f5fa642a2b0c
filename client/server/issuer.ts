/** The identity provider of a server, as a client logs in there: device flow, renewal, and the end of a login. */

import * as oidc from 'openid-client';
import { z } from 'zod';
import { tocsin } from '../../domain/kernel/command-lines';
import { isLoopbackUrl, isSealedOnItsWay } from '../../platform/loopback-host';
import { CommandError, refused, ServerAway } from '../errors';
import type { Login } from './logins';
import { isUnreachable, whyUnreachable } from './unreachable';

/** What the server says of logging in (RFC 9728). */
const MetadataSchema = z.object({
  resource: z.url(),
  authorization_servers: z.array(z.url()).optional(),
  scopes_supported: z.array(z.string()).optional(),
  /** Of Tocsin: the client of the command line at the issuer, and for whom tokens must be. */
  tocsin_client_id: z.string().optional(),
  tocsin_audience: z.string().optional(),
});

/** How one logs in to a server. */
export interface LoginTerms {
  issuer: string;
  clientId: string;
  audience: string;
  scopes: string[];
}

/** Where a person confirms the login. */
export interface Prompt {
  /** The address to open; `userCode` is typed there, or compared. */
  verificationUri: string;
  userCode: string;
}

const TIMEOUT_SECONDS = 10;
const METADATA = '/.well-known/oauth-protected-resource';

/** Asks the server how one logs in. Sends no token. Throws where it is away, or has no login for the command line. */
export async function loginTerms(url: string): Promise<LoginTerms> {
  let told: unknown;
  try {
    const response = await fetch(`${url}${METADATA}`, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
    });
    told = response.ok ? await response.json() : undefined;
  } catch (error) {
    throw new ServerAway(`the server at ${url} cannot be reached: ${whyUnreachable(url, error)}`);
  }
  const { success, data } = MetadataSchema.safeParse(told);
  if (!success) throw refused(`${url} does not say how to log in (${METADATA}): is it Tocsin, and of this version?`);
  if (new URL(data.resource).origin !== new URL(url).origin)
    throw refused(`${url} says that it is ${data.resource}: set TOCSIN_URL to that address if you trust it`);
  const [issuer] = data.authorization_servers ?? [];
  if (issuer === undefined)
    throw refused(
      `the server at ${url} has no issuer: it serves one person on its machine, with the key of its session in TOCSIN_TOKEN`,
    );
  if (!isSealedOnItsWay(issuer) || (isLoopbackUrl(issuer) && !isLoopbackUrl(url)))
    throw refused(`the server at ${url} names an issuer to which nothing secret may be sent: ${issuer}`);
  const { tocsin_client_id: clientId, tocsin_audience: audience, scopes_supported: scopes = [] } = data;
  if (clientId === undefined || audience === undefined)
    throw refused(
      `the server at ${url} has no client for the command line: whoever runs it sets TOCSIN_OIDC_DEVICE_CLIENT_ID; till then give a token in TOCSIN_TOKEN`,
    );
  return { issuer, clientId, audience, scopes };
}

/** Logs in by the device authorization grant (RFC 8628): `prompt` shows where a person confirms it. */
export async function deviceLogin(
  { issuer, clientId, audience, scopes }: LoginTerms,
  prompt: (shown: Prompt) => void,
  signal?: AbortSignal,
): Promise<Login> {
  return atIssuer(issuer, async () => {
    const config = await configured(issuer, clientId);
    const about = forAudience(audience);
    const asked = await oidc.initiateDeviceAuthorization(config, { scope: scopes.join(' '), ...about });
    const { user_code: userCode, verification_uri_complete: whole, verification_uri: plain } = asked;
    prompt({ verificationUri: whole ?? plain, userCode });
    const tokens = await oidc.pollDeviceAuthorizationGrant(config, asked, about, signal && { signal });
    return loginOf(tokens, { issuer, clientId, audience });
  });
}

/** A login with tokens that hold again. Throws where it has ended. */
export async function renewed(login: Login): Promise<Login> {
  const { issuer, clientId, audience, refreshToken } = login;
  if (refreshToken === undefined) throw ended();
  return atIssuer(issuer, async () => {
    const config = await configured(issuer, clientId);
    const tokens = await oidc.refreshTokenGrant(config, refreshToken, forAudience(audience));
    return loginOf(tokens, { issuer, clientId, audience, refreshToken });
  });
}

/** Tells the issuer that a login has ended (RFC 7009). */
export async function revoke({ issuer, clientId, refreshToken, accessToken }: Login): Promise<void> {
  await atIssuer(issuer, async () => {
    const config = await configured(issuer, clientId);
    if (config.serverMetadata().revocation_endpoint === undefined) throw refused('the issuer revokes no tokens');
    await oidc.tokenRevocation(config, refreshToken ?? accessToken);
  });
}

/** That a login is over, and what to do. */
export function ended(): CommandError {
  return refused(`your login has ended: \`${tocsin('login', {})}\``);
}

function configured(issuer: string, clientId: string): Promise<oidc.Configuration> {
  // A provider on this machine, as in tests, has no TLS.
  const execute = new URL(issuer).protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
  return oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), { execute, timeout: TIMEOUT_SECONDS });
}

/** For whom tokens are to be: `resource` (RFC 8707) takes addresses alone, `audience` is what other providers ask for. */
function forAudience(audience: string): Record<string, string> {
  return /^https?:/.test(audience) ? { audience, resource: audience } : { audience };
}

type Tokens = Awaited<ReturnType<typeof oidc.refreshTokenGrant>>;

function loginOf(tokens: Tokens, kept: Omit<Login, 'accessToken' | 'expiresAt'>): Login {
  const { access_token: accessToken, refresh_token: refreshToken = kept.refreshToken } = tokens;
  const lives = tokens.expiresIn() ?? 60;
  return { ...kept, accessToken, ...(refreshToken && { refreshToken }), expiresAt: Date.now() + lives * 1000 };
}

/** In words of our own: what a provider answers may hold tokens. */
async function atIssuer<T>(issuer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError) throw refusal(issuer, error.error);
    if (error instanceof CommandError) throw error;
    if (isUnreachable(error))
      throw new ServerAway(`the issuer ${issuer} cannot be reached: ${whyUnreachable(issuer, error)}`);
    const code = (error as { code?: unknown }).code;
    throw refused(`the issuer ${issuer} answers as it should not${typeof code === 'string' ? ` (${code})` : ''}`);
  }
}

/** RFC 6749 section 5.2, RFC 8628 section 3.5. */
function refusal(issuer: string, code: string): CommandError {
  switch (code) {
    case 'invalid_grant':
      return ended();
    case 'access_denied':
      return refused('the login was refused: nobody is logged in');
    case 'expired_token':
      return refused(`nobody confirmed the login in time: \`${tocsin('login', {})}\` begins a new one`);
    default:
      return refused(
        `the issuer ${issuer} refuses the login (${/^[a-z_]{1,40}$/.test(code) ? code : 'unknown'}): may the client of the command line use the device flow, with its scopes and audience?`,
      );
  }
}
