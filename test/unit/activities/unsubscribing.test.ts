/** One click takes a reader off status mails, and nobody off a notice to those concerned. */
import { createResendMail } from '../../../activities/mail/resend-mail';
import { mailSettings } from '../../../activities/mail/settings';
import { unsubscribeHeaders, unsubscribeUrl, unsubscribeUrlProblem } from '../../../activities/mail/unsubscribing';
import { hmacSha256 } from '../../../platform/hmac';
import { createActivities } from '../../../worker/create-activities';
import { ALL_OWNERS, type Bench, deliveryOf, draftInput, recipientsNamed, startBench } from './fixtures';

const url = 'https://status.acme.dev/unsubscribe?who={subscriber}&sig={signature}';
const SECRET = 'nobody guesses this one';
const SUBSCRIBERS = { recipient: { to: 'status-subscribers' as const }, workspaces: [], dataSets: [] };

/** Sends the notice to an audience from a worker that has the address; gives what the mailbox has. */
async function sent(bench: Bench, audience: typeof SUBSCRIBERS | typeof ALL_OWNERS) {
  const mail = createResendMail({
    ...{ apiKey: 're_test', baseUrl: bench.mailbox.url, from: 'Security <security@example.com>' },
    unsubscribe: { url, secret: SECRET },
  });
  const { deps } = bench;
  const activities = createActivities({ ...deps, ports: { ...deps.ports, live: { ...deps.ports.live, mail } } });
  const delivery = deliveryOf(await activities.draftNotice(draftInput({ audience })));
  const { ledger } = await activities.openDelivery({ ...delivery, audience });
  const send = () => bench.run(() => activities.sendBatches({ ...delivery, ledger, maxBatches: 10 }));
  bench.mailbox.faults.set({ dropNext: 1 });
  await expect(send()).rejects.toMatchObject({ type: 'MailOutcomeUnknown' });
  expect(await send()).toMatchObject({ done: true });
  return bench.mailbox.messages();
}

test('each reader of status mails has an address of their own, the same however often it is sent', async () => {
  const readers = recipientsNamed(3).map((each, n) => ({ ...each, ref: `subscriber:s/${n}` }));
  const mails = await sent(await startBench(readers), SUBSCRIBERS);
  expect(mails).toHaveLength(3);
  const signature = hmacSha256(SECRET, 's/0').toString('hex');
  expect(mails.map(({ headers }) => headers?.['List-Unsubscribe'])).toContain(
    `<https://status.acme.dev/unsubscribe?who=s%2F0&sig=${signature}>`,
  );
  expect(new Set(mails.map(({ headers }) => headers?.['List-Unsubscribe'])).size).toBe(3);
  for (const { headers } of mails) expect(headers?.['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
});

test('a notice to those concerned has none', async () => {
  const mails = await sent(await startBench(recipientsNamed(3)), ALL_OWNERS);
  expect(mails).toHaveLength(3);
  expect(mails.map(({ headers }) => headers ?? {})).toEqual([{}, {}, {}]);
});

test.each([
  ['https://acme.dev/u', 'must have {subscriber} and {signature} in it'],
  ['https://acme.dev/u/{subscriber}', 'must have {signature} in it'],
  ['http://acme.dev/u/{subscriber}/{signature}', 'must be an address that begins with https:'],
  ['{subscriber}{signature}', 'must be an address that begins with https:'],
  [url, undefined],
])('an address %s: %s', (address, problem) => expect(unsubscribeUrlProblem(address)).toBe(problem));

test('an address without a secret is refused when a process starts', () => {
  const problems: string[] = [];
  mailSettings.build(
    { TOCSIN_MAIL_FROM: 'a@acme.dev', RESEND_API_KEY: 're_1', TOCSIN_UNSUBSCRIBE_URL: url } as never,
    { problem: (text: string) => void problems.push(text) } as never,
  );
  expect(problems).toEqual([expect.stringMatching(/^TOCSIN_UNSUBSCRIBE_SECRET: must be at least 16 characters/)]);
});

test('a mail that was approved with an address goes out with it, also once that is configured no more', async () => {
  const settings = { TOCSIN_MAIL_FROM: 'a@acme.dev', RESEND_API_KEY: 're_1', TOCSIN_UNSUBSCRIBE_SECRET: SECRET };
  const bench = await startBench([]);
  const config = mailSettings.build(settings as never, { problem: fail } as never);
  const mail = createResendMail({ ...config, apiKey: 're_test', baseUrl: bench.mailbox.url });
  expect(mail.unsubscribe).toBeUndefined();
  const message = { to: 'reader@example.com', subject: 'Status', html: 'x', text: 'x', tags: [] };
  await mail.send({ ...message, unsubscribe: { url, subscriber: 's-1' } }, 'one/1');
  expect(bench.mailbox.messages()[0]!.headers?.['List-Unsubscribe']).toContain('who=s-1&sig=');
});

test('no id of a reader gets out of its header, or stops the mails of others', () => {
  for (const id of ['\r\nBcc: x@y', 'a>,<https://evil.example/', '{signature}', '$&', '\ud800', 'é😀']) {
    const { 'List-Unsubscribe': header } = unsubscribeHeaders(unsubscribeUrl(url, id, SECRET));
    expect(header).toMatch(/^<https:\/\/status\.acme\.dev\/unsubscribe\?who=[\w%.!~*'()-]+&sig=[0-9a-f]{64}>$/);
  }
  const signatureOf = (id: string) => unsubscribeUrl(url, id, SECRET).slice(-64);
  expect(signatureOf('s-1')).not.toBe(signatureOf('s-2'));
});

function fail(problem: string): never {
  throw new Error(problem);
}
