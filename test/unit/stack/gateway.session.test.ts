/** Who the gateway of the Web UI and the codec lets in, and what it tells whoever it does not. */
import { requireSession } from '../../../stack/gateway/session';
import { createLocalApp } from '../../../stack/local-server';

const KEY = 'the-key-of-this-folder';
const app = createLocalApp();
requireSession(app, KEY, 8233);
app.all('/*', async () => 'in');
afterAll(() => app.close());

const ask = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url, headers: { host: '127.0.0.1:8233', ...headers } });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

test.each(['/namespaces/default/workflows', '/codec/INC-1/encode', '/codec/decode'])(
  '%s opens with the key alone',
  async (url) => {
    expect((await ask(url, bearer(KEY))).body).toBe('in');
    for (const headers of [{}, bearer(''), bearer(`${KEY}x`), bearer(KEY.slice(1)), { authorization: KEY }])
      expect((await ask(url, headers)).statusCode).toBe(401);
    expect((await ask(url, { ...bearer(KEY), origin: 'https://evil.example' })).statusCode).toBe(403);
  },
);

test('the plain command is told which key to give and how, on one line; a browser is told of the link', async () => {
  const { body } = await ask('/codec/INC-1/encode', bearer('wrong'));
  expect(body).toMatch(/^the codec needs the key .*TEMPORAL_CODEC_AUTH or --codec-auth.* temporal\/session-key/);
  expect(body).not.toContain('\n');
  for (const url of ['/', '/codecs', '/namespaces/default/workflows'])
    expect((await ask(url)).body).toMatch(/Open the link that `npx tocsin up` printed.*temporal\/session-key/s);
  for (const { body } of [await ask('/'), await ask('/codec/decode', bearer('wrong'))]) expect(body).not.toContain(KEY);
});
