// The codec for people and tools: who is named in what is sealed, what a body may be, and which pages may ask.
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { SealingCodec } from '../../client/codec';
import { type Issuer, startIssuer } from '../setup/oidc-issuer';
import { bareServer, KEY, ORIGIN } from './bare-server';

let issuer: Issuer;
let app: FastifyInstance;
let owner: string;
let logged = '';

beforeAll(async () => {
  issuer = await startIssuer();
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk;
      done();
    },
  });
  const log = pino({ level: 'trace' }, sink);
  app = await bareServer(issuer, undefined, { log });
  owner = await issuer.signed({ roles: ['owner'] });
});

afterAll(() => app?.close());

const plain = (value: unknown) => ({
  metadata: { encoding: Buffer.from('json/plain').toString('base64') },
  data: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64'),
});
const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${owner}`, 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
const encode = (value: unknown, id = 'INC-1') => post(`/codec/${id}/encode`, { payloads: [plain(value)] });

/** What was sealed, as a worker opens it for this workflow. */
async function opened(body: string, workflowId = 'INC-1') {
  const { payloads } = JSON.parse(body) as { payloads: Array<{ metadata: Record<string, string>; data: string }> };
  const bytes = payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
    data: Buffer.from(data, 'base64'),
  }));
  const [payload] = await new SealingCodec([KEY]).decode(bytes, { type: 'workflow', namespace: 'default', workflowId });
  return JSON.parse(Buffer.from(payload!.data!).toString());
}

test('a message is sealed in the name of whoever asks, for the workflow that the address names', async () => {
  const sealed = await encode({ status: 'identified' });
  expect(await opened(sealed.body)).toEqual({ status: 'identified', by: 'ann@acme.dev' });
  await expect(opened(sealed.body, 'INC-2')).rejects.toThrow('sealed for another workflow');
  const declared = await encode({ declaration: { id: 'INC-1', title: 'x' } });
  expect(await opened(declared.body)).toMatchObject({ declaration: { declaredBy: 'ann@acme.dev' } });
  const decoded = (await post('/codec/decode', sealed.json())).json();
  expect(JSON.parse(Buffer.from(decoded.payloads[0].data, 'base64').toString())).toMatchObject({
    status: 'identified',
  });
});

test.each([
  ['another in by', { status: 'identified', by: 'ceo@acme.dev' }, 'by'],
  ['another in declaredBy', { declaration: { declaredBy: 'ceo@acme.dev' } }, 'declaration.declaredBy'],
  ['another in by, the own one behind it', '{"by":"ann@acme.dev","by":"ceo@acme.dev"}', 'by'],
  ['acts of others', { declaration: {}, recorded: [{ by: 'ceo@acme.dev' }] }, 'recorded'],
  ['a resumption by others', { resumed: { by: 'ceo@acme.dev' } }, 'resumed'],
  ['what a run carries', { carried: {} }, 'carried'],
  ['a closed incident', { closed: { incidentId: 'INC-1' } }, 'closed'],
  ['a policy', { declaration: {}, policy: {} }, 'policy'],
  [
    'when a past incident was recorded',
    { declaration: { recordedAt: '2026-04-01T00:00:00Z' } },
    'declaration.recordedAt',
  ],
  ['a time as it was read', { declaration: { detectedAs: 'x' } }, 'declaration.detectedAs'],
  ['another time as it was read', { declaration: { awareAs: 'x' } }, 'declaration.awareAs'],
  ['when it was sent', { status: 'identified', sentAt: '2020-01-01T00:00:00Z' }, 'sentAt'],
  ['a paging service', { alarms: 'all', via: { service: 'slack', person: 'on-rota' } }, 'via'],
  ['a command of the API', { status: 'identified', commandId: 'api-0123' }, 'commandId'],
  ['an incident that stands for a key', { declaration: { id: 'INC-0123456789abcdef' } }, 'declaration.id'],
  ['what a dependency check found', { outcome: 'fixed', reason: 'x' }, 'outcome'],
  ['an erasure', { commandId: 'erase-VR-0123456789ab' }, 'commandId'],
  ['a list', [{ by: 'ceo@acme.dev' }], 'payloads'],
  ['a text', '"x"', 'payloads'],
  ['no JSON', '{', 'payloads'],
  ['what is nested deeply', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'payloads'],
])('nothing is sealed that names %s', async (_what, value, field) => {
  const answer = await encode(value);
  expect([answer.statusCode, answer.json().errors?.[0].field]).toEqual([422, field]);
});

test('only who may send every message has something sealed; nothing at all is sealed for whoever reads', async () => {
  for (const role of ['responder', 'counsel', 'dpo', 'auditor', 'service']) {
    const authorization = `Bearer ${await issuer.token(role)}`;
    const asked = await post('/codec/INC-1/encode', { payloads: [plain({ status: 'identified' })] }, { authorization });
    expect([role, asked.statusCode, asked.json().type]).toEqual([role, 403, 'urn:tocsin:problem:not-allowed']);
    expect((await post('/codec/INC-1/encode', {}, { authorization })).json()).toEqual({});
  }
});

test('nothing is sealed without a workflow, or as anything but JSON', async () => {
  expect((await post('/codec/encode', { payloads: [plain({})] })).json().detail).toContain('sealed for one workflow');
  const binary = { metadata: { encoding: Buffer.from('binary/null').toString('base64') } };
  expect((await post('/codec/INC-1/encode', { payloads: [binary] })).statusCode).toBe(422);
  expect((await post('/codec/INC-1/encode', {})).json()).toEqual({});
});

test.each([
  ['no list', { payloads: 'x' }],
  ['more than can be shown', { payloads: Array(10_001).fill({}) }],
  ['what is no payload', { payloads: [{ data: { length: 1e9 } }] }],
  ['what is no base64', { payloads: [{ data: '%' }] }],
  ['null', null],
])('a body with %s is refused', async (_what, body) => {
  expect((await post('/codec/decode', body)).statusCode).toBe(400);
});

test('a body has bounds, and cannot reach the prototype of anything', async () => {
  expect((await post('/codec/decode', { payloads: [{ data: 'A'.repeat(11 << 20) }] })).statusCode).toBe(413);
  expect((await post('/codec/decode', '{"__proto__":{"payloads":[]}}')).statusCode).toBe(400);
  expect((await post('/codec/decode', 'payloads', { 'content-type': 'text/plain' })).statusCode).toBe(415);
});

test('a page of an origin that is named may ask, with a token and without cookies; any other may not', async () => {
  const ask = (origin: string) =>
    app.inject({
      method: 'OPTIONS',
      url: '/codec/decode',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
  const { statusCode, headers } = await ask(ORIGIN);
  expect([statusCode, headers['access-control-allow-origin']]).toEqual([204, ORIGIN]);
  expect(headers['access-control-allow-credentials']).toBeUndefined();
  for (const origin of ['https://evil.dev', `${ORIGIN}.evil.dev`, 'null', ORIGIN.toUpperCase()]) {
    const refused = await ask(origin);
    expect([origin, refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([
      origin,
      403,
      undefined,
    ]);
    expect((await post('/codec/decode', {}, { origin })).statusCode).toBe(403);
  }
  expect((await post('/codec/decode', {}, { origin: ORIGIN })).statusCode).toBe(200);
});

test('what is opened and sealed stands in no log', async () => {
  await encode({ by: 'canary-of-the-codec' });
  await post('/codec/decode', '{"payloads": "canary-of-the-codec"');
  expect(logged).toContain('a request was refused');
  expect(logged).not.toMatch(/canary|Bearer|INC-1|ann@/);
});
