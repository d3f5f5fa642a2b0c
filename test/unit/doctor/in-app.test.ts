/** The receiver of the company's own product: asked whether it answers, and sent nothing. */

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Patient } from '../../../doctor/check';
import { inApp, receiverOf } from '../../../doctor/in-app-check';
import { policySettings } from '../../../policy/settings';
import { afterFile, temporaryDir } from '../../setup/helpers';

async function receiver(status: number) {
  const asked: Array<{ method?: string; signed: boolean; body: string }> = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ method: request.method!, signed: 'webhook-signature' in request.headers, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hidden` };
}

test.each([
  [204, 'ok'],
  [405, 'ok'],
  [401, 'ok'],
  [302, 'warning'],
  [404, 'warning'],
  [503, 'warning'],
])('one that answers %i: %s, and no message was sent', async (status, state) => {
  const { asked, url } = await receiver(status);
  const found = await receiverOf(url);
  expect(found).toMatchObject({ state, says: expect.stringContaining(`answered ${status}`) });
  expect(JSON.stringify(found)).not.toContain('hidden');
  expect(asked).toEqual([{ method: 'HEAD', signed: false, body: '' }]);
});

test('one that is away is a problem, told without its address', async () => {
  const found = await receiverOf('http://127.0.0.1:1/hidden');
  expect(found).toMatchObject({ state: 'problem', todo: expect.stringContaining('TOCSIN_IN_APP_URL') });
  expect(JSON.stringify(found)).not.toContain('hidden');
});

test('a pack that has the product show a notice is told to go to the recorder where none is set up; one that does not is silent', async () => {
  const file = path.join(temporaryDir('shown'), 'shown.yaml');
  const pack = readFileSync('policy/packs/trust-center.yaml', 'utf8');
  writeFileSync(file, pack.replace('  - id: enterprise-notice\n', '$&    inApp: true\n'));
  const look = (packs: string, env = {}, config?: object) =>
    inApp.look({
      env,
      read: (group: unknown) => (group === policySettings ? { packs } : config),
    } as unknown as Patient);
  expect(await look('trust-center,gdpr')).toEqual([]);
  expect(await look(`gdpr,${file}`)).toEqual([
    {
      state: 'not checked',
      says: expect.stringMatching(/enterprise-notice: .*recorder/),
      todo: expect.stringContaining('TOCSIN_IN_APP_URL'),
    },
  ]);
  const { url } = await receiver(204);
  expect(await look('trust-center,gdpr', { TOCSIN_IN_APP_URL: url }, { url })).toEqual([
    expect.objectContaining({ state: 'not checked', says: expect.stringContaining('no rule') }),
    expect.objectContaining({ state: 'ok' }),
  ]);
});
