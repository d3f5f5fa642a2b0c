/**
 * Bearer tokens of an OpenID Connect issuer: JSON Web Tokens that it signed for this server (RFC 7519, RFC 9068). Only the
 * issuer of the settings is ever asked; nothing that stands in a token is an address or a key to us.
 */
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose';
import { visibleLine } from '../../domain/kernel/visible-text';
import { Refusal } from '../problem';
import { type Actor, type Authenticator, bearerOf, isName } from './actor';
import { addressProblem, boundedFetch } from './bounded-fetch';
import { type Grants, rolesOf } from './grants';

/** What tokens are verified by. */
export interface OidcSettings {
  /** Exactly as the issuer names itself. */
  issuer: string;
  /** A token is for one of these, or not for us. */
  audiences: string[];
  /** The claim that names who acts. */
  nameClaim: string;
  grants: Grants;
}

/** Signatures that a public key verifies. Nothing symmetric, by which a public key could pass for a secret, and never `none`. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Kinds of token that may be borne; not what an issuer signs for other ends, such as a logout. */
const TYPES = [undefined, 'jwt', 'at+jwt', 'application/jwt', 'application/at+jwt'];
/** What an issuer says of a mail address that it checked, or that its administrators set. */
const VERIFIED: readonly unknown[] = [undefined, true, 'true'];
/** How far the clocks of issuer and server may differ. */
export const CLOCK_TOLERANCE_SECONDS = 30;
const TRY_AGAIN_SECONDS = 5;

type Keys = ReturnType<typeof createRemoteJWKSet>;

/** What an issuer says of itself. */
export interface Discovered {
  /** Read from its address when the first token is verified. */
  keys: Keys;
  /** Whether it offers the device flow (RFC 8628, section 4), by which the command line logs people in. */
  hasDeviceFlow: boolean;
}

/** Verifies tokens of an issuer. It is asked for its keys when the first token comes; it may be away at the start. */
export class OidcAuthenticator implements Authenticator {
  private discovery: Promise<Keys> | undefined;
  private failedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly settings: OidcSettings) {}

  async authenticate(authorization: string | undefined): Promise<Actor> {
    const token = bearerOf(authorization);
    const keys = await this.keys();
    const { payload } = await this.verified(token, keys);
    return actorOf(payload, this.settings);
  }

  async ready(): Promise<void> {
    await this.keys();
  }

  /** The issuer's keys, found once. After a failure it is left alone for a moment. */
  private keys(): Promise<Keys> {
    if (this.discovery) return this.discovery;
    if (Date.now() - this.failedAt < TRY_AGAIN_SECONDS * 1000) return Promise.reject(issuerAway());
    this.discovery = discover(this.settings.issuer).then(
      ({ keys }) => keys,
      (cause) => {
        this.discovery = undefined;
        this.failedAt = Date.now();
        throw issuerAway(cause);
      },
    );
    return this.discovery;
  }

  private async verified(token: string, keys: Keys): Promise<JWTVerifyResult> {
    const { issuer, audiences } = this.settings;
    const verified = await jwtVerify(token, keys, {
      issuer,
      audience: audiences,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['sub', 'exp', 'iat'],
    }).catch((error: unknown) => {
      throw isOfToken(error) ? new Refusal('invalid-token', whyNot(error)) : issuerAway(error);
    });
    if (!TYPES.includes(verified.protectedHeader.typ?.toLowerCase()))
      throw new Refusal('invalid-token', 'it is a token of another kind than those for access');
    // RFC 8417: what tells of events, as a logout token does, is about somebody and not from them.
    if (verified.payload.events !== undefined)
      throw new Refusal('invalid-token', 'it is a token of another kind than those for access');
    // RFC 7800: such a token is worth something only together with a key, for which nobody asks here.
    if (verified.payload.cnf !== undefined)
      throw new Refusal('invalid-token', 'it is bound to a key of its holder (cnf), which this server cannot check');
    return verified;
  }
}

/** The settings name the issuer otherwise than it names itself: its tokens would all be refused. */
export class NamesItselfOtherwise extends Error {
  override readonly name = 'NamesItselfOtherwise';

  constructor(told: unknown) {
    super(
      typeof told === 'string'
        ? `it names itself ${visibleLine(told)}: give its name exactly`
        : 'its configuration does not name it: this is no OpenID Connect issuer',
    );
  }
}

/** Reads what it publishes (OpenID Connect Discovery 1.0, section 4). Rejects with what is wrong with the issuer. */
export async function discover(issuer: string): Promise<Discovered> {
  const answer = await boundedFetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (answer.status !== 200) throw new Error(`the issuer answers ${answer.status} for its configuration`);
  const told = (await answer.json()) as Record<string, unknown> | null;
  if (told?.issuer !== issuer) throw new NamesItselfOtherwise(told?.issuer);
  const { jwks_uri: address } = told;
  const problem = typeof address === 'string' ? addressProblem(address, issuer) : 'is missing';
  if (problem) throw new Error(`the issuer's jwks_uri ${problem}`);
  return {
    keys: createRemoteJWKSet(new URL(address as string), { [customFetch]: boundedFetch }),
    hasDeviceFlow: typeof told.device_authorization_endpoint === 'string',
  };
}

/** Whether the token is at fault, and not the issuer's document of keys. */
function isOfToken(error: unknown): error is errors.JOSEError {
  if (!(error instanceof errors.JOSEError)) return false;
  const { code } = error;
  return ![errors.JWKSTimeout.code, errors.JWKSInvalid.code, errors.JOSEError.code].includes(code);
}

/** In fixed words: nothing of the token is repeated. */
function whyNot(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired: get a new one';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error;
    if (claim === 'aud') return 'it is for another audience';
    if (claim === 'iss') return 'it is of another issuer';
    if (claim === 'nbf' && reason === 'check_failed') return 'it is not valid yet';
    return 'a claim that it needs is missing or wrong: iss, aud, sub, iat and exp are needed';
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'it is signed in a way that is not taken';
  if (error instanceof errors.JWKSNoMatchingKey) return 'the issuer has no key that it is signed with';
  return 'it cannot be read, or its signature does not hold';
}

function issuerAway(cause?: unknown): Refusal {
  const refusal = new Refusal(
    'unavailable',
    'tokens cannot be verified now: the issuer does not give its keys',
    [],
    TRY_AGAIN_SECONDS,
  );
  refusal.cause = cause instanceof Refusal ? cause.cause : cause;
  return refusal;
}

/** Who acts by a token that holds. A mail address that the issuer did not check names nobody. */
export function actorOf(claims: JWTPayload, { issuer, nameClaim, grants }: OidcSettings): Actor {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '') throw new Refusal('invalid-token', 'its sub names nobody');
  const { name: granted, roles } = rolesOf(claims, grants);
  const isTool = grants.subjects.has(sub) || roles.every((role) => role === 'service');
  if (
    granted === undefined &&
    nameClaim === 'email' &&
    claims.email !== undefined &&
    !VERIFIED.includes(claims.email_verified)
  )
    throw new Refusal('invalid-token', 'the issuer has not verified the mail address in it');
  // Two names of one person would be two people to whatever a second person must agree to.
  if (granted === undefined && !isTool && !Object.hasOwn(claims, nameClaim))
    throw new Refusal('invalid-token', 'the claim that names who acts is missing: ask the issuer for its scope');
  const name = granted ?? (Object.hasOwn(claims, nameClaim) ? claims[nameClaim] : sub);
  if (!isName(name))
    throw new Refusal('invalid-token', 'the claim that names who acts is not a name that entries could hold');
  return { by: name, subject: `${issuer} ${sub}`, roles };
}
