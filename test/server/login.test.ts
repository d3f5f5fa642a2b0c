// People log in with a real issuer; what a browser brings back that is not its own is refused, and leads nowhere else.
import type { FastifyInstance } from 'fastify';
import { OidcLogin } from '../../server/identity/login';
import { Seal } from '../../server/identity/seal';
import { Sessions } from '../../server/identity/sessions';
import { pathOf } from '../../server/pages/login-pages';
import { logInAt } from '../setup/log-in';
import { AUDIENCE, type Issuer, startIssuer } from '../setup/oidc-issuer';
import { ADDRESS, bareServer, KEY } from './bare-server';

let issuer: Issuer;
let app: FastifyInstance;

beforeAll(async () => {
  issuer = await startIssuer();
  const oidc = {
    issuer: issuer.issuer,
    audiences: [AUDIENCE],
    nameClaim: 'email',
    grants: { claim: 'roles', subjects: new Map() },
  };
  const login = new OidcLogin(
    oidc,
    { clientId: 'pages', clientSecret: 'secret', scopes: ['openid', 'email'] },
    ADDRESS,
  );
  const sessions = new Sessions(new Seal([KEY]), true, '');
  app = await bareServer(issuer, undefined, { pages: { sessions, address: ADDRESS, login } });
});
afterAll(() => app?.close());

type Cookies = Record<string, string>;

const get = (url: string, cookies: Cookies = {}) => app.inject({ url, cookies, headers: { host: 'tocsin.acme.dev' } });
const post = (url: string, cookies: Cookies, form: Record<string, string>, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url,
    cookies,
    headers: {
      host: 'tocsin.acme.dev',
      origin: ADDRESS,
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    payload: new URLSearchParams(form).toString(),
  });
const cookiesOf = ({ cookies }: Awaited<ReturnType<typeof get>>): Cookies =>
  Object.fromEntries(cookies.map(({ name, value }) => [name, value]));
const tokenIn = (page: string) => /name="csrf" value="([^"]+)"/.exec(page)![1]!;

/** Logs in: the answer of the callback. */
async function logIn(account: string, to = '/', before: Cookies = {}) {
  const begun = await get(`/login?to=${encodeURIComponent(to)}`, before);
  const back = await logInAt(begun.headers.location as string, account);
  const callback = back.slice(ADDRESS.length);
  return { begun, callback, answer: await get(callback, { ...before, ...cookiesOf(begun) }) };
}

test('whoever is not logged in is sent to the issuer, with PKCE, and comes back to the page', async () => {
  const first = await get('/?open=1');
  expect([first.statusCode, first.headers.location]).toEqual([303, '/login?to=%2F%3Fopen%3D1']);
  const { begun, answer } = await logIn('ann-owner', '/?open=1');
  const asked = new URL(begun.headers.location as string);
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({
    client_id: 'pages',
    code_challenge_method: 'S256',
    redirect_uri: `${ADDRESS}/callback`,
    response_type: 'code',
    scope: 'openid email',
  });
  for (const name of ['state', 'nonce', 'code_challenge'])
    expect(asked.searchParams.get(name)!.length).toBeGreaterThan(30);
  expect([answer.statusCode, answer.headers.location]).toEqual([303, '/?open=1']);
  const session = answer.cookies.find(({ name }) => name === '__Host-tocsin-session')!;
  expect(session).toMatchObject({ path: '/', httpOnly: true, secure: true, sameSite: 'Lax' });
  // Who it is stands in it sealed: nothing of it can be read.
  expect(Buffer.from(session.value, 'base64').toString()).not.toContain('ann@acme.dev');
  const page = await get('/', cookiesOf(answer));
  expect([page.statusCode, page.headers['cache-control']]).toEqual([200, 'no-store']);
  expect(page.body).toContain('ann@acme.dev');
});

test('an answer of the issuer counts once, in the browser that began, with its own state', async () => {
  const { callback, begun } = await logIn('ann-owner');
  const again = await get(callback, cookiesOf(begun));
  expect([again.statusCode, again.body.includes('The login did not succeed')]).toEqual([400, true]);
  const { callback: stolen } = await logIn('eve-owner');
  // Somebody is led to the answer that another person began: they are not logged in as them.
  expect((await get(stolen)).statusCode).toBe(400);
  expect((await get(stolen, cookiesOf(begun))).statusCode).toBe(400);
  const other = stolen.replace(
    /state=[^&]+/,
    `state=${new URL(begun.headers.location as string).searchParams.get('state')}`,
  );
  expect((await get(other, cookiesOf(begun))).statusCode).toBe(400);
  for (const query of ['', '?error=access_denied', '?state=x&code=y'])
    expect([query, (await get(`/callback${query}`, cookiesOf(begun))).statusCode]).toEqual([query, 400]);
});

test('roles are those of the claims; without one nothing is shown, and an unverified address names nobody', async () => {
  const nobody = await logIn('bob');
  const refused = await get('/', cookiesOf(nobody.answer));
  expect([refused.statusCode, refused.body.includes('Log in again')]).toEqual([403, true]);
  const out = await post('/logout', cookiesOf(nobody.answer), { csrf: tokenIn(refused.body) });
  expect([out.statusCode, out.headers.location]).toEqual([303, '/logged-out']);
  const { answer } = await logIn('mallory-owner');
  expect([answer.statusCode, answer.cookies.some(({ name }) => name.endsWith('session'))]).toEqual([401, false]);
});

test('no address leads to another site', () => {
  for (const to of [
    '//evil.dev',
    '/\\evil.dev',
    'https://evil.dev',
    '/\t/evil.dev',
    '/login?to=/',
    '/callback',
    '/..//evil.dev',
    '/%0d',
    undefined,
    ['/a'],
  ])
    expect([to, pathOf(to).startsWith('/') && !/^\/[/\\]/.test(pathOf(to))]).toEqual([to, true]);
  expect(pathOf('//evil.dev')).toBe('/');
  expect(pathOf('/..//evil.dev')).toBe('/');
  expect(pathOf('/incidents/INC-1?x=%2F')).toBe('/incidents/INC-1?x=%2F');
});

test('a cookie that was changed, or sealed by another server, or for another purpose, is none', async () => {
  const { answer, begun } = await logIn('ann-owner');
  const [[name, value]] = Object.entries(cookiesOf(answer)).filter(([name]) => name.endsWith('session')) as [
    [string, string],
  ];
  const pending = Object.values(cookiesOf(begun))[0]!;
  const content = { by: 'ann', subject: 'x', roles: ['owner'], browser: 'b', endsAt: 9_999_999_999 };
  const foreign = await new Seal(['another']).seal('session', content, 600);
  const middle = Math.floor(value.length / 2);
  const changed = `${value.slice(0, middle)}${value[middle] === 'A' ? 'B' : 'A'}${value.slice(middle + 1)}`;
  for (const each of [changed, foreign, pending, 'x', ''])
    expect([each, (await get('/', { [name]: each })).statusCode]).toEqual([each, 303]);
  expect((await get('/', { [name]: value })).statusCode).toBe(200);
  // The same secret on another copy of the server opens it.
  const ended = await new Seal([KEY]).seal('session', { ...content, endsAt: Math.floor(Date.now() / 1000) - 1 }, 600);
  expect((await get('/', { [name]: ended })).statusCode).toBe(303);
});

test('a cookie opens no API, and a token no page', async () => {
  const { answer } = await logIn('ann-owner');
  expect((await get('/v1/me', cookiesOf(answer))).statusCode).toBe(401);
  const headers = { authorization: `Bearer ${await issuer.token('owner')}` };
  expect((await app.inject({ url: '/', headers })).statusCode).toBe(303);
});

test('a form counts from our own page, of this session; another logs nobody out', async () => {
  const { answer } = await logIn('ann-owner');
  const mine = cookiesOf(answer);
  const csrf = tokenIn((await get('/', mine)).body);
  for (const [name, value] of [
    ['origin', 'https://evil.dev'],
    ['origin', 'null'],
    ['sec-fetch-site', 'cross-site'],
  ])
    expect((await post('/logout', mine, { csrf }, { [name!]: value! })).statusCode).toBe(403);
  const eve = cookiesOf((await logIn('eve-owner')).answer);
  const theirs = tokenIn((await get('/', eve)).body);
  for (const token of [theirs, '', 'x']) expect((await post('/logout', mine, { csrf: token })).statusCode).toBe(403);
  const out = await post('/logout', mine, { csrf });
  expect([out.statusCode, out.headers.location]).toEqual([303, '/logged-out']);
  expect(out.cookies.find(({ name }) => name.endsWith('session'))).toMatchObject({ value: '' });
  // Whoever logs in again can send what they had open.
  const again = cookiesOf((await logIn('ann-owner', '/', mine)).answer);
  expect(tokenIn((await get('/', again)).body)).toBe(csrf);
});

test('what was typed into a form whose session has ended is shown, and nothing of it is sent', async () => {
  const { statusCode, body } = await post('/incidents', {}, { reason: 'we saw <b>it</b>', csrf: 'x' });
  expect([statusCode, body.includes('we saw &lt;b&gt;it&lt;/b&gt;')]).toEqual([401, true]);
});

test('a browser is told in a page what is not there, and a tool in a problem', async () => {
  const page = await app.inject({ url: '/nowhere', headers: { accept: 'text/html' } });
  expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
  const problem = await app.inject({ url: '/nowhere', headers: { accept: '*/*' } });
  expect([problem.statusCode, problem.headers['content-type']]).toEqual([
    404,
    'application/problem+json; charset=utf-8',
  ]);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'; style-src 'self'");
});

test('the issuer is away: nobody logs in, and that is said', async () => {
  const oidc = {
    issuer: 'http://127.0.0.1:9',
    audiences: [AUDIENCE],
    nameClaim: 'email',
    grants: { subjects: new Map() },
  };
  const login = new OidcLogin(oidc, { clientId: 'pages', scopes: ['openid'] }, ADDRESS);
  const pages = { sessions: new Sessions(new Seal([KEY]), true, ''), address: ADDRESS, login };
  const other = await bareServer(issuer, undefined, { pages });
  const answer = await other.inject({ url: '/login' });
  expect([answer.statusCode, answer.body.includes('Nobody can log in now')]).toEqual([503, true]);
  await other.close();
});
