/**
 * What our mail port needs of Resend, from two that play it: our mailbox, and the emulator of other people (`emulate`, by Vercel
 * Labs), so that ours is not right by its own word alone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { Resend } from 'resend';
import type { MailMessage, MailPort } from '../../../activities/mail/mail-port';
import { createResendMail } from '../../../activities/mail/resend-mail';
import { freePort } from '../../../platform/free-port';
import { packageRoot } from '../../../platform/package-root';
import { startMailbox } from '../../../stack/mailbox';
import { afterFile, temporaryDir } from '../../setup/helpers';
import { until } from '../../setup/until';
import { failureOf } from '../activities/fixtures';

const FROM = 'Security <security@example.com>';

async function mailbox(): Promise<string> {
  const server = await startMailbox({ dir: path.join(temporaryDir('contract'), 'mailbox') });
  afterFile(() => server.stop());
  return server.url;
}

async function emulator(): Promise<string> {
  const port = await freePort();
  const program = path.join(packageRoot(), 'node_modules', 'emulate', 'dist', 'index.js');
  const child: ChildProcess = spawn(
    process.execPath,
    [program, 'start', '--service', 'resend', '--port', String(port)],
    { stdio: 'ignore', env: { PATH: process.env.PATH } },
  );
  afterFile(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await until('the emulator answers', () =>
    fetch(`${url}/domains`, { headers: { authorization: 'Bearer re_test' } }).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return url;
}

const mailTo = (to: string, of: Partial<MailMessage> = {}): MailMessage => ({
  to,
  subject: 'Security incident',
  html: '<p>What happened</p>',
  text: 'What happened',
  tags: [{ name: 'incident', value: 'INC-7' }],
  ...of,
});

let keys = 0;
const newKey = () => `contract/${process.pid}/${++keys}`;

describe.each([
  ['our mailbox', mailbox],
  ['emulate', emulator],
] as const)('%s', (_name, start) => {
  let mail: MailPort;
  let url: string;

  beforeAll(async () => {
    url = await start();
    mail = createResendMail({ apiKey: 're_test', baseUrl: url, from: FROM });
  }, 60_000);

  test('a batch of 100 is taken, an id for each mail', async () => {
    const outcome = await mail.sendBatch(
      Array.from({ length: 100 }, (_, n) => mailTo(`owner${n}@example.com`)),
      newKey(),
    );
    expect(outcome).toMatchObject({ outcome: 'sent' });
    expect(new Set('messageIds' in outcome ? outcome.messageIds : []).size).toBe(100);
  });

  test('the same key with the same mails sends nothing again: the same ids', async () => {
    const [batch, one] = [newKey(), newKey()];
    const mails = [mailTo('a@example.com'), mailTo('b@example.com')];
    expect(await mail.sendBatch(mails, batch)).toEqual(await mail.sendBatch(mails, batch));
    expect(await mail.send(mails[0]!, one)).toEqual(await mail.send(mails[0]!, one));
  });

  test('the same key with another content is a conflict that only a person can settle', async () => {
    const key = newKey();
    await mail.sendBatch([mailTo('a@example.com')], key);
    const conflict = await failureOf(mail.sendBatch([mailTo('a@example.com', { subject: 'Another' })], key));
    expect(conflict).toMatchObject({ type: 'MailKeyConflict' });
    expect(conflict.message).not.toContain('@');
  });

  test('the same key for one mail as for a batch is a conflict', async () => {
    const key = newKey();
    await mail.sendBatch([mailTo('a@example.com')], key);
    expect(await failureOf(mail.send(mailTo('a@example.com'), key))).toMatchObject({ type: 'MailKeyConflict' });
  });

  test('a mail without a subject is refused, and nothing is thrown', async () => {
    expect(await mail.send(mailTo('a@example.com', { subject: '' }), newKey())).toMatchObject({ outcome: 'refused' });
    const batch = [mailTo('a@example.com'), mailTo('b@example.com', { subject: '' })];
    expect(await mail.sendBatch(batch, newKey())).toMatchObject({ outcome: 'refused' });
  });

  test('a key that is too long is refused as such', async () => {
    const { error } = await new Resend('re_test', { baseUrl: url }).emails.send(
      { from: FROM, to: 'a@example.com', subject: 'S', text: 'T' },
      { idempotencyKey: 'k'.repeat(257) },
    );
    expect(error).toMatchObject({ statusCode: 400, name: 'invalid_idempotency_key' });
  });
});

describe('emulate alone', () => {
  let client: Resend;
  let mail: MailPort;
  let url: string;

  beforeAll(async () => {
    url = await emulator();
    client = new Resend('re_test', { baseUrl: url });
    mail = createResendMail({ apiKey: 're_test', baseUrl: url, from: FROM });
  }, 60_000);

  test('a mail that it took is found by its subject and the time, with the id that it was given', async () => {
    const since = new Date();
    const outcome = await mail.send(mailTo('Found@Example.com', { subject: 'To be found' }), newKey());
    const found = await mail.findSent('To be found', since);
    expect([...found!]).toEqual([['found@example.com', 'messageIds' in outcome ? outcome.messageIds[0] : '']]);
    expect(await mail.findSent('To be found', new Date(Date.now() + 60_000))).toEqual(new Map());
    const { data } = await client.emails.get([...found!.values()][0]!);
    expect(data).toMatchObject({ from: FROM, to: ['Found@Example.com'], last_event: 'email.delivered' });
  });

  // Whatever it gains is told here: it belongs into the contract above then.
  test('it has no suppression list, no webhooks to set up, and takes any address from anybody', async () => {
    const authorization = 'Bearer re_test';
    for (const what of ['/suppressions', '/webhooks'])
      expect((await fetch(url + what, { headers: { authorization } })).status).toBe(404);
    expect(await mail.send(mailTo('no address'), newKey())).toMatchObject({ outcome: 'sent' });
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ from: FROM, to: 'a@example.com', subject: 'S', text: 'T' });
    const anonymous = await fetch(`${url}/emails`, { method: 'POST', headers, body });
    expect([anonymous.status, anonymous.headers.get('ratelimit-remaining')]).toEqual([200, null]);
  });
});
