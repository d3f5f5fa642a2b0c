/** Starts a real OpenID Connect issuer, and signs with its key what it would not. */
import { fork } from 'node:child_process';
import path from 'node:path';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { packageRoot } from '../../platform/package-root';
import { afterFile } from './helpers';

export const AUDIENCE = 'https://tocsin.acme.dev';

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;

/** The issuer in a process of its own, until the tests of this file end. */
export async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const child = fork(path.join(packageRoot(), 'test/setup/oidc-provider-process.mjs'), {
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  afterFile(async () => {
    child.kill();
    await ended;
  });
  let said = '';
  child.stderr!.on('data', (data) => {
    said += data;
  });
  child.stdin!.end(JSON.stringify({ key, audience: AUDIENCE }));
  const issuer = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { issuer: string }).issuer));
    child.once('exit', () => reject(new Error(`the issuer ended: ${said}`)));
  });

  /** A token that the issuer itself gives to a tool of this role. */
  async function token(role: string, resource = AUDIENCE): Promise<string> {
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`tool-${role}:secret`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
    });
    const given = (await answer.json()) as { access_token?: string };
    if (!given.access_token) throw new Error(`the issuer gave no token: ${JSON.stringify(given)}`);
    return given.access_token;
  }

  /** A token with these claims in place of the usual ones, signed with the issuer's key. */
  function signed(claims: JWTPayload = {}, header: Record<string, unknown> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: issuer, aud: AUDIENCE, sub: 'ann', email: 'ann@acme.dev', iat: now, exp: now + 600 };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt', ...header })
      .sign(privateKey);
  }

  return { issuer, token, signed, publicKey };
}
