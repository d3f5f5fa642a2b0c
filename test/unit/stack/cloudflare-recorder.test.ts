import { readFileSync } from 'node:fs';
import path from 'node:path';
import Cloudflare from 'cloudflare';
import {
  type CloudflareRecorder,
  type CloudflareRecorderOptions,
  startCloudflareRecorder,
} from '../../../stack/cloudflare-recorder';
import { afterFile, temporaryDir } from '../../setup/helpers';

async function start(options: Partial<CloudflareRecorderOptions> = {}) {
  const dir = options.dir ?? temporaryDir('recorder');
  const recorder = await startCloudflareRecorder({ tokens: { t1: 'first-secret' }, ...options, dir });
  afterFile(() => recorder.stop());
  return { ...recorder, dir, client: connect(recorder, 'api-token') };
}

const connect = (recorder: CloudflareRecorder, apiToken: string) =>
  new Cloudflare({ apiToken, baseURL: recorder.cloudflareUrl, maxRetries: 0 });

const block = (value: string, notes = 'tocsin inc-1') => ({
  account_id: 'acc',
  mode: 'block' as const,
  configuration: { target: 'ip' as const, value },
  notes,
});

describe('IP access rules, by the cloudflare client', () => {
  test('a rule that was created is listed, found by its value and gone once deleted', async () => {
    const { client } = await start();
    const rule = await client.firewall.accessRules.create(block('203.0.113.7'));
    await client.firewall.accessRules.create(block('203.0.113.8'));
    const found = await client.firewall.accessRules.list({
      account_id: 'acc',
      configuration: { value: '203.0.113.7', target: 'ip' },
    });
    expect(found.result).toMatchObject([{ id: rule.id, mode: 'block', notes: 'tocsin inc-1' }]);
    expect(await client.firewall.accessRules.get(rule.id, { account_id: 'acc' })).toMatchObject({ id: rule.id });
    await client.firewall.accessRules.delete(rule.id, { account_id: 'acc' });
    await expect(client.firewall.accessRules.get(rule.id, { account_id: 'acc' })).rejects.toMatchObject({
      status: 404,
    });
  });

  test('a second rule for the same source is refused with 10009; another zone may have it', async () => {
    const { client } = await start();
    await client.firewall.accessRules.create(block('203.0.113.7'));
    await expect(
      client.firewall.accessRules.create({ ...block('203.0.113.7'), mode: 'challenge' }),
    ).rejects.toMatchObject({
      status: 400,
      errors: [{ code: 10009, message: 'firewallaccessrules.api.duplicate_of_existing' }],
    });
    const { mode, configuration, notes } = block('203.0.113.7');
    expect(await client.firewall.accessRules.create({ zone_id: 'zone', mode, configuration, notes })).toMatchObject({
      scope: { id: 'zone' },
    });
  });

  test('the pages of a list give every rule once', async () => {
    const { client } = await start();
    for (let n = 1; n <= 45; n++) await client.firewall.accessRules.create(block(`198.51.100.${n}`));
    const values = new Set<string>();
    let pages = 0;
    for await (const page of (
      await client.firewall.accessRules.list({ account_id: 'acc', per_page: 20 })
    ).iterPages()) {
      pages++;
      for (const rule of page.result) values.add((rule.configuration as { value: string }).value);
    }
    expect([values.size, pages >= 3]).toEqual([45, true]);
  });

  test.each([
    ['ip', '300.1.1.1'],
    ['ip6', '203.0.113.1'],
    ['ip_range', '203.0.113.0/22'],
    ['asn', '64500'],
  ])('the target %s refuses the value %s', async (target, value) => {
    const { client } = await start();
    const configuration = { target, value } as { target: 'ip'; value: string };
    await expect(client.firewall.accessRules.create({ ...block(value), configuration })).rejects.toMatchObject({
      status: 400,
    });
  });

  test('rules survive a restart', async () => {
    const first = await start();
    await first.client.firewall.accessRules.create(block('203.0.113.7'));
    await first.stop();
    const second = await start({ dir: first.dir });
    expect(second.rules()).toMatchObject([
      { scope: 'accounts/acc', rule: { configuration: { value: '203.0.113.7' } } },
    ]);
  });
});

describe('rolling a token', () => {
  test('gives a new secret that works, and the old one stops working', async () => {
    const recorder = await start();
    expect(await connect(recorder, 'first-secret').user.tokens.verify()).toMatchObject({ id: 't1', status: 'active' });
    const secret = await recorder.client.user.tokens.value.update('t1', { body: {} });
    expect(secret).not.toBe('first-secret');
    expect(await connect(recorder, secret).user.tokens.verify()).toMatchObject({ status: 'active' });
    await expect(connect(recorder, 'first-secret').user.tokens.verify()).rejects.toMatchObject({ status: 401 });
    const old = connect(recorder, 'first-secret').firewall.accessRules.list({ account_id: 'acc' });
    await expect(old).rejects.toMatchObject({ status: 403 });
  });

  test('works for tokens of an account, and is remembered after a restart', async () => {
    const first = await start();
    const secret = await first.client.accounts.tokens.value.update('t1', { account_id: 'acc' });
    await first.stop();
    const second = await start({ dir: first.dir });
    expect(await connect(second, secret).accounts.tokens.verify({ account_id: 'acc' })).toMatchObject({
      status: 'active',
    });
    await expect(connect(second, 'first-secret').user.tokens.verify()).rejects.toMatchObject({ status: 401 });
  });

  test('no secret is on disk, in the calls or in the log of calls', async () => {
    const recorder = await start();
    const secret = await recorder.client.user.tokens.value.update('t1', { body: {} });
    await connect(recorder, secret).user.tokens.verify();
    const kept = ['tokens.json', 'requests.jsonl']
      .map((name) => readFileSync(path.join(recorder.dir, name), 'utf8'))
      .join();
    for (const each of [secret, 'first-secret', 'api-token']) expect(kept).not.toContain(each);
    expect(recorder.requests({ path: '/tokens/' }).map(({ method, status }) => [method, status])).toEqual([
      ['PUT', 200],
      ['GET', 200],
    ]);
  });
});

describe('calls are recorded, and fail as told', () => {
  test('a signed webhook is answered ok and recorded with its headers and body', async () => {
    const { hooksUrl, requests } = await start();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1767225600',
      'webhook-signature': 'v1,abc',
    };
    const response = await fetch(`${hooksUrl}/isolate`, { method: 'POST', headers, body: '{"system":"db-1"}' });
    expect(await response.json()).toEqual({ ok: true });
    expect(requests({ path: '/hooks/isolate' })).toMatchObject([
      {
        method: 'POST',
        status: 200,
        body: { system: 'db-1' },
        webhook: { id: 'msg_1', timestamp: '1767225600', signature: 'v1,abc' },
      },
    ]);
  });

  test('a rule whose answer was lost exists: look before creating again', async () => {
    const { client, faults, requests } = await start({ faults: { dropNext: 1 } });
    await expect(client.firewall.accessRules.create(block('203.0.113.7'))).rejects.toThrow('Connection error');
    const { result } = await client.firewall.accessRules.list({ account_id: 'acc', notes: 'inc-1' });
    expect(result).toHaveLength(1);
    faults.set({ failNext: 1, failStatus: 502 });
    await expect(client.firewall.accessRules.create(block('203.0.113.9'))).rejects.toMatchObject({ status: 502 });
    expect(requests({ method: 'post' }).map(({ status }) => status)).toEqual([0, 502]);
  });

  test('an unknown endpoint is refused and recorded', async () => {
    const { client, requests } = await start();
    await expect(client.zones.get({ zone_id: 'z' })).rejects.toMatchObject({ status: 404 });
    expect(requests()).toMatchObject([{ path: '/client/v4/zones/z', status: 404 }]);
  });
});
