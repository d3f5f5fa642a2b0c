// Every route with every state of a token, made from the table of access: a route without a row cannot be added.
import type { FastifyInstance } from 'fastify';
import { ACCESS, allows } from '../../server/access';
import { ROLES, type Role } from '../../server/roles';
import { type Issuer, startIssuer } from '../setup/oidc-issuer';
import { bareServer } from './bare-server';

let issuer: Issuer;
let app: FastifyInstance;
const tokens = new Map<string, string>();
/** Each route as it was added. */
const added: string[] = [];

beforeAll(async () => {
  issuer = await startIssuer();
  app = await bareServer(issuer, (route) => added.push(route));
  for (const role of [...ROLES, 'nobody']) tokens.set(role, await issuer.token(role));
  const ago = Math.floor(Date.now() / 1000) - 3600;
  tokens.set('expired', await issuer.signed({ roles: ROLES, iat: ago - 600, exp: ago }));
  tokens.set('another audience', await issuer.token('owner', 'https://other.acme.dev'));
});

afterAll(() => app?.close());

/** Asks a route as it stands in the table, with ids that nothing has. */
const ask = (route: string, token?: string) => {
  const [method, path] = route.split(' ') as ['GET', string];
  return app.inject({
    method,
    url: path.replace('*', '/').replaceAll(/:\w+/g, 'INC-20260401-9f3a'),
    headers: { ...(token && { authorization: `Bearer ${tokens.get(token)}` }) },
  });
};

const routes = Object.keys(ACCESS);
const guarded = routes.filter((route) => ACCESS[route] !== 'anybody');
const rolesOf = (route: string) => ACCESS[route] as readonly Role[];

test('each row has its route, and each route its row', () => {
  expect(added.sort()).toEqual([...routes].sort());
  expect(guarded.length).toBeGreaterThan(0);
  // Each is somebody's, and no row names a role that there is not.
  for (const route of guarded) expect([route, rolesOf(route).length > 0]).toEqual([route, true]);
});

test('a route without a row cannot be added', async () => {
  const other = await bareServer(issuer);
  expect(() => other.get('/v1/secret', async () => 'secret')).toThrow('server/access.ts does not say who may use it');
  await other.close();
});

test.each(routes.filter((route) => ACCESS[route] === 'anybody'))('%s is for anybody', async (route) => {
  expect([401, 403]).not.toContain((await ask(route)).statusCode);
});

test.each(guarded)('%s without a token', async (route) => {
  const answer = await ask(route);
  expect([answer.statusCode, answer.json().type]).toEqual([401, 'urn:tocsin:problem:no-token']);
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="tocsin"');
});

test.each(guarded.flatMap((route) => ['expired', 'another audience'].map((state) => [route, state] as const)))(
  '%s with a token that is of no use: %s',
  async (route, state) => {
    const answer = await ask(route, state);
    expect([answer.statusCode, answer.json().type]).toEqual([401, 'urn:tocsin:problem:invalid-token']);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="tocsin", error="invalid_token"');
    expect(answer.json().detail).toBe(
      state === 'expired' ? 'it has expired: get a new one' : 'it is for another audience',
    );
  },
);

test.each(guarded.flatMap((route) => [...ROLES, 'nobody'].map((role) => [route, role] as const)))(
  '%s as %s',
  async (route, role) => {
    const answer = await ask(route, role);
    const may = role !== 'nobody' && allows(rolesOf(route), [role as Role]);
    if (may) expect([401, 403, 500]).not.toContain(answer.statusCode);
    else expect([answer.statusCode, answer.json().type]).toEqual([403, 'urn:tocsin:problem:not-allowed']);
  },
);
