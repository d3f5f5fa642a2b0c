// What the API says of requests that it does not take, before anything is asked of Temporal.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { compareCommands } from '../../domain/case/command-ids';
import { KEY_USED } from '../../domain/case/messages';
import { fieldProblems } from '../../domain/kernel/problems';
import { nearest } from '../../domain/kernel/suggest';
import { API_ACCESS } from '../../server/access';
import { keyOf, messageOf } from '../../server/api/bodies';
import { pageOf } from '../../server/api/page';
import { ROLES } from '../../server/roles';
import { type Issuer, startIssuer } from '../setup/oidc-issuer';
import { bareServer } from './bare-server';

let issuer: Issuer;
let app: FastifyInstance;
let token: string;

beforeAll(async () => {
  issuer = await startIssuer();
  app = await bareServer(issuer);
  token = await issuer.signed({ roles: ROLES });
});

afterAll(() => app?.close());

const ask = (method: 'GET' | 'POST', url: string, payload?: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(payload !== undefined && { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
  });

interface Operation {
  operationId: string;
  requestBody: { required: boolean; content: Record<string, { schema: { properties: object; required: string[] } }> };
}

const INCIDENT = '/v1/incidents/INC-20260401-9f3a';
const deep = `{"note":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;

test.each([
  ['who acts', { status: 'contained', by: 'ceo@acme.dev' }, 'by'],
  ['who acts, as they are', { status: 'contained', by: 'ann@acme.dev' }, 'by'],
  ['a command id', { status: 'contained', commandId: 'x' }, 'commandId'],
  ['when it was sent', { status: 'contained', sentAt: '2020-01-01T00:00:00Z' }, 'sentAt'],
  ['a paging service', { alarms: 'all', via: { service: 'slack', person: 'on-rota' } }, 'via'],
  ['no status', {}, 'status'],
  ['another status', { status: 'solved' }, 'status'],
  ['a field that there is not', { status: 'contained', colour: 'red' }, 'colour'],
  ['a list', [1], '(body)'],
  ['null', 'null', '(body)'],
  ['what is nested deeply', deep, '(body)'],
  ['what is too large', { status: 'contained', note: 'x'.repeat(300_000) }, '(body)'],
])('a message with %s names the field', async (_what, body, field) => {
  const answer = await ask('POST', `${INCIDENT}/status`, body);
  expect([answer.statusCode, answer.json().errors?.[0]?.field]).toEqual([422, field]);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.body.length).toBeLessThan(2_000);
});

test.each([
  ['who declares it', { declaredBy: 'ceo@acme.dev' }, 'declaredBy'],
  ['when it was declared', { declaredAt: '2020-01-01T00:00:00Z' }, 'declaredAt'],
  ['that it is past', { recordedAt: '2020-01-01T00:00:00Z' }, 'recordedAt'],
  ['the id of another kind of case', { id: 'TRG-9f3a5c1e0b2d' }, 'id'],
  ['the id of what runs beside cases', { id: 'tocsin-audit-watch' }, 'id'],
  ['an id that stands for a key', { id: 'INC-0123456789abcdef' }, 'id'],
  ['an id that is none', { id: { toString: 'INC-' } }, 'id'],
  ['nothing', {}, 'title'],
])('a declaration with %s names the field', async (_what, body, field) => {
  const answer = await ask('POST', '/v1/incidents', body);
  expect(answer.statusCode).toBe(422);
  expect(answer.json().errors.map((each: { field: string }) => each.field)).toContain(field);
});

test('no request of a megabyte holds the server up, whatever its keys are', async () => {
  const key = 'k'.repeat(900_000);
  const many = Object.fromEntries(Array.from({ length: 80_000 }, (_, at) => [`k${at}`, 0]));
  for (const body of [{ [key]: 1 }, many]) {
    const before = process.cpuUsage();
    const answer = await ask('POST', '/v1/incidents', body);
    expect([answer.statusCode, answer.json().errors[0].field]).toEqual([422, '(body)']);
    // Of processor time: what else the machine does counts for nothing.
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  }
  const long = await ask('POST', '/v1/incidents', { ['k'.repeat(200_000)]: 1 });
  expect(long.statusCode).toBe(422);
  expect(nearest('k'.repeat(81), ['title'])).toBeUndefined();
  const parsed = z.strictObject({}).safeParse(Object.fromEntries(Array.from({ length: 99 }, (_, at) => [`k${at}`, 0])));
  expect(fieldProblems(parsed.error!, { raw: {} })).toHaveLength(50);
});

test('what is no JSON, too much of it or under another name is refused without repeating it', async () => {
  expect((await ask('POST', `${INCIDENT}/status`, '{"canary')).statusCode).toBe(400);
  expect((await ask('POST', `${INCIDENT}/status`, '{"__proto__":{"by":"x"},"status":"contained"}')).statusCode).toBe(
    400,
  );
  expect((await ask('POST', `${INCIDENT}/status`, `{"constructor":{"prototype":{}}}`)).statusCode).toBe(400);
  expect((await ask('POST', `${INCIDENT}/status`, `"${'x'.repeat(2 << 20)}"`)).statusCode).toBe(413);
  expect(
    (await ask('POST', `${INCIDENT}/status`, 'status=x', { 'content-type': 'application/x-www-form-urlencoded' }))
      .statusCode,
  ).toBe(415);
  const { body } = await ask('POST', `${INCIDENT}/status`, { status: 'canary', canary: 'canary-value' });
  expect(body).not.toContain('canary-value');
});

test.each([
  ['of another kind', '/v1/triage-cases/INC-1'],
  ['of another kind, the other way', '/v1/incidents/TRG-9f3a5c1e0b2d'],
  ['above it', '/v1/incidents/..%2f..%2fhealthz'],
  ['with a slash', '/v1/incidents/INC-1%2Ftimeline'],
  ['with a NUL', '/v1/incidents/INC-1%00'],
  ['of a workflow that is no case', '/v1/incidents/tocsin-audit-watch'],
  ['inherited', '/v1/incidents/__proto__'],
  ['longer than ids are', `/v1/incidents/${'a'.repeat(150)}`],
  ['of nobody', '/v1/incidents/INC-1'],
  ['no message', '/v1/incidents/INC-1/toString'],
])('an id %s is not found', async (_what, url) => {
  const answer = await ask('GET', url);
  expect([answer.statusCode, answer.json().type]).toEqual([404, 'urn:tocsin:problem:not-found']);
});

test('a key of idempotency is of its sender and its case alone, and one line of visible characters', async () => {
  const ann = { by: 'ann', subject: 'issuer ann', roles: [] };
  const key = keyOf('key', ann, 'INC-1', 'status');
  expect(keyOf('key', ann, 'INC-1', 'status')).toBe(key);
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(
    new Set([
      key,
      keyOf('key', { ...ann, subject: 'issuer bob' }, 'INC-1', 'status'),
      keyOf('key', ann, 'INC-2', 'status'),
      keyOf('key', ann, 'INC-1', 'contain'),
    ]).size,
  ).toBe(4);
  const both = await ask('POST', '/v1/incidents', { id: 'INC-MINE', title: 'x' }, { 'idempotency-key': 'one' });
  expect([both.statusCode, both.json().errors[0].field]).toEqual([422, 'id']);
  for (const key of ['', 'a b', 'x'.repeat(201), 'é']) {
    const answer = await ask('POST', `${INCIDENT}/status`, { status: 'contained' }, { 'idempotency-key': key });
    expect([key.slice(0, 3), answer.json().errors?.[0]?.field]).toEqual([key.slice(0, 3), 'Idempotency-Key']);
  }
});

test('other content under a used key is told from a repeat, whatever the order of fields', () => {
  const ann = { by: 'ann', subject: 'issuer ann', roles: [] };
  const idOf = (body: object, name = 'key') =>
    messageOf('incident', 'status', body, ann, keyOf(name, ann, 'INC-1', 'status')).commandId as string;
  const first = idOf({ status: 'contained', note: 'x' });
  expect(first).toMatch(/^api-[0-9a-f]{32}-[0-9a-f]{8}$/);
  expect(idOf({ note: 'x', status: 'contained' })).toBe(first);
  const before = first.slice(0, -9);
  expect(compareCommands(before, first)).toBe('same');
  expect(compareCommands(first, idOf({ status: 'contained', note: 'y' }))).toBe('other content');
  expect(compareCommands(first, idOf({ status: 'contained', note: 'x' }, 'key2'))).toBe('another');
  // An id that somebody else made up is itself and nothing else.
  expect(compareCommands('api-x', 'api-x-1')).toBe('another');
});

test('the receipt of other content under a used key is a refusal', async () => {
  const client = {
    find: async () => ({ workflow: 'incident' }),
    send: async () => ({ events: [], note: KEY_USED }),
    sendEvenIfClosed: async () => ({ events: [], note: KEY_USED }),
  };
  const server = await bareServer(issuer, undefined, { client: client as never });
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'one' };
  for (const [name, payload] of [
    ['status', { status: 'contained' }],
    ['follow-up', { text: 'x' }],
  ] as const) {
    const answer = await server.inject({ method: 'POST', url: `${INCIDENT}/${name}`, headers, payload });
    expect([name, answer.statusCode, answer.json().type, answer.json().errors]).toEqual([
      name,
      422,
      'urn:tocsin:problem:key-used',
      [{ field: 'Idempotency-Key', problem: 'was used for this message with other content' }],
    ]);
  }
  await server.close();
});

test('a receipt says that its key was used before, and a key is bound to the name of the message', async () => {
  const sent: string[] = [];
  const client = {
    find: async () => ({ workflow: 'incident' }),
    send: async (_id: string, _name: string, { commandId }: { commandId: string }) => {
      const repeated = sent.includes(commandId);
      sent.push(commandId);
      return repeated ? { events: [], note: 'this command was already handled' } : { events: [{ seq: 1, kind: 'x' }] };
    },
  };
  const server = await bareServer(issuer, undefined, { client: client as never });
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'one' };
  const answers = [];
  for (const [name, payload] of [
    ['status', { status: 'contained' }],
    ['acknowledge-alarms', {}],
    ['status', { status: 'contained' }],
  ] as const)
    answers.push(
      (await server.inject({ method: 'POST', url: `${INCIDENT}/${name}`, headers, payload })).json().repeated,
    );
  expect(answers).toEqual([undefined, undefined, true]);
  await server.close();
});

test('a list says which parameter is wrong', async () => {
  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['limit=1e9', 'limit'],
    ['open=yes', 'open'],
    ['cursor=x', 'cursor'],
    ['sort=id', '(query)'],
    ['limit=1&limit=2', 'limit'],
  ])
    expect([query, (await ask('GET', `/v1/incidents?${query}`)).json().errors?.[0]?.field]).toEqual([query, field]);
});

test('pages hold each case once, though cases come and go between them', () => {
  const made = (id: string, nextDeadline?: string) => ({
    id,
    open: true,
    startedAt: '2026-04-01T00:00:00Z',
    nextDeadline,
    overdue: 0,
    exercise: false,
  });
  let cases = ['b', 'a', 'd', 'c', 'e'].map((id) =>
    made(id, id < 'd' ? `2026-04-0${id.charCodeAt(0) - 90}T00:00:00Z` : undefined),
  );
  const seen: string[] = [];
  let behind: never | undefined;
  for (let page = 0; page < 9; page++) {
    const { items, next } = pageOf(cases, { limit: 2, behind });
    seen.push(...items.map(({ id }) => id));
    if (!next) break;
    behind = JSON.parse(Buffer.from(next, 'base64url').toString()) as never;
    if (page === 0) cases = [...cases.filter(({ id }) => id !== 'b'), made('0', '2026-03-01T00:00:00Z'), made('f')];
  }
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('the description has every route of the table, each with its answers, and no field that the server sets', async () => {
  const answer = await app.inject('/openapi.json');
  const { openapi, paths } = answer.json() as { openapi: string; paths: Record<string, Record<string, Operation>> };
  expect(openapi).toBe('3.1.0');
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(described.sort()).toEqual(
    Object.keys(API_ACCESS)
      .filter((route) => !route.startsWith('OPTIONS'))
      .sort(),
  );
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  expect(new Set(ids).size).toBe(ids.length);
  const refs = [...new Set([...answer.body.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!))];
  expect(refs.filter((name) => !Object.hasOwn(answer.json().components.schemas, name))).toEqual([]);
  const status = paths['/v1/incidents/{id}/status']!.post!.requestBody.content['application/json']!.schema;
  expect(Object.keys(status.properties)).toEqual(expect.arrayContaining(['status', 'note']));
  expect(status.required).toEqual(['status']);
  expect(Object.keys(status.properties)).not.toEqual(expect.arrayContaining(['by']));
});

test('the description says where a message may come without a body, and that parts of a payload may be null', async () => {
  const { paths, components } = (await app.inject('/openapi.json')).json();
  const routes = Object.keys(paths).filter(
    (route) => /^\/v1\/.*\/\{id\}\/(?!declare)/.test(route) && paths[route].post,
  );
  expect(routes.length).toBeGreaterThan(30);
  const headers = { authorization: `Bearer ${token}` };
  for (const route of routes) {
    const { statusCode } = await app.inject({ method: 'POST', url: route.replace('{id}', 'INC-1'), headers });
    // Past the check of what is in it, there is no such case here.
    expect([route, statusCode === 422]).toEqual([route, paths[route].post.requestBody.required || needsOneOf(route)]);
  }
  const { data } = components.schemas.Payloads.properties.payloads.items.properties;
  expect(data.anyOf).toContainEqual({ type: 'null' });
  const answer = await ask('POST', '/codec/decode', { payloads: [{ metadata: null, data: null }] });
  expect([answer.statusCode, answer.json()]).toEqual([200, { payloads: [{}] }]);
});

/** Messages of which no field is needed, but one of several is. */
function needsOneOf(route: string): boolean {
  return ['contain', 'correct', 'disclose'].some((name) => route.endsWith(`/${name}`));
}
