/** The frame in which the Web UI shows details, where it lost its style sheet. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '../../../platform/free-port';
import { renderedRoute } from '../../../stack/gateway/rendered';
import { createLocalApp } from '../../../stack/local-server';
import { afterFile } from '../../setup/helpers';

async function rendered(style: string, text: string) {
  const webUi = createServer((request, response) => {
    response.setHeader('content-security-policy', "style-src 'nonce-n'");
    response.setHeader('content-type', 'text/html');
    response.end(`<style nonce="n">\n${style}\n</style><p>${request.url} ${text}</p>`);
  });
  await new Promise<void>((resolve) => webUi.listen(0, LOOPBACK, resolve));
  afterFile(() => void webUi.close());
  const app = createLocalApp();
  renderedRoute(app, `http://${LOOPBACK}:${(webUi.address() as AddressInfo).port}`);
  const answer = await app.inject({ url: '/render?content=a&theme=dark', headers: { host: '127.0.0.1:8233' } });
  await app.close();
  return answer;
}

test('a style sheet that the Web UI lost is replaced, under its own policy', async () => {
  const { body, headers } = await rendered('\t\t\tZgotmplZ', 'what is next');
  // The frame may be told the wrong theme: each colour has its ground.
  expect(body).toMatch(/<style nonce="n">\s*body \{[^}]*color: #141414; background: #f8fafc \}/);
  expect(body).toMatch(/body\[data-theme="dark"\] \{ color: #f8fafc; background: #141414 \}/);
  expect(body).toContain('/render?content=a&theme=dark what is next');
  expect(headers['content-security-policy']).toBe("style-src 'nonce-n'");
});

test('one that is there stays, and so does a text that says the same', async () => {
  const { body } = await rendered('p { color: red }', 'ZgotmplZ');
  expect(body).toContain('p { color: red }');
  expect(body).toContain('ZgotmplZ</p>');
});
