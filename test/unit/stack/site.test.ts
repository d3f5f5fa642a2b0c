import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { startSite } from '../../../stack/site';
import { afterFile, temporaryDir } from '../../setup/helpers';

async function start() {
  const dir = temporaryDir('site');
  mkdirSync(path.join(dir, 'status'), { recursive: true });
  mkdirSync(path.join(dir, 'dossiers', 'inc-1'), { recursive: true });
  writeFileSync(path.join(dir, 'secret.txt'), 'not for readers');
  writeFileSync(path.join(dir, 'status', 'index.html'), '<h1>All systems</h1><script>alert(1)</script>');
  writeFileSync(path.join(dir, 'status', 'status.json'), '{"ok":true}');
  writeFileSync(path.join(dir, 'status', '.hidden'), 'hidden');
  writeFileSync(path.join(dir, 'dossiers', 'inc-1', 'ico.html'), '<h1>Dossier</h1>');
  symlinkSync(path.join(dir, 'secret.txt'), path.join(dir, 'status', 'link.txt'));
  const site = await startSite({ dir });
  afterFile(() => site.stop());
  return site;
}

// fetch resolves `..` itself: the raw path must reach the server.
const raw = (port: number, target: string) =>
  new Promise<number>((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path: target }, (response) => resolve(response.statusCode!))
      .on('error', reject);
  });

test('the status page and the dossiers are served with their types, and no script may run', async () => {
  const { url } = await start();
  const page = await fetch(`${url}/status/`);
  expect(await page.text()).toContain('All systems');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  expect(page.headers.get('content-security-policy')).not.toMatch(/script-src/);
  expect((await fetch(`${url}/status/status.json`)).headers.get('content-type')).toBe(
    'application/json; charset=utf-8',
  );
  expect((await fetch(`${url}/dossiers/inc-1/ico.html`)).status).toBe(200);
});

test('the index says what exists, and a folder without a page lists its files', async () => {
  const { url } = await start();
  const index = await (await fetch(url)).text();
  expect(index).toContain('<a href="/status/">Status page</a></td><td>3 entries');
  expect(index).toContain('Register exports</a></td><td>nothing yet');
  expect(await (await fetch(`${url}/dossiers/inc-1`)).text()).toContain('<a href="ico.html">ico.html</a>');
});

test.each([
  '/secret.txt',
  '/status/../secret.txt',
  '/status/%2e%2e/secret.txt',
  '/status/..%2fsecret.txt',
  '/status/..%5csecret.txt',
  '/status/link.txt',
  '/status/.hidden',
  '/status/%00',
  '/other/',
])('%s leads to nothing outside the folders', async (target) => {
  const { port } = await start();
  expect(await raw(port, target)).toBe(404);
});
