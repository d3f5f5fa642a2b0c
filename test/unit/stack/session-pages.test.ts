/** Who reads what the local servers of a stack hold: other accounts of the machine reach its loopback too. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startCloudflareRecorder } from '../../../stack/cloudflare-recorder';
import { startMailbox } from '../../../stack/mailbox';
import { startSite } from '../../../stack/site';
import { afterFile, temporaryDir } from '../../setup/helpers';

const KEY = 'the-key-of-the-data-folder';

async function servers(sessionKey?: string) {
  const dir = temporaryDir('pages');
  for (const [file, text] of [
    ['site/dossiers/INC-1/dossier.html', 'affected: Ann'],
    ['site/status/index.html', 'All systems go'],
  ] as const) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), text);
  }
  const started = {
    mailbox: await startMailbox({ dir: path.join(dir, 'mailbox'), apiKey: 're_key', sessionKey }),
    recorder: await startCloudflareRecorder({ dir: path.join(dir, 'recorder'), tokens: { t: 'token' }, sessionKey }),
    site: await startSite({ dir: path.join(dir, 'site'), sessionKey }),
  };
  for (const server of Object.values(started)) afterFile(() => server.stop());
  return started;
}

const statusOf = async (url: string, init: RequestInit = {}) =>
  (await fetch(url, { redirect: 'manual', ...init })).status;

test('mails, dossiers and recorded calls are for whoever holds the key; the status page is for everybody', async () => {
  const { mailbox, recorder, site } = await servers(KEY);
  const kept = [
    ...['/', '/api/messages', '/messages/1', '/_faults'].map((at) => mailbox.url + at),
    ...['/', '/api/requests', '/_faults'].map((at) => recorder.url + at),
    ...['/', '/dossiers/INC-1/dossier.html', '/dossiers', '/notices/', '/exports/', '/status%2f..%2fdossiers/'].map(
      (at) => site.url + at,
    ),
  ];
  for (const url of kept) expect([url, await statusOf(url)]).toEqual([url, 401]);
  for (const url of [mailbox.url, recorder.url])
    expect(await statusOf(`${url}/_faults`, { method: 'DELETE' })).toBe(401);
  for (const way of ['/status/../dossiers/INC-1/dossier.html', '/status/%2e%2e/dossiers/INC-1/dossier.html'])
    expect(await (await fetch(site.url + way)).text()).not.toContain('Ann');
  expect(await statusOf(`${site.url}/status/`)).toBe(200);

  const authorization = `Bearer ${KEY}`;
  expect(await statusOf(`${site.url}/dossiers/INC-1/dossier.html`, { headers: { authorization } })).toBe(200);
  const entered = await fetch(`${mailbox.url}/?key=${KEY}`, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')!.split(';')[0]!;
  expect(await statusOf(`${mailbox.url}/api/messages`, { headers: { cookie } })).toBe(200);
});

test('what sends to them has a key of its own, and needs no other', async () => {
  const { mailbox, recorder } = await servers(KEY);
  const mail = { from: 'a@example.com', to: 'b@example.com', subject: 's', text: 't' };
  const headers = { authorization: 'Bearer re_key', 'content-type': 'application/json' };
  expect(await statusOf(`${mailbox.url}/emails`, { method: 'POST', headers, body: JSON.stringify(mail) })).toBe(200);
  const verify = `${recorder.cloudflareUrl}/user/tokens/verify`;
  expect(await statusOf(verify, { headers: { authorization: 'Bearer token' } })).toBe(200);
  expect(await statusOf(`${recorder.hooksUrl}/any`, { method: 'POST', body: '{}' })).toBe(200);
});
