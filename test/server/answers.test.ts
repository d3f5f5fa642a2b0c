// What the server answers where something else than a field is wrong, and what a declaration may do for whom.
import { execFile } from 'node:child_process';
import { createServer as createHttp } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { google, temporal } from '@temporalio/proto';
import type { FastifyInstance } from 'fastify';
import { SealingCodec } from '../../client/codec';
import { UnknownOutcome } from '../../client/errors';
import { listCases } from '../../client/list';
import { TocsinClient } from '../../client/tocsin-client';
import { newEncryptionKey } from '../../platform/encryption-key';
import { refusalOf } from '../../server/api/failures';
import type { Refusal } from '../../server/problem';
import { type Issuer, startIssuer } from '../setup/oidc-issuer';
import { bareServer, ORIGIN } from './bare-server';

const { WorkflowExecutionInfo } = temporal.api.workflow.v1;
let issuer: Issuer;
let app: FastifyInstance;
beforeAll(async () => {
  issuer = await startIssuer();
  app = await bareServer(issuer);
});
afterAll(() => app?.close());

test('where it is not known whether a message was taken, nothing says that it was not', () => {
  const refusal = refusalOf(new UnknownOutcome('what answered is no answer')) as Refusal;
  expect([refusal.status, refusal.problem().title]).toEqual([
    503,
    'Whether the message was taken is not known: repeat it with the same Idempotency-Key',
  ]);
  for (const code of [9, 10]) {
    const error = Object.assign(new Error('grpc'), { code, details: '', metadata: {} });
    expect(refusalOf(error)).toMatchObject({ status: 503 });
  }
});

test('what Temporal refuses outright is told with its reason, and not as if it might have been taken', () => {
  const missing = 'Namespace incidents has no mapping defined for search attribute TocsinOwner';
  const grpc = Object.assign(new Error(`3 INVALID_ARGUMENT: ${missing}`), { code: 3, details: missing, metadata: {} });
  const error = new ServiceError('Failed to start Workflow', { cause: grpc });
  const { status, detail, title } = (refusalOf(error) as Refusal).problem();
  expect([status, title]).toEqual([502, 'Temporal refused it: nothing was done']);
  expect(detail).toContain(missing);
  expect(detail).toContain('`npx tocsin migrate --temporal`');
  const denied = Object.assign(new Error('7 PERMISSION_DENIED'), {
    code: 7,
    details: 'Request unauthorized.',
    metadata: {},
  });
  expect((refusalOf(denied) as Refusal).problem()).toMatchObject({
    status: 502,
    detail: expect.stringContaining('rights'),
  });
});

test('who only looks is not told to send anything again', async () => {
  const away = Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '', metadata: {} });
  const client = {
    find: () => Promise.reject(away),
    view: () => Promise.reject(away),
    send: () => Promise.reject(away),
  };
  const without = await bareServer(issuer, () => {}, { client: client as never });
  const headers = { authorization: `Bearer ${await issuer.token('responder')}` };
  const url = '/v1/incidents/INC-20260401-9f3a';
  const looked = await without.inject({ url, headers });
  expect([looked.statusCode, looked.json().detail]).toEqual([
    503,
    'Temporal or its workers did not answer: is a worker running? Look again in a moment',
  ]);
  const payload = { status: 'identified' };
  const sent = await without.inject({ method: 'POST', url: `${url}/status`, headers, payload });
  expect([sent.statusCode, sent.json().detail]).toEqual([
    503,
    expect.stringContaining('a message may have been taken'),
  ]);
  await without.close();
});

test('a namespace that Temporal has not is told as that, never as a case that there is not', async () => {
  const detail = temporal.api.errordetails.v1.NamespaceNotFoundFailure.encode({ namespace: 'incidents' }).finish();
  const status = google.rpc.Status.encode({
    ...{ code: 5, message: 'Namespace incidents is not found.' },
    details: [{ type_url: 'type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure', value: detail }],
  }).finish();
  const raw = Object.assign(new Error('5 NOT_FOUND: Namespace incidents is not found.'), {
    ...{ code: 5, details: 'Namespace incidents is not found.' },
    metadata: { get: () => [Buffer.from(status)] },
  });
  const refuse = () => Promise.reject(raw);
  const client = new TocsinClient({
    options: { namespace: 'incidents' },
    withDeadline: (_: number, call: () => unknown) => call(),
    workflowService: { describeWorkflowExecution: refuse, listWorkflowExecutions: refuse },
    workflow: {
      start: () => Promise.reject(new NamespaceNotFoundError('incidents')),
      getHandle: () => ({ executeUpdate: () => Promise.reject(new NamespaceNotFoundError('incidents')) }),
    },
  } as never);
  const without = await bareServer(issuer, () => {}, { client });
  const headers = { authorization: `Bearer ${await issuer.token('owner')}` };
  const at = '/v1/incidents/INC-20260401-9f3a';
  const declaration = {
    title: 'A key',
    kind: 'leak',
    severity: 'sev2',
    affects: ['integrity'],
    serviceAffecting: false,
  };
  for (const asked of [
    { url: '/v1/incidents' },
    { url: at },
    { url: `${at}/standing` },
    { method: 'POST', url: `${at}/status`, payload: { status: 'identified' } },
    { method: 'POST', url: `${at}/reopen`, payload: { reason: 'x' } },
    { method: 'POST', url: '/v1/incidents', payload: declaration },
  ] as const) {
    const answer = await without.inject({ ...asked, headers });
    expect([asked.url, answer.statusCode, answer.json().detail]).toEqual([
      asked.url,
      502,
      expect.stringMatching(/^Temporal has no namespace "incidents", so nothing was done\. .* TEMPORAL_NAMESPACE/),
    ]);
  }
  await without.close();
});

test('of a fault who only looked is not told that something may have been done', async () => {
  const fault = () => Promise.reject(new Error('a fault'));
  const client = { find: fault, send: fault } as never;
  const without = await bareServer(issuer, () => {}, { client });
  const headers = { authorization: `Bearer ${await issuer.token('responder')}` };
  const url = '/v1/incidents/INC-20260401-9f3a';
  const looked = await without.inject({ url, headers });
  expect([looked.statusCode, looked.json().detail]).toEqual([
    500,
    'nothing was sent or changed: the log of this server names the fault',
  ]);
  const payload = { status: 'identified' };
  const sent = await without.inject({ method: 'POST', url: `${url}/status`, headers, payload });
  expect([sent.statusCode, sent.json().detail]).toEqual([
    500,
    'whether it was done is not known: look before you send it again',
  ]);
  await without.close();
});

test('a server with other keys than the workers says which of its settings is wrong', async () => {
  const payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{}') };
  const sealed = await new SealingCodec([newEncryptionKey('k1')]).encode([payload]);
  const error = await new SealingCodec([newEncryptionKey('k2')]).decode(sealed).catch((each: unknown) => each);
  const { status, detail } = (refusalOf(error) as Refusal).problem();
  expect([status, detail]).toEqual([503, expect.stringContaining('TOCSIN_ENCRYPTION_KEYS of the workers')]);
});

test.each([
  ['counsel', { credentials: [{}] }, 'credentials'],
  ['dpo', { maliciousSources: ['203.0.113.7'] }, 'maliciousSources'],
  ['counsel', { isolate: ['ci'] }, 'isolate'],
  ['service', { assessment: {} }, 'assessment'],
  ['service', { awareAt: '2026-04-01T00:00:00Z' }, 'awareAt'],
])('%s declares nothing that their role could not send: %j', async (role, body, field) => {
  const headers = { authorization: `Bearer ${await issuer.token(role)}` };
  const declare = (payload: object) => app.inject({ method: 'POST', url: '/v1/incidents', headers, payload });
  const answer = await declare(body);
  expect([answer.statusCode, answer.json().errors?.[0].field]).toEqual([403, field]);
  expect((await declare({ isolate: [] })).statusCode).toBe(422);
});

test('what is wrong with an address is told as everything else is', async () => {
  for (const url of ['/v1/incidents/%', '/v1/incidents/%E0%A4%A', `/v1/incidents/${'a'.repeat(500)}`]) {
    const { statusCode, headers } = await app.inject(url);
    expect([url.slice(0, 30), [400, 401, 404].includes(statusCode)]).toEqual([url.slice(0, 30), true]);
    expect(headers['content-type']).toContain('application/problem+json');
    expect([headers['x-content-type-options'], headers['cache-control']]).toEqual(['nosniff', 'no-store']);
  }
});

test('the name of a field that somebody made up is not repeated', async () => {
  const headers = { authorization: `Bearer ${await issuer.token('owner')}` };
  for (const name of ['x'.repeat(101), 'ann@acme.dev', 'a b']) {
    const payload = { status: 'contained', [name]: 1 };
    const { body } = await app.inject({ method: 'POST', url: '/v1/incidents/INC-1/status', headers, payload });
    expect(body).toContain('(a field)');
    expect(body).not.toContain(name);
  }
});

test('nothing is sealed for what is no case', async () => {
  const headers = { authorization: `Bearer ${await issuer.signed({ roles: ['owner'] })}` };
  const encoding = Buffer.from('json/plain').toString('base64');
  const payload = { payloads: [{ metadata: { encoding }, data: Buffer.from('{}').toString('base64') }] };
  for (const id of ['', 'a%20b', '..%2f'])
    expect([
      id,
      (await app.inject({ method: 'POST', url: `/codec/${id}/encode`, headers, payload })).statusCode,
    ]).toEqual([id, 404]);
});

test('without an issuer no page may ask, also one whose origin is named', async () => {
  const local = await bareServer(issuer, undefined, { local: true });
  expect((await local.inject({ url: '/healthz', headers: { origin: ORIGIN } })).statusCode).toBe(403);
  await local.close();
});

test('a list says that it was cut where it was, however much of it is shown', async () => {
  const listing = (count: number) => ({
    options: { namespace: 'default', loadedDataConverter: { payloadCodecs: [] } },
    workflowService: {
      listWorkflowExecutions: async () => ({
        executions: Array.from({ length: count }, (_, at) =>
          WorkflowExecutionInfo.fromObject({
            execution: { workflowId: `INC-${at}`, runId: 'r' },
            type: { name: 'incident' },
            startTime: { seconds: 1 },
            status: 2,
            historyLength: 1,
          }),
        ),
      }),
    },
  });
  for (const [count, cut] of [
    [2, false],
    [3, true],
  ] as const)
    expect(await listCases(listing(count) as never, 'incident', { open: true, limit: 2 })).toEqual({ cases: [], cut });
});

test('the shell example stops with the problem where declaring fails', async () => {
  const asked: string[] = [];
  const server = createHttp((request, response) => {
    asked.push(request.url!);
    response.writeHead(422).end('{"title":"Fields are missing or wrong"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = {
    ...process.env,
    TOCSIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    TOCSIN_TOKEN: 'x',
  };
  const said = await new Promise<string>((resolve) =>
    execFile('sh', ['examples/api/declare.sh'], { env }, (error, _out, stderr) => resolve(`${error?.code} ${stderr}`)),
  );
  server.close();
  expect(said).toMatch(/^1 [\s\S]*Fields are missing or wrong/);
  expect(asked).toEqual(['/v1/incidents']);
});

test.each([
  ['DELETE', '/v1/incidents', 'GET, POST'],
  ['QUERY', '/v1/incidents/INC-1', 'GET'],
  ['PUT', '/v1/incidents/INC-1/status?x=1', 'POST'],
  ['GET', '/v1/incidents/INC-1/status', 'POST'],
  ['TRACE', '/healthz', 'GET'],
  ['GET', '/codec/INC-1/decode', 'POST'],
  ['DELETE', '/incidents/INC-1', 'GET'],
] as const)('%s %s is told which methods there are', async (method, url, allow) => {
  const answer = await app.inject({ method: method as 'GET', url });
  expect([answer.statusCode, answer.headers.allow, answer.json().type]).toEqual([
    405,
    allow,
    'urn:tocsin:problem:wrong-method',
  ]);
});

test('what there is not under any method is not found', async () => {
  for (const url of ['/v1/secret', '/v1/incidents/', '/codec//encode', '/well-knownXoauth'])
    expect([url, (await app.inject({ method: 'DELETE', url })).statusCode]).toEqual([url, 404]);
});

test('what the codec refuses is told as everything else is, as it is described', async () => {
  const headers = { authorization: `Bearer ${await issuer.token('owner')}` };
  const post = (url: string, payload: object) => app.inject({ method: 'POST', url, headers, payload });
  const some = { payloads: [{ data: 'e30=' }] };
  for (const [url, payload] of [
    ['/codec/decode', { payloads: 'x' }],
    ['/codec/INC-1/encode', { payloads: 'x' }],
    ['/codec/encode', some],
  ] as const) {
    const answer = await post(url, payload);
    expect([url, answer.statusCode, answer.headers['content-type']]).toEqual([
      url,
      400,
      'application/problem+json; charset=utf-8',
    ]);
    expect(answer.json().type).toBe('urn:tocsin:problem:bad-request');
  }
  const large = { payloads: [{ data: 'A'.repeat(10 * 1_048_576) }] };
  expect((await post('/codec/decode', large)).json()).toMatchObject({
    status: 413,
    detail: 'send at most 10485760 bytes',
  });
  // The plain command asks so before a query, with nothing to seal.
  expect((await post('/codec/encode', {})).statusCode).toBe(200);
});
