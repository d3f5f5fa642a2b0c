/**
 * Who may do what: the one table. A route that has no row here cannot be added to the server, and the tests make every
 * combination of row and token from it.
 */
import { COLLECTIONS, KIND_NAMES, messagesOf, VIEWS } from './api/kinds';
import { ROLES, type Role } from './roles';
import { DECLARERS, MESSAGE_ROLES, READERS } from './roles-of-messages';

/** The rule of a route: anybody, a service that signs what it sends, or whoever has one of these roles. */
export type Rule = 'anybody' | 'signed' | readonly Role[];

/** Each route of the API and the codec as `METHOD path`, with who may use it. They take tokens, and no cookie. */
export const API_ACCESS: Readonly<Record<string, Rule>> = {
  'GET /healthz': 'anybody',
  'GET /readyz': 'anybody',
  // What a browser asks before it sends a request from a page of another origin.
  'OPTIONS *': 'anybody',
  'GET /.well-known/oauth-protected-resource': 'anybody',
  'GET /v1/me': ROLES,
  'POST /codec/decode': READERS,
  'POST /codec/:workflowId/decode': READERS,
  // The plain command asks it before each query too, with nothing to seal; who may seal something, `SEALERS` says.
  'POST /codec/encode': READERS,
  'POST /codec/:workflowId/encode': READERS,
  'GET /openapi.json': 'anybody',
  'POST /v1/incidents': DECLARERS,
  ...Object.fromEntries(KIND_NAMES.flatMap(rowsOf)),
};

/** Each page. They take the cookie of a session, and no token. */
export const PAGE_ACCESS: Readonly<Record<string, Rule>> = {
  'GET /style.css': 'anybody',
  'GET /favicon.ico': 'anybody',
  'GET /login': 'anybody',
  // Without an issuer: the key of the session.
  'POST /login': 'anybody',
  'GET /callback': 'anybody',
  'GET /logged-out': 'anybody',
  // Also of whoever has no role, or whose session has ended. A session that holds needs the form of its own page.
  'POST /logout': 'anybody',
  'GET /': READERS,
  'GET /changes': READERS,
  'GET /register': READERS,
  'GET /register/case': READERS,
  // Of a mail to staff: leads to a form, and changes nothing.
  'GET /link': READERS,
  'GET /incidents/new': DECLARERS,
  'POST /incidents': DECLARERS,
  'GET /incidents/:id/notices/:obligation': READERS,
  'GET /incidents/:id/notices/:obligation/own': READERS,
  'GET /incidents/:id/notices/:obligation/:file': READERS,
  ...Object.fromEntries(KIND_NAMES.flatMap(pagesOf)),
};

/** Where paging services call back. They take no token and no cookie: each route verifies the signature of its service. */
export const CALLBACK_ACCESS: Readonly<Record<string, Rule>> = {
  'POST /callbacks/pagerduty': 'signed',
  'POST /callbacks/slack': 'signed',
};

export const ACCESS: Readonly<Record<string, Rule>> = { ...API_ACCESS, ...PAGE_ACCESS, ...CALLBACK_ACCESS };

/** Whether a route is a page, and so for browsers. */
export function isPage(method: string, path: string | undefined): boolean {
  return Object.hasOwn(PAGE_ACCESS, `${method} ${path}`);
}

/** The rows of a kind of case: its list, how one stands, and each message. */
function rowsOf(kind: (typeof KIND_NAMES)[number]): Array<[string, Rule]> {
  const all = `/v1/${COLLECTIONS[kind]}`;
  const roles: Record<string, readonly Role[]> = MESSAGE_ROLES[kind];
  return [
    [`GET ${all}`, READERS],
    [`GET ${all}/:id`, READERS],
    ...VIEWS[kind].map((view): [string, Rule] => [`GET ${all}/:id/${view}`, READERS]),
    ...messagesOf(kind).map((name): [string, Rule] => [`POST ${all}/:id/${name}`, roles[name]!]),
  ];
}

/** The pages of a kind of case: how one stands, and the form of each message. */
function pagesOf(kind: (typeof KIND_NAMES)[number]): Array<[string, Rule]> {
  const at = `/${COLLECTIONS[kind]}/:id`;
  const roles: Record<string, readonly Role[]> = MESSAGE_ROLES[kind];
  return [
    [`GET ${at}`, READERS],
    [`GET ${at}/changes`, READERS],
    ...messagesOf(kind).flatMap((name) =>
      ['GET', 'POST'].map((method): [string, Rule] => [`${method} ${at}/${name}`, roles[name]!]),
    ),
  ];
}

/** The rule of a route; `undefined`: there is none, and nobody may. */
export function ruleOf(method: string, path: string | undefined): Rule | undefined {
  const key = `${method} ${path}`;
  return Object.hasOwn(ACCESS, key) ? ACCESS[key] : undefined;
}

/** The methods that an address takes, as `Allow` lists them (RFC 9110 section 10.2.1); empty where there is nothing. */
export function methodsAt(address: string): string[] {
  const path = address.split('?', 1)[0]!;
  return PATTERNS.filter(({ pattern }) => pattern.test(path))
    .map(({ method }) => method)
    .sort();
}

const PATTERNS = Object.keys(ACCESS)
  .map((route) => route.split(' ') as [method: string, path: string])
  .filter(([, path]) => path !== '*')
  .map(([method, path]) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
  }));

/** Whether somebody with these roles may, by a rule. */
export function allows(rule: Rule, roles: readonly Role[]): boolean {
  return typeof rule === 'string' ? rule === 'anybody' : roles.some((role) => rule.includes(role));
}
