// Every route with every state of a token, made from the table of access: a route without a row cannot be added.
import type { FastifyInstance } from 'fastify';
import type { KindName } from '../../client/kinds';
import { ACCESS, allows, PAGE_ACCESS } from '../../server/access';
import { COLLECTIONS, KIND_NAMES } from '../../server/api/kinds';
import { Seal } from '../../server/identity/seal';
import { Sessions } from '../../server/identity/sessions';
import { ROLES, type Role } from '../../server/roles';
import { type Issuer, startIssuer } from '../setup/oidc-issuer';
import { ADDRESS, bareServer, KEY } from './bare-server';

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
    headers: {
      ...(isPage(route) && { origin: ADDRESS }),
      ...(token && { authorization: `Bearer ${tokens.get(token)}` }),
    },
  });
};

const routes = Object.keys(ACCESS);
const isPage = (route: string) => Object.hasOwn(PAGE_ACCESS, route);
const isGuarded = (route: string) => typeof ACCESS[route] !== 'string';
const signed = routes.filter((route) => ACCESS[route] === 'signed');
const guarded = routes.filter((route) => isGuarded(route) && !isPage(route));
const pages = routes.filter((route) => isGuarded(route) && isPage(route));
const rolesOf = (route: string) => ACCESS[route] as readonly Role[];

test('each row has its route, and each route its row', () => {
  expect(added.sort()).toEqual([...routes].sort());
  for (const some of [guarded, signed]) expect(some.length).toBeGreaterThan(0);
  // Each is somebody's, and no row names a role that there is not.
  for (const route of [...guarded, ...pages]) expect([route, rolesOf(route).length > 0]).toEqual([route, true]);
});

test('a route without a row cannot be added', async () => {
  const other = await bareServer(issuer);
  expect(() => other.get('/v1/secret', async () => 'secret')).toThrow('server/access.ts does not say who may use it');
  await other.close();
});

test.each(routes.filter((route) => ACCESS[route] === 'anybody'))('%s is for anybody', async (route) => {
  expect([401, 403]).not.toContain((await ask(route)).statusCode);
});

test.each(signed.flatMap((route) => [undefined, 'owner', 'expired'].map((token) => [route, token] as const)))(
  '%s takes what its service signed, whoever else asks: %s',
  async (route, token) => {
    const answer = await ask(route, token);
    expect([answer.statusCode, answer.json().type]).toEqual([401, 'urn:tocsin:problem:bad-signature']);
  },
);

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
    // That no role came with it is another thing to mend than that it is the wrong one.
    if (role === 'nobody') expect(answer.json().detail).toContain('brings no role');
  },
);

/** Asks for a page as a browser does that has this session: sealed with that key, by somebody of that role. */
const seal = new Seal([KEY]);
const sessions = new Sessions(seal, true, '');
async function browse(route: string, session?: { role: string; sealed?: Seal; endsAt?: number; form?: string }) {
  const [method, path] = route.split(' ') as ['GET', string];
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  const { role = 'owner', sealed = seal, endsAt = inAnHour, form } = session ?? {};
  const actor = { by: 'ann@acme.dev', subject: 'ann', roles: role === 'nobody' ? [] : [role as Role] };
  const cookie = await sealed.seal('session', { ...actor, browser: 'b', endsAt }, 600);
  const csrf = form ?? sessions.formToken({ actor, browser: 'b', endsAt });
  return app.inject({
    method,
    url: path.replaceAll(/:\w+/g, 'INC-20260401-9f3a'),
    headers: {
      ...(session && { cookie: `__Host-tocsin-session=${cookie}` }),
      ...(method !== 'GET' && { origin: ADDRESS, 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(method !== 'GET' && { payload: `csrf=${csrf}` }),
  });
}

const HOUR_AGO = Math.floor(Date.now() / 1000) - 3600;

test.each(pages)('%s without a session, or one that ended or is not ours', async (route) => {
  for (const session of [
    undefined,
    { role: 'owner', endsAt: HOUR_AGO },
    { role: 'owner', sealed: new Seal(['another']) },
  ]) {
    const answer = await browse(route, session);
    if (route.startsWith('GET'))
      expect([answer.statusCode, answer.headers.location]).toEqual([303, expect.stringMatching(/^\/login\?to=%2F/)]);
    else expect([answer.statusCode, answer.body]).toEqual([401, expect.stringContaining('You are not logged in')]);
  }
});

test.each(pages.filter((route) => !route.startsWith('GET')))(
  '%s with a form that no page of this session made',
  async (route) => {
    const [role] = rolesOf(route);
    for (const form of ['', 'x']) expect((await browse(route, { role: role!, form })).statusCode).toBe(403);
  },
);

test.each(pages.flatMap((route) => [...ROLES, 'nobody'].map((role) => [route, role] as const)))(
  '%s in a session of %s',
  async (route, role) => {
    const answer = await browse(route, { role });
    expect(answer.headers['cache-control']).toBe('no-store');
    const may = role !== 'nobody' && allows(rolesOf(route), [role as Role]);
    if (may) expect([401, 403, 500]).not.toContain(answer.statusCode);
    else
      expect([answer.statusCode, answer.body]).toEqual([403, expect.stringContaining('Your roles do not allow this')]);
  },
);

// The table against what the roles are for (docs/serve.md): by the table alone, a row that lets too many in would pass.
const LEGAL =
  'acknowledge-alarms acted-at approve assess cannot-establish confirm correct decide-authority edit-draft filed follow-up hold leave-untold not-material not-owed release reopen sender stop-sending told translate waive';
const MAY: Record<Role, Record<KindName, string>> = {
  owner: {
    incident:
      'acknowledge-alarms acted-at approve assess cannot-establish close confirm contain correct decide-authority edit-draft filed follow-up hold leave-untold link measure not-material not-owed release reopen review sender settle status stop-sending told translate waive',
    triage: 'acknowledge-alarms declare dismiss merge unmerge',
    report: 'accept acknowledge-alarms acknowledge-report close credit declare decline disclose duplicate fixed',
    patch: 'acknowledge-alarms note patched waive',
  },
  responder: {
    incident:
      'acknowledge-alarms acted-at assess contain correct follow-up link measure review settle status stop-sending',
    triage: 'acknowledge-alarms declare dismiss merge unmerge',
    report: 'accept acknowledge-alarms acknowledge-report close credit declare decline disclose duplicate fixed',
    patch: 'acknowledge-alarms note patched waive',
  },
  counsel: { incident: LEGAL, triage: '', report: '', patch: '' },
  dpo: { incident: LEGAL, triage: '', report: '', patch: '' },
  auditor: { incident: '', triage: '', report: '', patch: '' },
  service: { incident: 'contain measure status', triage: '', report: '', patch: 'note patched' },
};

test.each(ROLES)('%s may send these messages, on pages the same, and no others', (role) => {
  const allowed = (prefix: string) =>
    routes
      .filter((route) => route.startsWith(prefix) && allows(rolesOf(route), [role]))
      .map((route) => route.slice(prefix.length))
      .sort()
      .join(' ');
  for (const kind of KIND_NAMES)
    expect([kind, allowed(`POST /v1/${COLLECTIONS[kind]}/:id/`)]).toEqual([kind, MAY[role][kind]]);
  expect(allowed('POST /incidents/:id/')).toBe(MAY[role].incident);
  for (const route of ['POST /v1/incidents', 'POST /incidents', 'GET /incidents/new'])
    expect([route, allows(rolesOf(route), [role])]).toEqual([route, role !== 'auditor']);
});
