/** Whether an issuer takes a client of ours, before anybody logs in by it: it is asked to redeem a code that it never gave. */
import {
  genericGrantRequest,
  ResponseBodyError,
  randomPKCECodeVerifier,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { configurationOf, type LoginSettings } from './login';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
/** RFC 6749, section 5.2: of the client. Every other error of this form is about the code. */
const OF_THE_CLIENT = ['invalid_client', 'unauthorized_client'];

/** Why the issuer takes no login of the pages by this client; `undefined` where it does. Rejects where it does not say. */
export function pagesRefused(
  issuer: string,
  client: Pick<LoginSettings, 'clientId' | 'clientSecret'>,
  address: string,
): Promise<string | undefined> {
  return refused(issuer, client, 'authorization_code', {
    code: 'a-code-that-was-never-given',
    redirect_uri: `${address}/callback`,
    code_verifier: randomPKCECodeVerifier(),
  });
}

/** The same of the device flow, by a public client. */
export function deviceRefused(issuer: string, clientId: string): Promise<string | undefined> {
  return refused(issuer, { clientId }, DEVICE_GRANT, { device_code: 'a-code-that-was-never-given' });
}

async function refused(
  issuer: string,
  client: Pick<LoginSettings, 'clientId' | 'clientSecret'>,
  grant: string,
  parameters: Record<string, string>,
): Promise<string | undefined> {
  try {
    await genericGrantRequest(await configurationOf(issuer, client), grant, parameters);
  } catch (error) {
    if (error instanceof WWWAuthenticateChallengeError) return 'invalid_client';
    if (!(error instanceof ResponseBodyError)) throw error;
    if (OF_THE_CLIENT.includes(error.error)) return error.error;
  }
  return undefined;
}
