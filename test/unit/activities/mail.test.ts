import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withoutAddresses } from '../../../activities/failures';
import { createExerciseMail } from '../../../activities/mail/exercise-mail';
import { isMailAddress } from '../../../activities/mail/mail-address';
import { type MailMessage, mailTag } from '../../../activities/mail/mail-port';
import { waitOf } from '../../../activities/mail/rate-pacer';
import { createResendMail } from '../../../activities/mail/resend-mail';
import { afterFile } from '../../setup/helpers';
import { failureOf } from './fixtures';

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

const message = (to = 'secret.person@example.org'): MailMessage => ({
  to,
  subject: '[EXERCISE] Hello',
  html: '<p>Hi</p>',
  text: 'Hi',
  tags: [mailTag('incident', 'INC:7')],
});
const config = (baseUrl: string) => ({ apiKey: 're_test', baseUrl, from: 'security@example.com' });

/** A provider that gives these answers in turn, and keeps the requests. */
async function provider(...answers: Answer[]) {
  const requests: { key: string | undefined; body: unknown; validation: string | undefined }[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      requests.push({
        key: request.headers['idempotency-key'] as string,
        body: text && JSON.parse(text),
        validation: request.headers['x-batch-validation'] as string,
      });
      const { status, body, headers } = answers.length > 1 ? answers.shift()! : answers[0]!;
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => void server.close());
  return { requests, mail: createResendMail(config(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)) };
}

const error = (status: number, name: string, text = 'no', headers?: Record<string, string>): Answer => ({
  status,
  body: { statusCode: status, name, message: text },
  ...(headers && { headers }),
});

test('a batch is one strict request under its key, with tags that the provider takes', async () => {
  const { mail, requests } = await provider({ status: 200, body: { data: [{ id: 'a' }, { id: 'b' }] } });
  expect(await mail.sendBatch([message(), message('b@example.org')], 'batch/1')).toEqual({
    outcome: 'sent',
    messageIds: ['a', 'b'],
  });
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ key: 'batch/1', validation: 'strict' });
  expect(requests[0]!.body).toMatchObject([
    { to: ['secret.person@example.org'], tags: [{ name: 'incident', value: 'INC_7' }] },
    {},
  ]);
});

test.each([
  ['a server error', error(500, 'application_error'), 'MailOutcomeUnknown', false],
  ['an unreadable answer', { status: 200, body: 'not json' }, 'MailOutcomeUnknown', false],
  ['ids that are missing', { status: 200, body: { data: [] } }, 'MailOutcomeUnknown', false],
  ['the same key at work', error(409, 'concurrent_idempotent_requests'), 'MailBusy', false],
  ['the same key with another body', error(409, 'invalid_idempotent_request'), 'MailKeyConflict', true],
  ['a used-up quota', error(429, 'daily_quota_exceeded'), 'MailQuotaExceeded', false],
  ['a wrong key', error(403, 'invalid_api_key'), 'MailConfiguration', false],
  ['a wrong sender', error(422, 'invalid_from_address'), 'MailSenderRefused', false],
  [
    'a sender that is not verified',
    error(403, 'validation_error', 'You can only send testing emails to your own email address (me@example.org)'),
    'MailSenderRefused',
    false,
  ],
])('%s', async (_case, answer, type, nonRetryable) => {
  const { mail } = await provider(answer);
  const failed = await failureOf(mail.sendBatch([message()], 'batch/1'));
  expect(failed).toMatchObject({ type, nonRetryable });
  expect(failed.message).not.toContain('@');
});

test('a message at fault is refused with its code, not thrown', async () => {
  const { mail } = await provider(error(422, 'validation_error', 'Invalid `to` field: secret.person@example.org'));
  expect(await mail.send(message(), 'one/1')).toEqual({ outcome: 'refused', errorCode: 'validation_error' });
});

test.each([
  ['of the provider', error(413, 'validation_error', 'The request from `from` is too large')],
  ['of what stands before it', { status: 413, body: '<html>Request Entity Too Large</html>' }],
])('a request that is too large, by the word %s, is refused for certain', async (_case, answer) => {
  const { mail } = await provider(answer);
  expect(await mail.sendBatch([message()], 'batch/1')).toEqual({ outcome: 'refused', errorCode: 'http_413' });
});

test('nobody listening is an unknown outcome', async () => {
  const failed = await failureOf(createResendMail(config('http://127.0.0.1:1')).send(message(), 'one/1'));
  expect(failed).toMatchObject({ type: 'MailOutcomeUnknown', nonRetryable: false });
});

test('a rate limit is waited for as the provider says, and the same request repeated', async () => {
  const { mail, requests } = await provider(error(429, 'rate_limit_exceeded', 'slow', { 'retry-after': '0.2' }), {
    status: 200,
    body: { id: 'a' },
  });
  const startedAt = Date.now();
  expect(await mail.send(message(), 'one/1')).toMatchObject({ outcome: 'sent' });
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(150);
  expect(requests.map(({ key }) => key)).toEqual(['one/1', 'one/1']);
});

test('a long rate limit is left to the retry, at the time the provider names', async () => {
  const { mail } = await provider(error(429, 'rate_limit_exceeded', 'slow', { 'retry-after': '120' }));
  expect(await failureOf(mail.send(message(), 'one/1'))).toMatchObject({ type: 'MailBusy', nextRetryDelay: 120_000 });
});

test('a pause of more than an hour that a provider asks for is an hour: those who must be told wait no longer', async () => {
  const far = new Date(Date.now() + 10 * 365 * 86_400_000).toUTCString();
  for (const [asked, waited] of [
    ['3599', 3_599_000],
    ['3600', 3_600_000],
    ['3601', 3_600_000],
    ['99999999999999', 3_600_000],
    [far, 3_600_000],
  ] as const)
    for (const name of ['rate_limit_exceeded', 'daily_quota_exceeded']) {
      const { mail } = await provider(error(429, name, 'slow', { 'retry-after': asked }));
      expect(await failureOf(mail.send(message(), 'one/1'))).toMatchObject({ nextRetryDelay: waited });
    }
});

test('a used-up window holds the next request back', async () => {
  const { mail } = await provider(
    { status: 200, body: { id: 'a' }, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '0.3' } },
    { status: 200, body: { id: 'b' } },
  );
  const startedAt = Date.now();
  await mail.send(message(), 'one/1');
  await mail.send(message(), 'one/2');
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(250);
});

test('sent mails are found by subject and time', async () => {
  const row = (id: string, to: string, subject: string, created_at: string) => ({ id, to: [to], subject, created_at });
  const { mail } = await provider({
    status: 200,
    body: {
      object: 'list',
      has_more: false,
      data: [
        row('1', 'A@example.org', 'S', '2026-04-01 05:00:00.12+00'),
        row('2', 'b@example.org', 'T', '2026-04-01 05:00:00.12+00'),
        row('3', 'c@example.org', 'S', '2026-03-01 05:00:00.12+00'),
      ],
    },
  });
  expect(await mail.findSent('S', new Date('2026-04-01T00:00:00Z'))).toEqual(new Map([['a@example.org', '1']]));
});

describe('the exercise port', () => {
  test.each([
    'https://api.resend.com',
    'http://10.0.0.1:8080',
    'http://127.0.0.1.example.com',
    'http://localhost@example.com',
    'nonsense',
  ])('refuses %s', (baseUrl) => {
    expect(() => createExerciseMail(config(baseUrl))).toThrow(/exercise must not reach/);
  });

  test('looks at the address that is used at every send', async () => {
    const mail = createExerciseMail(config('http://127.0.0.1:1'));
    const unmarked = { ...message(), subject: 'Hello' };
    expect(await failureOf(mail.send(unmarked, 'k'))).toMatchObject({
      type: 'ExerciseNotContained',
      nonRetryable: true,
    });
    expect(await failureOf(mail.sendBatch([message(), unmarked], 'k'))).toMatchObject({ type: 'ExerciseNotContained' });
    expect(await failureOf(mail.send(message(), 'k'))).toMatchObject({ type: 'MailOutcomeUnknown' });
  });
});

test('addresses are told from what is none, and taken out of texts', () => {
  expect(['a@example.com', 'a.b+c@sub.example.org', "o'neil@example.com", 'ü@exämple.com'].every(isMailAddress)).toBe(
    true,
  );
  expect(
    [
      '',
      'a',
      'a@b',
      'a@b..c',
      'a b@example.com',
      'a@example.com, b@example.com',
      'A <a@example.com>',
      'a@example.com\nb',
    ].some(isMailAddress),
  ).toBe(false);
  expect(withoutAddresses('Got "a@b.c", <x.y@z.org> and `ü+1@d.e`')).not.toMatch(/a@|x\.y|ü\+1|z\.org/);
});

test('a wait is read from seconds or a date', () => {
  expect(waitOf({ 'retry-after': 'Wed, 01 Apr 2026 00:00:10 GMT' }, Date.parse('2026-04-01T00:00:00Z'))).toEqual({
    retryAfterMs: 10_000,
  });
  expect(waitOf(null, 0)).toEqual({});
});
