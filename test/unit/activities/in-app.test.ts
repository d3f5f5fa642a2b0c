/** Notices that the company's own product shows: signed, once by their id, tried again until it takes them; exercises apart. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { inAppSettings } from '../../../activities/in-app/settings';
import { createInAppWebhook } from '../../../activities/in-app/webhook-in-app';
import type { InAppInput } from '../../../activities/types';
import { LOOPBACK } from '../../../platform/free-port';
import { readSettings, type SettingsError } from '../../../platform/settings/load';
import { afterFile } from '../../setup/helpers';
import { draftInput, failureOf, startBench } from './fixtures';

const secret = `whsec_${Buffer.from('a secret of the product, for tests').toString('base64')}`;

/** A product that answers so, in this order, then with 204. `undefined`: it takes the message, and its answer is lost. */
async function product(...answers: Array<[status: number, headers?: Record<string, string>] | undefined>) {
  const got: Array<{ headers: IncomingHttpHeaders; body: string }> = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      const lost = answers.length > 0 && answers[0] === undefined;
      const [status, headers] = answers.shift() ?? [204];
      if (lost) response.destroy();
      else response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  afterFile(() => void server.close());
  return { url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/hook`, got };
}

async function notice(url: string | undefined, of: Partial<InAppInput> = {}) {
  const bench = await startBench();
  bench.deps.ports.live.inApp = createInAppWebhook(url === undefined ? undefined : { url, secret });
  bench.deps.ports.exercise.inApp = createInAppWebhook(url === undefined ? undefined : { url, secret }, {
    contained: true,
  });
  const { renderings } = await bench.activities.draftNotice(draftInput({ exercise: of.exercise ?? false }));
  const input: InAppInput = {
    ...{ incidentId: 'INC-7', exercise: false, obligation: 'enterprise-notice', round: 1 },
    ...{ at: '2026-04-01T03:00:00.000Z', title: 'Notice to enterprise customers', renderings },
    audience: { to: 'workspace-owners', workspaces: ['ws-1'], dataSets: ['accounts'] },
    ...of,
  };
  return { tell: () => bench.activities.tellInApp(input), renderings, bench };
}

test('the product gets who is told, and the approved texts by language with their hashes, signed', async () => {
  const { url, got } = await product();
  const { tell, renderings } = await notice(url);
  const { messageId } = await tell();
  expect(messageId).toMatch(/^inapp_[0-9a-f]{32}$/);
  expect(got[0]!.headers['webhook-id']).toBe(messageId);
  const said = new Webhook(secret).verify(got[0]!.body, got[0]!.headers as Record<string, string>) as never;
  expect(said).toEqual({
    type: 'incident.notice',
    timestamp: '2026-04-01T03:00:00.000Z',
    data: {
      ...{ incident: 'INC-7', obligation: 'enterprise-notice', round: 1, exercise: false },
      audience: { to: 'workspace-owners', workspaces: ['ws-1'], dataSets: ['accounts'] },
      texts: renderings.map(({ language, sha256 }) => ({
        ...{ language, sha256, subject: expect.any(String), text: expect.stringContaining('about nature') },
      })),
    },
  });
});

test('an answer that is lost is followed by the same message under the same id; another round has another', async () => {
  const { url, got } = await product(undefined);
  const { tell, bench, renderings } = await notice(url);
  expect(await failureOf(tell())).toMatchObject({ type: 'InAppUnavailable', nonRetryable: false });
  await tell();
  expect(got.map(({ body }) => body)).toEqual([got[0]!.body, got[0]!.body]);
  expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  const input = { incidentId: 'INC-7', exercise: false, obligation: 'enterprise-notice', round: 2, renderings };
  const audience = { to: 'workspace-owners' as const, workspaces: 'all' as const, dataSets: [] };
  await bench.activities.tellInApp({ ...input, at: '2026-04-01T04:00:00.000Z', title: 'x', audience });
  expect(got[2]!.headers['webhook-id']).not.toBe(got[0]!.headers['webhook-id']);
});

test.each<[number, Record<string, string>, object]>([
  [429, { 'retry-after': '30' }, { type: 'InAppUnavailable', nextRetryDelay: 30_000 }],
  [503, {}, { type: 'InAppUnavailable' }],
  [401, {}, { type: 'InAppRefused', message: expect.stringContaining('TOCSIN_IN_APP_SECRET') }],
  [302, { location: 'https://elsewhere.example' }, { type: 'InAppRefused' }],
])('the answer %i: told, and tried again', async (status, headers, expected) => {
  const { url, got } = await product([status, headers]);
  const { tell } = await notice(url);
  expect(await failureOf(tell())).toMatchObject({ ...expected, nonRetryable: false });
  await tell();
  expect(got).toHaveLength(2);
});

test('a pack that asks for it where no product is set up is told so', async () => {
  const { tell } = await notice(undefined);
  expect(await failureOf(tell())).toMatchObject({
    type: 'InAppRefused',
    message: expect.stringContaining('TOCSIN_IN_APP_URL'),
  });
});

test('an exercise reaches this machine alone, and never by the address of live incidents', async () => {
  const { url, got } = await product();
  await (await notice(url, { exercise: true })).tell();
  expect(JSON.parse(got[0]!.body).data).toMatchObject({
    exercise: true,
    texts: [{ subject: expect.stringMatching(/^\[EXERCISE\] /) }, {}, {}],
  });
  const away = await notice('https://product.example/hook', { exercise: true });
  expect(await failureOf(away.tell())).toMatchObject({ type: 'ExerciseNotContained' });
  const live = await notice(url, { exercise: true });
  live.bench.deps.ports.exercise.inApp = live.bench.deps.ports.live.inApp;
  expect(await failureOf(live.tell())).toMatchObject({ type: 'ExerciseNotContained' });
  expect(got).toHaveLength(1);
});

test.each([
  [{}, undefined],
  [
    { TOCSIN_IN_APP_URL: 'https://app.acme.dev/hook', TOCSIN_IN_APP_SECRET: secret },
    { url: 'https://app.acme.dev/hook', secret },
  ],
  [{ TOCSIN_IN_APP_URL: 'https://app.acme.dev/hook' }, /^TOCSIN_IN_APP_SECRET: is needed/],
  [{ TOCSIN_IN_APP_URL: 'http://app.acme.dev/hook', TOCSIN_IN_APP_SECRET: secret }, /^TOCSIN_IN_APP_URL: .*https/],
])('settings %#', (env, expected) => {
  if (!(expected instanceof RegExp)) return expect(readSettings(inAppSettings, env)).toEqual(expected);
  const problems = () => {
    try {
      return readSettings(inAppSettings, env);
    } catch (error) {
      return (error as SettingsError).problems;
    }
  };
  expect(problems()).toEqual([expect.stringMatching(expected)]);
});

test('a corrected text has an id of its own, and says that it takes the place of the one before', async () => {
  const { url, got } = await product();
  const { tell } = await notice(url);
  const { tell: correct } = await notice(url, { correction: 1 });
  const first = await tell();
  const second = await correct();
  expect(second).not.toEqual(first);
  expect(await correct()).toEqual(second);
  expect(got.map(({ body }) => JSON.parse(body).data.correction)).toEqual([undefined, 1, 1]);
});
