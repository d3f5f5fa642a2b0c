// What `tocsin doctor` says of the sender: whether the provider has verified its domain, and whether DMARC is published.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { provider, published } from '../../../doctor/mail-check';
import { freePort, LOOPBACK } from '../../../platform/free-port';
import { afterFile } from '../../setup/helpers';

/** A provider that answers so to the list of domains. */
async function answering(status: number, body: object): Promise<string> {
  const server = createServer((_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
  );
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  afterFile(() => void server.close());
  return `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
}

const domains = (...all: Array<[name: string, status: string]>) => ({
  object: 'list',
  has_more: false,
  data: all.map(([name, status], i) => ({ id: `d${i}`, name, status, created_at: '2026-01-01', region: 'eu-west-1' })),
});

const config = (baseUrl: string) => ({ apiKey: 're_1', baseUrl, from: 'Incidents <incidents@acme.dev>' });

test.each<[string, number, object, string, object]>([
  ['a verified domain', 200, domains(['acme.dev', 'verified']), 'acme.dev', { state: 'ok' }],
  ['a subdomain of a verified one', 200, domains(['acme.dev', 'verified']), 'mail.acme.dev', { state: 'ok' }],
  [
    'a domain that only ends alike',
    200,
    domains(['acme.dev', 'verified']),
    'not-acme.dev',
    { state: 'problem', says: expect.stringContaining('none of the domains') },
  ],
  [
    'a domain that waits for its records',
    200,
    domains(['acme.dev', 'pending']),
    'acme.dev',
    { state: 'problem', says: expect.stringContaining('(pending)'), todo: expect.stringContaining('publish') },
  ],
  [
    'a key that may only send',
    401,
    { statusCode: 401, name: 'restricted_api_key', message: 'This API key is restricted to only send emails' },
    'acme.dev',
    { state: 'not checked' },
  ],
  [
    'a wrong key',
    403,
    { statusCode: 403, name: 'invalid_api_key', message: 'API key is invalid' },
    'acme.dev',
    { state: 'problem', says: expect.stringContaining('invalid_api_key'), todo: 'Check RESEND_API_KEY' },
  ],
])('%s', async (_what, status, body, domain, expected) => {
  expect(await provider(config(await answering(status, body)), domain)).toMatchObject(expected);
});

test('a provider that does not answer has refused no key', async () => {
  const found = await provider(config(`http://127.0.0.1:${await freePort()}`), 'acme.dev');
  expect(found).toMatchObject({ state: 'problem', says: expect.stringContaining('does not answer') });
  expect(found.todo).not.toContain('RESEND_API_KEY');
});

const dns = (records: Record<string, string[]>) => ({ txt: async (name: string) => records[name] ?? [] });

test('DMARC counts at the domain and above it, not beside it, nor any other record there', async () => {
  const record = ['v=DMARC1; p=reject; rua=mailto:x@acme.dev'];
  expect(await published(dns({ '_dmarc.acme.dev': record }), 'acme.dev')).toEqual({
    state: 'ok',
    says: '_dmarc.acme.dev says reject',
  });
  expect(await published(dns({ '_dmarc.acme.dev': record }), 'mail.acme.dev')).toMatchObject({ state: 'ok' });
  for (const records of [{}, { 'acme.dev': record }, { '_dmarc.acme.dev': ['v=spf1 -all'] }, { '_dmarc.dev': record }])
    expect(await published(dns(records as Record<string, string[]>), 'acme.dev')).toMatchObject({
      state: 'warning',
      todo: expect.stringContaining('_dmarc.acme.dev'),
    });
});

test('a DNS that does not answer says nothing of the domain', async () => {
  const away = { txt: () => Promise.reject(new Error('queryTxt ETIMEOUT _dmarc.acme.dev')) };
  expect(await published(away, 'acme.dev')).toEqual({
    state: 'not checked',
    says: expect.stringContaining('the DNS does not answer'),
  });
});
