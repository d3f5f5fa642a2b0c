import { readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { Resend } from 'resend';
import { type Mailbox, type MailboxOptions, startMailbox } from '../../../stack/mailbox';
import { afterFile, temporaryDir } from '../../setup/helpers';

const mail = (to = 'owner@example.com', more: object = {}) => ({
  from: 'Tocsin <security@example.com>',
  to,
  subject: 'Security incident',
  text: 'What happened',
  ...more,
});

async function start(options: Partial<MailboxOptions> = {}): Promise<Mailbox & { client: Resend; dir: string }> {
  const dir = options.dir ?? temporaryDir('mailbox');
  const mailbox = await startMailbox({ apiKey: 're_test', ...options, dir });
  afterFile(() => mailbox.stop());
  return { ...mailbox, dir, client: new Resend('re_test', { baseUrl: mailbox.url }) };
}

const post = (mailbox: Mailbox, body: unknown, headers: Record<string, string> = {}, at = '/emails') =>
  fetch(mailbox.url + at, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer re_test', ...headers },
    body: JSON.stringify(body),
  });

describe('the mailbox answers as Resend does', () => {
  test('a message that was accepted is in the mailbox, as the resend client sent it', async () => {
    const { client, messages } = await start();
    const { data, error } = await client.emails.send(
      mail('Ada <ada@example.com>', { tags: [{ name: 'incident', value: 'inc-1' }] }),
    );
    expect(error).toBeNull();
    expect(messages({ to: 'ada@example.com' })).toMatchObject([
      {
        id: data!.id,
        to: ['Ada <ada@example.com>'],
        subject: 'Security incident',
        tags: [{ name: 'incident', value: 'inc-1' }],
      },
    ]);
  });

  test('no key is 401 missing_api_key, another key 403 invalid_api_key, and nothing is stored', async () => {
    const mailbox = await start();
    const without = await fetch(`${mailbox.url}/emails`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect([without.status, await without.json()]).toMatchObject([401, { statusCode: 401, name: 'missing_api_key' }]);
    const { error } = await new Resend('re_other', { baseUrl: mailbox.url }).emails.send(mail());
    expect(error).toMatchObject({ statusCode: 403, name: 'invalid_api_key' });
    expect(mailbox.messages()).toEqual([]);
  });

  test.each([
    ['from', { from: undefined }, 'missing_required_field'],
    ['to', { to: [] }, 'missing_required_field'],
    ['subject', { subject: '' }, 'missing_required_field'],
    ['html', { text: undefined }, 'missing_required_field'],
    ['to', { to: 'not an address' }, 'validation_error'],
    ['from', { from: 'nobody' }, 'invalid_from_address'],
    ['Tags', { tags: [{ name: 'incident', value: 'with space' }] }, 'validation_error'],
  ])('an email with a bad %s field is 422 and says which', async (field, change, name) => {
    const mailbox = await start();
    const response = await post(mailbox, mail(undefined, change));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ statusCode: 422, name, message: expect.stringContaining(field) });
    expect(mailbox.messages()).toEqual([]);
  });

  test('a batch of 100 is accepted in order, one of 101 is refused whole', async () => {
    const { client, messages } = await start();
    const batch = Array.from({ length: 100 }, (_, n) => mail(`user${n}@example.com`));
    const { data } = await client.batch.send(batch);
    const stored = new Map(messages().map((message) => [message.id, message.to[0]]));
    expect(data!.data.map(({ id }) => stored.get(id))).toEqual(batch.map(({ to }) => to));
    const { error } = await client.batch.send([...batch, mail()]);
    expect(error).toMatchObject({ statusCode: 422, message: expect.stringContaining('101') });
    expect(messages()).toHaveLength(100);
  });

  test('one bad email refuses a strict batch; a permissive one sends the others and names it', async () => {
    const { client, messages } = await start();
    const batch = [mail('a@example.com'), mail('bad'), mail('c@example.com')];
    expect((await client.batch.send(batch)).error).toMatchObject({ statusCode: 422 });
    expect(messages()).toEqual([]);
    const { data } = await client.batch.send(batch, { batchValidation: 'permissive' });
    expect(data).toMatchObject({ data: [{}, {}], errors: [{ index: 1, message: expect.stringContaining('`to`') }] });
    expect(messages()).toHaveLength(2);
  });

  test('past the rate it is 429 with retry-after, and the headers count down', async () => {
    const mailbox = await start({ ratePerSecond: 2 });
    const responses = await Promise.all([1, 2, 3].map(() => post(mailbox, mail())));
    expect(responses.map((response) => response.status).sort()).toEqual([200, 200, 429]);
    const refused = responses.find((response) => response.status === 429)!;
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('ratelimit-limit')).toBe('2');
    expect(await refused.json()).toMatchObject({ name: 'rate_limit_exceeded' });
    expect(mailbox.messages()).toHaveLength(2);
  });
});

describe('an idempotency key sends once', () => {
  test('the same key and body is answered alike with no new message, also after a restart', async () => {
    const first = await start();
    const batch = [mail('a@example.com'), mail('b@example.com')];
    const sent = await first.client.batch.send(batch, { idempotencyKey: 'inc-1/enterprise/1' });
    expect((await first.client.batch.send(batch, { idempotencyKey: 'inc-1/enterprise/1' })).data).toEqual(sent.data);
    await first.stop();
    const second = await start({ dir: first.dir });
    expect((await second.client.batch.send(batch, { idempotencyKey: 'inc-1/enterprise/1' })).data).toEqual(sent.data);
    expect(second.messages()).toHaveLength(2);
  });

  test('the same key with another body is 409 invalid_idempotent_request', async () => {
    const { client, messages } = await start();
    await client.emails.send(mail(), { idempotencyKey: 'k' });
    const { error } = await client.emails.send(mail('other@example.com'), { idempotencyKey: 'k' });
    expect(error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' });
    expect(messages()).toHaveLength(1);
  });

  test('a second request with the key while the first is under way is 409 concurrent_idempotent_requests', async () => {
    const { client, messages } = await start({ faults: { delayMs: 200 } });
    const results = await Promise.all([1, 2].map(() => client.emails.send(mail(), { idempotencyKey: 'k' })));
    expect(results.map(({ error }) => error?.name)).toEqual(
      expect.arrayContaining([undefined, 'concurrent_idempotent_requests']),
    );
    expect(messages()).toHaveLength(1);
  });

  test('an empty key and one of 257 characters are 400 invalid_idempotency_key', async () => {
    const mailbox = await start();
    for (const key of ['', 'k'.repeat(257)]) {
      const response = await post(mailbox, mail(), { 'idempotency-key': key });
      expect([response.status, await response.json()]).toMatchObject([400, { name: 'invalid_idempotency_key' }]);
    }
    expect((await post(mailbox, mail(), { 'idempotency-key': 'k'.repeat(256) })).status).toBe(200);
  });

  test('a key is forgotten after 24 hours, not before', async () => {
    let now = Date.parse('2026-03-01T00:00:00Z');
    const { client, messages } = await start({ now: () => now });
    const send = () => client.emails.send(mail(), { idempotencyKey: 'k' });
    await send();
    now += 24 * 3_600_000 - 1;
    await send();
    expect(messages()).toHaveLength(1);
    now += 1;
    await send();
    expect(messages()).toHaveLength(2);
  });

  test('an answer that was lost is an unknown outcome, and the same key resolves it to one message', async () => {
    const { client, messages, faults } = await start({ faults: { dropNext: 1 } });
    const lost = await client.emails.send(mail(), { idempotencyKey: 'k' });
    expect(lost.error).toMatchObject({ name: 'application_error', statusCode: null });
    const { data } = await client.emails.send(mail(), { idempotencyKey: 'k' });
    expect(messages().map(({ id }) => id)).toEqual([data!.id]);
    expect(faults.current.dropNext).toBe(0);
  });

  test('a batch that a crash cut short is completed, not doubled, by the same key', async () => {
    const first = await start();
    const batch = [mail('a@example.com'), mail('b@example.com'), mail('c@example.com')];
    const sent = await first.client.batch.send(batch, { idempotencyKey: 'k' });
    await first.stop();
    rmSync(path.join(first.dir, 'messages', `${sent.data!.data[1]!.id}.json`)); // as if it had not been written yet
    const second = await start({ dir: first.dir });
    expect((await second.client.batch.send(batch, { idempotencyKey: 'k' })).data).toEqual(sent.data);
    expect(readdirSync(path.join(first.dir, 'messages'))).toHaveLength(3);
  });
});

describe('for people and tests', () => {
  test('the next requests fail as told over /_faults, and store nothing', async () => {
    const mailbox = await start();
    const body = JSON.stringify({ failNext: 2, failStatus: 503 });
    await fetch(`${mailbox.url}/_faults`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await post(mailbox, mail())).status);
    expect(statuses).toEqual([503, 503, 200]);
    expect(mailbox.messages()).toHaveLength(1);
  });

  test('a message is one whole JSON file', async () => {
    const { client, dir } = await start();
    const { data } = await client.emails.send(mail());
    const stored = JSON.parse(readFileSync(path.join(dir, 'messages', `${data!.id}.json`), 'utf8'));
    expect(stored).toMatchObject({ id: data!.id, subject: 'Security incident', text: 'What happened' });
  });

  test('messages are listed newest first and found by recipient, subject and tag', async () => {
    const { client, url } = await start();
    await client.emails.send(mail('a@example.com', { tags: [{ name: 'incident', value: 'inc-1' }] }));
    await client.emails.send(mail('b@example.com', { subject: 'Status update' }));
    const find = async (query: string) =>
      ((await (await fetch(`${url}/api/messages${query}`)).json()) as { to: string[] }[]).map(({ to }) => to[0]);
    expect(await find('')).toEqual(['b@example.com', 'a@example.com']);
    expect(await find('?tag=incident:inc-1')).toEqual(['a@example.com']);
    expect(await find('?tag=inc-1')).toEqual(['a@example.com']);
    expect(await find('?subject=status')).toEqual(['b@example.com']);
    expect(await find('?to=A@example.com')).toEqual(['a@example.com']);
  });

  test('the pages show a message and run nothing that it contains', async () => {
    const { client, url } = await start();
    const html = '<p>Hello</p><script>document.title = "taken"</script>';
    const { data } = await client.emails.send(mail('x@example.com', { subject: '<b>bold</b>', html }));
    const list = await (await fetch(url)).text();
    expect(list).toContain('&lt;b&gt;bold&lt;/b&gt;');
    const page = await fetch(`${url}/messages/${data!.id}`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await page.text();
    expect(text).toContain('<iframe sandbox title=');
    expect(text).toContain('&lt;script&gt;');
    expect(text).not.toContain('<script>');
  });

  test('a page of another host name that resolves to loopback reads no mail', async () => {
    const { port } = await start();
    const status = await new Promise((resolve) => {
      http.get({ port, host: '127.0.0.1', path: '/api/messages', headers: { host: 'evil.example' } }, (r) =>
        resolve(r.statusCode),
      );
    });
    expect(status).toBe(421);
  });
});
