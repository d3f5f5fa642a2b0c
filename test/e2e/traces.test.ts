/**
 * One incident from its declaration at the server to its close, traced: an OTLP receiver on this machine gets its spans from server and
 * worker. They are one trace, nothing personal or secret is in them, and Temporal's history is as it is without.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import { LOCAL_API_KEY, LOCAL_API_TOKEN } from '../../stack';
import { peopleClose } from '../faults/people';
import { rests } from '../faults/standing';
import { kindsIn } from '../setup/canaries';
import { afterFile, workflowBundle } from '../setup/helpers';
import { AUDIENCE_DOMAIN, declarationOf, everything, RealWorld } from '../setup/real-world';
import { startTocsin, type TocsinProcess } from '../setup/tocsin-process';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Array<{ key: string; value: { stringValue?: string; intValue?: string } }>;
  status: { code?: number };
}

/** What the receiver got: the spans with the name of their process, each post as it came, and its headers. */
const got: Array<Span & { service: string }> = [];
const posts: string[] = [];
const keys = new Set<unknown>();

let world: RealWorld;
let server: TocsinProcess;
let id: string;

beforeAll(async () => {
  quietWorkers();
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (request.url !== '/v1/traces') return void response.writeHead(404).end();
      posts.push(body);
      keys.add(request.headers['x-key']);
      const { resourceSpans } = JSON.parse(body);
      for (const { resource, scopeSpans } of resourceSpans) {
        const service = resource.attributes.find(({ key }: { key: string }) => key === 'service.name').value
          .stringValue;
        for (const { spans } of scopeSpans) got.push(...spans.map((span: Span) => ({ ...span, service })));
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  afterFile(() => void receiver.close());
  const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  world = await RealWorld.start();
  await world.leakRole();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret%20key' };
  const env = {
    ...traced,
    TOCSIN_SITE_URL: world.standIns().site.url,
    TOCSIN_STATUS_DIR: world.standIns().site.dir,
    CLOUDFLARE_API_TOKEN: LOCAL_API_TOKEN,
    CLOUDFLARE_ACCOUNT_ID: 'local',
    CLOUDFLARE_BASE_URL: world.standIns().recorder.cloudflareUrl,
  };
  [server] = await Promise.all([startTocsin(world, 'serve', env), startTocsin(world, 'worker', env)]);
}, 240_000);

const attribute = ({ attributes }: Span, name: string) =>
  Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0];

async function post(route: string, body: object) {
  const key = readFileSync(path.join(world.dir, 'data', 'server', 'session-key'), 'utf8').trim();
  const url = /API and codec: (\S+)/.exec(server.out())![1]!;
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'idempotency-key': route.replaceAll('/', '-'),
  };
  const answer = await fetch(`${url}${route}`, { method: 'POST', headers, body: JSON.stringify(body) });
  // biome-ignore lint/suspicious/noExplicitAny: whatever it answers
  return { status: answer.status, json: (await answer.json()) as any };
}

test('from the declaration to the call of a provider it is one trace', async () => {
  const given = declarationOf('', everything('traced'));
  const { id: _, declaredBy: __, declaredAt: ___, source: ____, owner: _____, ...declaration } = given;
  const declared = await post('/v1/incidents', declaration);
  expect([declared.status, declared.json]).toEqual([201, expect.anything()]);
  id = declared.json.id;
  await rests(world, id, 120_000);
  expect((await post(`/v1/incidents/${id}/status`, { status: 'identified' })).status).toBe(200);

  const isMail = (span: Span) => attribute(span, 'server.port') === new URL(world.mailbox.url).port;
  const spans = await until('the provider was called', () => {
    const ofCase = got.filter((span) => attribute(span, 'tocsin.case.id') === id);
    const root = ofCase.find(({ name, parentSpanId }) => name === 'start incident' && !parentSpanId);
    const trace = root && got.filter(({ traceId }) => traceId === root.traceId);
    if (!root || !trace?.some(isMail) || !trace.some(({ name }) => name === 'update status')) return undefined;
    // A request has ended before the activity that made it: its parent comes with a later post.
    const there = new Set(trace.map(({ spanId }) => spanId));
    return trace.every(({ parentSpanId }) => !parentSpanId || there.has(parentSpanId)) && { root, trace, ofCase };
  });
  const { root, trace, ofCase } = spans;
  // Every span that names the incident is in its trace, and each has its parent there.
  expect(ofCase.filter(({ traceId }) => traceId !== root.traceId)).toEqual([]);
  const places = new Set(trace.map(({ spanId }) => spanId));
  expect(places.size).toBe(trace.length);
  expect(trace.filter(({ parentSpanId }) => parentSpanId && !places.has(parentSpanId))).toEqual([]);
  const call = trace.find(isMail)!;
  const activity = trace.find(({ spanId }) => spanId === call.parentSpanId)!;
  expect([activity.name, activity.parentSpanId, activity.service]).toEqual([
    expect.stringMatching(/^activity \w+$/),
    root.spanId,
    'tocsin-worker',
  ]);
  expect([root.service, root.kind, call.kind]).toEqual(['tocsin-server', 3, 3]);
  for (const { name, startTimeUnixNano, endTimeUnixNano } of trace)
    expect([name, BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)]).toEqual([name, true]);
  expect(attribute(activity, 'tocsin.outcome')).toBe('ok');
  expect([...keys]).toEqual(['a secret key']);
}, 240_000);

test('over its whole life nothing personal and no secret is in any span, and names are few', async () => {
  await peopleClose(world, id, 150_000);
  // Twice the pause between two posts, and a little.
  await sleep(5_000);
  const canaries = {
    recipients: AUDIENCE_DOMAIN,
    title: 'Leaked deploy key',
    'how it occurred': 'A deploy key stood in a public build log',
    system: 'ci-runner',
    'malicious source': '203.0.113.',
    credential: 'ci-traced',
    consequences: 'Phishing with real names',
    'root cause': 'A build printed its environment',
    'who acted': 'oncall',
    'key of the mail provider': LOCAL_API_KEY,
    'token of the containment': LOCAL_API_TOKEN,
    'header of the receiver': 'a secret key',
    'database login': new URL(world.postgres.url).password,
    folder: world.dir,
  };
  for (const [kind, canary] of Object.entries(canaries)) expect([kind, canary.length > 3]).toEqual([kind, true]);
  expect(kindsIn(Buffer.from(posts.join('\n')), canaries)).toEqual([]);
  expect(got.length).toBeGreaterThan(30);
  const names = [...new Set(got.map(({ name }) => name))];
  expect(names.filter((name) => !/^(start|update|signal|activity) [\w-]+$|^HTTP [A-Z]+$/.test(name))).toEqual([]);
}, 240_000);

test('its history holds nothing of the trace, and replays with the bundle that all workers have', async () => {
  const history = await world.temporal.workflow.getHandle(id).fetchHistory();
  const { traceId } = got.find((span) => attribute(span, 'tocsin.case.id') === id)!;
  const text = JSON.stringify(history);
  expect([text.includes(traceId), /traceparent|_tracer-data/.test(text)]).toEqual([false, false]);
  const headers = text.match(/"header":\{[^}]*\}/g) ?? [];
  expect([...new Set(headers)].filter((each) => each !== '"header":{}' && each !== '"header":{"fields":{}')).toEqual(
    [],
  );
  await Worker.runReplayHistory({ workflowBundle: workflowBundle() }, history, id);
}, 120_000);
