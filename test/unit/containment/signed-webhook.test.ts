import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { createContainment, webhookVault } from '../../../activities/containment';
import { afterTest, block, isolate, recorder, rotate, WEBHOOK_SECRET } from './fixtures';

/** A receiver that verifies with the reference implementation and answers as told. */
async function receiver(status = 200, answer: unknown = { ok: true }, headers: Record<string, string> = {}) {
  const received: Array<{ headers: IncomingHttpHeaders; body: Record<string, unknown> }> = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const body = new Webhook(WEBHOOK_SECRET).verify(text, request.headers as Record<string, string>);
      received.push({ headers: request.headers, body: body as Record<string, unknown> });
      response.writeHead(status, headers).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

const portFor = (url: string, exercise = false) =>
  createContainment({ exercise, timeoutMs: 2_000, providers: { webhook: { url, secret: WEBHOOK_SECRET } } });

describe('the signed webhook', () => {
  it('sends what a Standard Webhooks library verifies, with an id that a repeat shares', async () => {
    const { url, received } = await receiver();
    const port = portFor(url);
    expect((await port.apply(isolate('ci-runner'))).outcome).toBe('applied');
    await port.apply(isolate('ci-runner'));
    await port.apply(isolate('ci-runner', { incidentId: 'INC-2' }));
    expect(received.map((each) => each.body)).toEqual([
      { type: 'system.isolate', incident: 'INC-1', system: 'ci-runner', exercise: false },
      { type: 'system.isolate', incident: 'INC-1', system: 'ci-runner', exercise: false },
      { type: 'system.isolate', incident: 'INC-2', system: 'ci-runner', exercise: false },
    ]);
    const ids = received.map((each) => each.headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  it('releases under another id, and rotates by reference', async () => {
    const { url, received } = await receiver();
    const port = portFor(url, true);
    const inExercise = { exercise: true };
    await port.apply(isolate('ci-runner', inExercise));
    expect((await port.undo(isolate('ci-runner', inExercise))).outcome).toBe('undone');
    await port.apply(rotate('webhook', 'stripe-key', inExercise));
    expect(received.map((each) => each.body.type)).toEqual(['system.isolate', 'system.release', 'credential.rotate']);
    expect(received[2]!.body).toEqual({
      type: 'credential.rotate',
      incident: 'INC-1',
      ref: 'stripe-key',
      exercise: true,
    });
    expect(new Set(received.map((each) => each.headers['webhook-id'])).size).toBe(3);
  });

  it('is verified only when the receiver says so', async () => {
    expect((await portFor((await receiver(200, { verified: true })).url).apply(isolate('a'))).outcome).toBe('verified');
    expect((await portFor((await receiver(204, '')).url).apply(isolate('a'))).outcome).toBe('applied');
    expect((await portFor((await receiver(200, { verified: 'yes' })).url).apply(isolate('a'))).outcome).toBe('applied');
  });

  it('repeats nothing of what the receiver answers: it may hold a secret', async () => {
    const { url } = await receiver(200, { verified: true, secret: 'hunter2' });
    expect(JSON.stringify(await portFor(url).apply(rotate('webhook', 'stripe-key')))).not.toContain('hunter2');
  });

  it.each([400, 401, 404, 410, 302])('a %i is final and refused', async (status) => {
    const { url, received } = await receiver(status, {}, status === 302 ? { location: '/elsewhere' } : {});
    expect(await portFor(url).apply(isolate('a'))).toMatchObject({
      outcome: 'refused',
      internal: expect.stringContaining(String(status)),
    });
    expect(received).toHaveLength(1);
  });

  it.each([408, 409, 425, 429, 500, 503])('a %i is tried again', async (status) => {
    const { url } = await receiver(status);
    await expect(portFor(url).apply(isolate('a'))).rejects.toMatchObject({
      type: 'ContainmentUnavailable',
      nonRetryable: false,
    });
  });

  it('no answer is tried again', async () => {
    const cloudflare = await recorder({ faults: { dropNext: 1 } });
    await expect(portFor(`${cloudflare.hooksUrl}/isolate`).apply(isolate('a'))).rejects.toMatchObject({
      type: 'ContainmentUnavailable',
    });
    expect((await portFor(`${cloudflare.hooksUrl}/isolate`).apply(isolate('a'))).outcome).toBe('applied');
    const ids = cloudflare.requests({ path: '/isolate' }).map((each) => each.webhook?.id);
    expect(ids[0]).toBe(ids[1]);
  });
});

describe('a vault behind a webhook', () => {
  it('gets the secret signed, and nothing of it is in the failure when it refuses', async () => {
    const good = await receiver();
    await webhookVault({ url: good.url, secret: WEBHOOK_SECRET }, 500).put('postgres-role/deploy', 'hunter2');
    expect(good.received[0]!.body).toEqual({ type: 'secret.put', name: 'postgres-role/deploy', secret: 'hunter2' });
    const bad = await receiver(403, { got: 'hunter2' });
    const error = await webhookVault({ url: bad.url, secret: WEBHOOK_SECRET }, 500)
      .put('postgres-role/deploy', 'hunter2')
      .catch((thrown) => thrown);
    expect(error).toMatchObject({ type: 'ContainmentDenied' });
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('hunter2');
  });
});

describe('what is built and what is not', () => {
  const webhook = { url: 'http://127.0.0.1:9/hook', secret: WEBHOOK_SECRET };

  it('an exercise that could reach another machine is not built', () => {
    const cloudflare = { apiToken: 't', scope: { zoneId: 'z' } };
    expect(() => createContainment({ exercise: true, providers: { cloudflare } })).toThrow(
      /cloudflare\.baseURL points to api\.cloudflare\.com/,
    );
    expect(() =>
      createContainment({
        exercise: true,
        providers: { cloudflare: { ...cloudflare, baseURL: 'http://127.0.0.1:1' } },
      }),
    ).not.toThrow();
    expect(() =>
      createContainment({ exercise: true, providers: { webhook: { ...webhook, url: 'https://hooks.example.com' } } }),
    ).toThrow(/webhook\.url points to hooks/);
    expect(() =>
      createContainment({
        exercise: true,
        providers: { postgres: { url: 'postgres://a@db.example.com/x', rotatableRoles: [] } },
      }),
    ).toThrow(/postgres\.url/);
    expect(() =>
      createContainment({ exercise: true, vault: { webhook: { ...webhook, url: 'http://127.0.0.1.example.com' } } }),
    ).toThrow(/vault/);
  });

  it('an exercise never runs on the real port, nor a real incident on the one of an exercise', async () => {
    const misused = { type: 'ContainmentMisused', nonRetryable: true };
    await expect(createContainment({ exercise: true }).apply(block('203.0.113.7'))).rejects.toMatchObject(misused);
    await expect(
      createContainment({ exercise: false }).apply(block('203.0.113.7', { exercise: true })),
    ).rejects.toMatchObject(misused);
  });

  it.each([
    ['a secret without whsec_', { providers: { webhook: { ...webhook, secret: 'abc' } } }, /whsec_/],
    ['a short secret', { providers: { webhook: { ...webhook, secret: 'whsec_c2hvcnQ=' } } }, /24 random bytes/],
    ['an address that is none', { providers: { webhook: { ...webhook, url: 'hooks' } } }, /not an http/],
    [
      'an address with a password',
      { providers: { webhook: { ...webhook, url: 'http://me:pw@127.0.0.1/' } } },
      /leave them out/,
    ],
    [
      'a measure in clear over the network',
      { providers: { webhook: { ...webhook, url: 'http://hooks.example.com/containment' } } },
      /webhook\.url must be https/,
    ],
    [
      'a token in clear over the network',
      { providers: { cloudflare: { apiToken: 't', scope: { zoneId: 'z' }, baseURL: 'http://api.example.com' } } },
      /cloudflare\.baseURL must be https/,
    ],
    [
      'secrets in clear over the network',
      { vault: { webhook: { ...webhook, url: 'http://vault.example.com' } } },
      /must be https/,
    ],
  ])('%s stops the start', (_name, config, why) =>
    expect(() => createContainment({ exercise: false, ...config })).toThrow(why),
  );

  it('a measure that nothing is configured for is refused, with what to configure', async () => {
    const port = createContainment({ exercise: false });
    for (const input of [
      block('203.0.113.7'),
      isolate('ci'),
      rotate('webhook', 'a'),
      rotate('postgres-role', 'a'),
      rotate('cloudflare-token', 'a'),
    ]) {
      expect(await port.apply(input)).toMatchObject({
        outcome: 'refused',
        detail: expect.stringMatching(/not set up to /),
        internal: expect.stringMatching(/^configure /),
      });
    }
  });

  it('an exercise without a database records a simulated rotation', async () => {
    const result = await createContainment({ exercise: true }).apply(
      rotate('postgres-role', 'deploy', { exercise: true }),
    );
    expect(result).toMatchObject({ outcome: 'applied', detail: expect.stringMatching(/simulated/) });
  });
});
