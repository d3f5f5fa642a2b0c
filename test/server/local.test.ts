// Without an issuer: this machine alone, no page of any site, and entries say that nobody proved who they are.
import type { TocsinClient } from '../../client/tocsin-client';
import { createServer } from '../../server/create-server';
import { LocalAuthenticator } from '../../server/identity/local';
import { Seal } from '../../server/identity/seal';
import { Sessions } from '../../server/identity/sessions';
import { startServer } from '../../server/start-server';
import { pagerDutyEvent } from '../setup/pagerduty';

const KEY = 'the-key-of-this-session';
const app = createServer({
  authenticator: new LocalAuthenticator(KEY, 'ann'),
  local: true,
  origins: [],
  namespace: 'default',
  client: {} as TocsinClient,
  temporal: async () => {},
  pages: { sessions: new Sessions(new Seal([KEY]), false, '8440') },
});
afterAll(async () => (await app).close());

const me = async (headers: Record<string, string>) =>
  (await app).inject({
    url: '/v1/me',
    headers: { host: '127.0.0.1:8440', authorization: `Bearer ${KEY}`, ...headers },
  });

test('the key of the session opens it, and the name is marked', async () => {
  for (const host of ['127.0.0.1:8440', 'localhost:8440', '[::1]:8440'])
    expect((await me({ host })).json()).toMatchObject({ by: 'ann (unauthenticated)' });
  expect((await me({ authorization: 'Bearer another' })).statusCode).toBe(401);
  expect((await me({ authorization: '' })).statusCode).toBe(401);
});

test('a page that resolves its own name to 127.0.0.1, or any page at all, is refused with the right key', async () => {
  for (const host of ['evil.dev', '127.0.0.1.evil.dev', '10.0.0.1'])
    expect([host, (await me({ host })).statusCode]).toEqual([host, 421]);
  for (const origin of ['https://evil.dev', 'null', 'http://127.0.0.1:9'])
    expect([origin, (await me({ origin })).statusCode]).toEqual([origin, 403]);
});

test('it does not listen where others could reach it', async () => {
  const options = {
    settings: { origins: [], pages: {} },
    temporal: { namespace: 'default' },
    encryptionKeys: [],
    taskQueue: 'tocsin',
  };
  for (const host of ['0.0.0.0', '::', '10.0.0.1'])
    await expect(startServer({ ...options, session: { key: KEY, who: 'ann' }, host, port: 0 })).rejects.toThrow(
      'without TOCSIN_OIDC_ISSUER nobody proves who they are',
    );
});

const HERE = {
  temporal: { namespace: 'default' },
  ...{ encryptionKeys: [], taskQueue: 'tocsin', session: { key: KEY, who: 'ann' }, host: '127.0.0.1', port: 0 },
};

test('the address of a server for others does not keep this machine out of the pages', async () => {
  const server = await startServer({
    settings: { origins: [], pages: { address: 'https://tocsin.acme.dev' } },
    ...HERE,
  });
  const answer = await fetch(`${server.url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: server.url },
    body: new URLSearchParams({ key: KEY }),
  });
  // A browser keeps a cookie for TLS alone from no page without it.
  expect([answer.status, /; secure/i.test(answer.headers.get('set-cookie')!)]).toEqual([303, false]);
  await server.stop();
});

test('a paging service calls back at the server that knows its secret, and needs no session', async () => {
  const secret = 'the secret of a subscription';
  const server = await startServer({
    settings: { origins: [], pages: {} },
    callbacks: { rotaFile: 'examples/rota.yaml', pagerduty: [secret] },
    ...HERE,
  });
  const status = async (secrets: string[]) => {
    const { body, headers } = pagerDutyEvent(secrets, { type: 'pagey.ping', data: {} });
    return (await fetch(`${server.url}/callbacks/pagerduty`, { method: 'POST', headers, body })).status;
  };
  expect([await status([secret]), await status(['another secret'])]).toEqual([202, 401]);
  await server.stop();
});
