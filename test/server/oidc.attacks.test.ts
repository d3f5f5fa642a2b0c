// Tokens as somebody makes them who has none, or one for something else; and an issuer that misleads.
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { addressProblem } from '../../server/identity/bounded-fetch';
import { readSubjects, rolesOf } from '../../server/identity/grants';
import { discover } from '../../server/identity/oidc';
import { AUDIENCE, type Issuer, startIssuer } from '../setup/oidc-issuer';
import { bareServer } from './bare-server';

let issuer: Issuer;
let app: FastifyInstance;
/** What a server of the attacker was asked. */
const asked: string[] = [];
const servers: Server[] = [];

async function listening(listener: RequestListener): Promise<[Server, string]> {
  const server = createHttp(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}
let attackersUrl: string;

beforeAll(async () => {
  issuer = await startIssuer();
  app = await bareServer(issuer);
  [, attackersUrl] = await listening((request, response) => {
    asked.push(request.url!);
    response.end('{}');
  });
});

afterAll(async () => {
  await app?.close();
  for (const server of servers) server.close();
});

const me = (token: string, server = app) =>
  server.inject({ url: '/v1/me', headers: { authorization: `Bearer ${token}` } });

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);
const claims = () => ({
  iss: issuer.issuer,
  aud: AUDIENCE,
  sub: 'eve',
  roles: ['owner'],
  iat: now(),
  exp: now() + 600,
});

async function refused(token: string | Promise<string>, detail: RegExp, server = app) {
  const answer = await me(await token, server);
  expect([answer.statusCode, answer.json().detail]).toEqual([401, expect.stringMatching(detail)]);
}

test('a true token says who acts and as what', async () => {
  const answer = await me(await issuer.signed({ roles: ['counsel', 'dpo', 'boss'] }));
  expect([answer.statusCode, answer.json()]).toEqual([200, { by: 'ann@acme.dev', roles: ['counsel', 'dpo'] }]);
  const tool = await me(await issuer.token('service'));
  expect(tool.json()).toEqual({ by: 'tool-service', roles: ['service'] });
});

test('a token that nobody signed, or that a public key "signed" as a secret, opens nothing', async () => {
  for (const alg of ['none', 'None', 'NONE', ''])
    await refused(
      `${base64({ alg, typ: 'at+jwt' })}.${base64(claims())}.`,
      /header is not|in a way that is not taken|cannot be read/,
    );
  const secrets = [await exportSPKI(issuer.publicKey), JSON.stringify(await exportJWK(issuer.publicKey))];
  for (const secret of secrets) {
    const signed = `${base64({ alg: 'HS256', kid: 'k1' })}.${base64(claims())}`;
    const mac = createHmac('sha256', secret).update(signed).digest('base64url');
    await refused(`${signed}.${mac}`, /in a way that is not taken/);
  }
});

test('a token with a key of its own in its header opens nothing, and no address in it is asked', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' };
  const headers = [
    { jwk },
    { jku: `${attackersUrl}/jwks` },
    { x5u: `${attackersUrl}/cert` },
    { kid: '../../../../dev/null' },
    { kid: `${attackersUrl}/jwks` },
    { kid: "k1' OR '1'='1" },
    { kid: '__proto__' },
  ];
  for (const header of headers) {
    const made = new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(privateKey);
    await refused(made, /its signature does not hold|has no key/);
  }
  await refused(
    new SignJWT({ ...claims(), iss: attackersUrl }).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(privateKey),
    /signature/,
  );
  await refused(issuer.signed({ iss: attackersUrl }), /of another issuer/);
  await refused(issuer.signed({ iss: `${issuer.issuer}/` }), /of another issuer/);
  await refused(
    issuer.signed({}, { crit: ['tocsin'], tocsin: true }).catch(() => 'a.b.c'),
    /cannot be read/,
  );
  expect(asked).toEqual([]);
});

test('a true signature under altered claims opens nothing', async () => {
  const [header, , signature] = (await issuer.signed()).split('.');
  await refused(`${header}.${base64({ ...claims(), sub: 'ann' })}.${signature}`, /signature does not hold/);
});

test('clocks may differ by half a minute, and no more', async () => {
  expect((await me(await issuer.signed({ roles: ['dpo'], exp: now() - 15 }))).statusCode).toBe(200);
  await refused(issuer.signed({ exp: now() - 45 }), /has expired/);
  expect((await me(await issuer.signed({ roles: ['dpo'], nbf: now() + 15 }))).statusCode).toBe(200);
  await refused(issuer.signed({ nbf: now() + 60 }), /not valid yet/);
});

test('what the issuer signed for other ends is no token for access', async () => {
  await refused(issuer.signed({}, { typ: 'logout+jwt' }), /of another kind/);
  await refused(issuer.signed({}, { typ: 'dpop+jwt' }), /of another kind/);
  await refused(
    issuer.signed({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, { typ: 'JWT' }),
    /of another kind/,
  );
  await refused(issuer.signed({ cnf: { jkt: 'x' } }), /bound to a key/);
  for (const missing of ['exp', 'iat', 'sub', 'aud', 'iss'])
    await refused(issuer.signed({ [missing]: undefined }), /missing or wrong|another audience|another issuer/);
  for (const sub of ['', { a: 1 }, ['ann'], 7]) await refused(issuer.signed({ sub } as never), /its sub names nobody/);
  await refused(issuer.signed({ aud: [`${AUDIENCE}.evil.dev`, 'x'] }), /another audience/);
});

test.each([
  ['tocsin'],
  ['Tocsin'],
  ['ann@acme.dev (unauthenticated)'],
  ['ann\nby: bob'],
  ['ann\u202e'],
  [' ann'],
  ['a'.repeat(121)],
  [''],
  [{ $ne: 1 }],
  [['ann']],
])('a token whose name is %j names nobody', async (email) => {
  await refused(issuer.signed({ email } as never), /not a name that entries could hold/);
});

test('a mail address that the issuer did not verify names nobody', async () => {
  for (const email_verified of [false, 'false', 'False', 0, null, ''])
    await refused(issuer.signed({ email: 'ceo@acme.dev', email_verified }), /not verified/);
  for (const email_verified of [true, 'true', undefined])
    expect((await me(await issuer.signed({ roles: ['owner'], email_verified }))).statusCode).toBe(200);
});

test('one person has one name: a person whose token lacks the claim is refused, a tool and a subject of the file are not', async () => {
  for (const roles of [['owner'], ['owner', 'service'], ['auditor']])
    await refused(
      issuer.signed({ email: undefined, roles }),
      /the claim that names who acts is missing: ask the issuer/,
    );
  expect((await me(await issuer.signed({ email: undefined, roles: ['service'] }))).json().by).toBe('ann');
  const subjects = new Map([['ann', { roles: ['owner'] as const }]]);
  const filed = await bareServer(issuer, undefined, { oidc: { grants: { subjects } } });
  expect((await me(await issuer.signed({ email: undefined }), filed)).json()).toEqual({ by: 'ann', roles: ['owner'] });
  await filed.close();
});

test.each([
  ['an object', { owner: true }],
  ['names that are inherited', ['constructor', '__proto__', 'toString']],
  ['another spelling', ['Owner', 'OWNER', 'owner\u0000']],
  ['a number', 1],
  ['nothing', null],
])('roles as %s give nothing', async (_what, roles) => {
  const answer = await me(await issuer.signed({ roles } as never));
  expect([answer.statusCode, answer.json().type]).toEqual([403, 'urn:tocsin:problem:not-allowed']);
});

test('roles may stand in a claim inside another, or one with dots in its name; inherited ones do not count', () => {
  const roles = (claim: string, told: object) => rolesOf({ sub: 'ann', ...told }, { claim, subjects: new Map() }).roles;
  expect(roles('realm_access.roles', { realm_access: { roles: ['owner'] } })).toEqual(['owner']);
  expect(roles('https://acme.dev/roles', { 'https://acme.dev/roles': 'dpo counsel' })).toEqual(['dpo', 'counsel']);
  expect(roles('constructor.name', {})).toEqual([]);
  expect(roles('__proto__.roles', JSON.parse('{"x":{"roles":["owner"]}}'))).toEqual([]);
});

test('the header cannot be used to write others', async () => {
  for (const authorization of [
    'Bearer',
    'Bearer a b',
    'Basic YTpi',
    `Bearer ${'a'.repeat(17_000)}`,
    'Bearer "x"',
    '',
  ]) {
    const { statusCode, headers, body } = await app.inject({ url: '/v1/me', headers: { authorization } });
    expect([authorization.slice(0, 12), statusCode]).toEqual([authorization.slice(0, 12), 401]);
    expect(String(headers['www-authenticate'])).toMatch(/^Bearer realm="tocsin"(, error="invalid_token")?$/);
    expect(body).not.toContain('aaa');
  }
});

describe('an issuer', () => {
  /** One that publishes this configuration, and counts what it is asked. */
  async function misleading(
    configuration: (url: string) => unknown,
    keys: RequestListener = (_, r) => r.end('{"keys":[]}'),
  ) {
    const seen: string[] = [];
    const [server, url] = await listening((request, response) => {
      seen.push(request.url!);
      if (request.url === '/keys') return keys(request, response);
      const told = configuration(url);
      if (typeof told === 'function') return (told as RequestListener)(request, response);
      response.end(typeof told === 'string' ? told : JSON.stringify(told));
    });
    return { server, url, seen };
  }

  test('that is another one than it should be, or has its keys elsewhere on this machine, is not believed', async () => {
    const other = await misleading(() => ({ issuer: issuer.issuer, jwks_uri: `${issuer.issuer}/jwks` }));
    await expect(discover(other.url)).rejects.toThrow('give its name exactly');
    const plain = await misleading((url) => ({ issuer: url, jwks_uri: 'http://keys.acme.dev/jwks' }));
    await expect(discover(plain.url)).rejects.toThrow('must be an https address');
    for (const address of [
      'file:///etc/passwd',
      'https://u:p@keys.acme.dev/',
      'data:application/json,{}',
      7,
      undefined,
    ])
      await expect(discover((await misleading((url) => ({ issuer: url, jwks_uri: address }))).url)).rejects.toThrow(
        /jwks_uri/,
      );
    expect(addressProblem('https://127.0.0.1/keys', 'https://login.acme.dev')).toMatch(/must not lead to this machine/);
    expect(addressProblem('http://localhost:8080/latest', 'https://login.acme.dev')).toMatch(/this machine/);
    expect(addressProblem('https://keys.acme.dev', 'https://login.acme.dev')).toBeUndefined();
  });

  test('that redirects, answers without end or with what is no JSON is not believed', async () => {
    const redirecting: RequestListener = (_, response) =>
      response.writeHead(302, { location: `${attackersUrl}/c` }).end();
    await expect(discover((await misleading(() => redirecting)).url)).rejects.toThrow();
    const endless: RequestListener = (_, response) => response.end('x'.repeat(300_000));
    await expect(discover((await misleading(() => endless)).url)).rejects.toThrow('more than 262144 bytes');
    await expect(discover((await misleading(() => '[1')).url)).rejects.toThrow();
    await expect(discover((await misleading(() => 'null')).url)).rejects.toThrow('does not name it');
    expect(asked).toEqual([]);
  });

  test('that is away makes nobody anybody: 503, until it is back', async () => {
    const { url, seen, server } = await misleading(
      (own) => ({ issuer: own, jwks_uri: `${own}/keys` }),
      (_, response) => response.writeHead(500).end(),
    );
    const there = await bareServer({ issuer: url });
    const answer = await me(await issuer.signed({ iss: url }), there);
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(seen).toContain('/keys');
    server.close();
    const gone = await bareServer({ issuer: 'http://127.0.0.1:9' });
    expect((await me(await issuer.signed(), gone)).statusCode).toBe(503);
    expect((await gone.inject('/readyz')).json()).toMatchObject({ status: 'not ready', parts: { temporal: 'ok' } });
    await Promise.all([there.close(), gone.close()]);
  });

  test('is not asked again for each token with a key that there is not', async () => {
    const key = { ...(await exportJWK(issuer.publicKey)), kid: 'k1', alg: 'RS256' };
    const { url, seen } = await misleading(
      (own) => ({ issuer: own, jwks_uri: `${own}/keys` }),
      (_, response) => response.end(JSON.stringify({ keys: [key] })),
    );
    const there = await bareServer({ issuer: url });
    for (let each = 0; each < 20; each++)
      await refused(issuer.signed({ iss: url }, { kid: `made-up-${each}` }), /has no key/, there);
    expect((await me(await issuer.signed({ iss: url, roles: ['owner'] }), there)).statusCode).toBe(200);
    expect(seen).toHaveLength(2);
    await there.close();
  });

  test('whose document of keys holds a symmetric one verifies nothing with it', async () => {
    const secret = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
      type: 'spki',
      format: 'pem',
    });
    const k = Buffer.from(secret).toString('base64url');
    const { url } = await misleading(
      (own) => ({ issuer: own, jwks_uri: `${own}/keys` }),
      (_, response) => response.end(JSON.stringify({ keys: [{ kty: 'oct', kid: 'k1', k }] })),
    );
    const there = await bareServer({ issuer: url });
    const forged = new SignJWT({ ...claims(), iss: url })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(Buffer.from(secret));
    await refused(forged, /in a way that is not taken/, there);
    await there.close();
  });
});

test('a file of subjects names each once, and roles that there are', () => {
  expect(() => readSubjects('examples/rota.yaml')).toThrow(/subjects/);
  expect([...readSubjects('examples/subjects.yaml').values()].flatMap(({ roles }) => roles)).toContain('counsel');
});
