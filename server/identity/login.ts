/**
 * How people log in to the pages: the authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636), state and
 * nonce. What must be remembered meanwhile goes into a sealed cookie of the browser that began; the server keeps nothing.
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { isLoopbackUrl } from '../../platform/loopback-host';
import { Refusal } from '../problem';
import type { Actor } from './actor';
import { addressProblem, boundedFetch } from './bounded-fetch';
import { actorOf, CLOCK_TOLERANCE_SECONDS, type OidcSettings } from './oidc';

export interface LoginSettings {
  clientId: string;
  /** Without one the client is public. */
  clientSecret?: string;
  scopes: string[];
}

/** A login that has begun, as its browser keeps it. */
export interface PendingLogin {
  state: string;
  nonce: string;
  verifier: string;
  /** Where the person wanted to go: a path of this server. */
  to: string;
}

export class OidcLogin {
  private configuration: Promise<Configuration> | undefined;
  private readonly redirectUri: string;

  /** @param address the origin under which browsers reach the server. */
  constructor(
    private readonly oidc: OidcSettings,
    private readonly login: LoginSettings,
    address: string,
  ) {
    this.redirectUri = `${address}/callback`;
  }

  /** Where to send the browser, and what it must bring back. Throws a Refusal while the issuer is away. */
  async begin(to: string): Promise<{ url: string; pending: PendingLogin }> {
    const configuration = await this.configured();
    const pending = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), to };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: this.login.scopes.join(' '),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, pending };
  }

  /** Who has logged in, by the query with which the issuer sent the browser back. Throws a Refusal. */
  async finish(query: string, { state, nonce, verifier }: PendingLogin): Promise<Actor> {
    const configuration = await this.configured();
    const claims = await claimsOf(configuration, new URL(`${this.redirectUri}?${query}`), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    }).catch((cause) => {
      const refusal = new Refusal(
        'login-failed',
        'it was cancelled, or the issuer’s answer could not be verified: log in again',
      );
      refusal.cause = cause;
      throw refusal;
    });
    return actorOf(claims, this.oidc);
  }

  /** The issuer's addresses, found when the first person logs in; asked again after a failure. */
  private configured(): Promise<Configuration> {
    this.configuration ??= configurationOf(this.oidc.issuer, this.login).catch((cause) => {
      this.configuration = undefined;
      const refusal = new Refusal('unavailable', 'nobody can log in now: the issuer does not answer', [], 5);
      refusal.cause = cause;
      throw refusal;
    });
    return this.configuration;
  }
}

/** The issuer as a client of it sees it. Rejects where it does not answer, or names an address that may not be used. */
export async function configurationOf(
  issuer: string,
  { clientId, clientSecret }: Pick<LoginSettings, 'clientId' | 'clientSecret'>,
): Promise<Configuration> {
  const found = await discovery(
    new URL(issuer),
    clientId,
    { ...(clientSecret && { client_secret: clientSecret }), [clockTolerance]: CLOCK_TOLERANCE_SECONDS },
    clientSecret ? undefined : None(),
    {
      [customFetch]: boundedFetch as never,
      // The settings take http of an issuer on this machine alone.
      execute: [enableNonRepudiationChecks, ...(isLoopbackUrl(issuer) ? [allowInsecureRequests] : [])],
    },
  );
  const { authorization_endpoint, token_endpoint, userinfo_endpoint } = found.serverMetadata();
  for (const address of [authorization_endpoint, token_endpoint, userinfo_endpoint])
    if (address && addressProblem(address, issuer)) throw new Error('an address of the issuer may not be used');
  return found;
}

/** What the issuer says of a person: the claims of the ID token, and beside them those that it tells only when asked. */
async function claimsOf(
  configuration: Configuration,
  answer: URL,
  checks: Parameters<typeof authorizationCodeGrant>[2],
): Promise<Record<string, unknown>> {
  const given = await authorizationCodeGrant(configuration, answer, checks);
  const claims = given.claims()!;
  if (!configuration.serverMetadata().userinfo_endpoint) return { ...claims };
  const more = await fetchUserInfo(configuration, given.access_token, claims.sub);
  return { ...more, ...claims };
}
