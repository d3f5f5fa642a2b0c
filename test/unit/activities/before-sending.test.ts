/** What a draft says of its sender and its recipients before it is approved: what the provider and the DNS say, or that they do not. */

import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { askBeforeSending, type BeforeSending, notesBeforeSending } from '../../../activities/mail/before-sending';
import { dmarcOf } from '../../../activities/mail/dmarc';
import { createResendAccount } from '../../../activities/mail/mail-account';
import { RatePacer } from '../../../activities/mail/rate-pacer';
import { LOOPBACK } from '../../../platform/free-port';
import { createActivities } from '../../../worker/create-activities';
import { afterFile } from '../../setup/helpers';
import { ALL_OWNERS, draftInput, recipientsNamed, startBench } from './fixtures';

type Answers = Record<string, unknown>;

/** A provider that answers so to GET; whatever is not listed is refused. `silent`: it takes the question and says nothing. */
async function accountOf(answers: Answers | 'silent', pacer?: RatePacer) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response: ServerResponse) => {
    asked.push(url);
    if (answers === 'silent') return;
    const [, body] = Object.entries(answers).find(([start]) => url.startsWith(start)) ?? [];
    response.writeHead(body ? 200 : 403, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { statusCode: 403, name: 'invalid_access', message: 'no' }));
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  afterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  return { asked, account: createResendAccount({ apiKey: 're_1', baseUrl }, pacer) };
}

const domain = (status: string) => ({
  '/domains/': {
    object: 'domain',
    id: 'd1',
    name: 'acme.dev',
    status,
    records: [
      { record: 'SPF', name: 'send', type: 'MX', status },
      { record: 'SPF', name: 'send', type: 'TXT', status },
      { record: 'DKIM', name: 'resend._domainkey', type: 'TXT', status: 'verified' },
    ],
  },
  '/domains': { object: 'list', has_more: false, data: [{ id: 'd1', name: 'acme.dev', status }] },
});
const suppressed = (...emails: string[]) => ({
  '/suppressions': {
    object: 'list',
    has_more: false,
    data: emails.map((email, i) => ({
      id: `s${i}`,
      email,
      origin: 'bounce',
      source_id: null,
      created_at: '2026-10-06',
    })),
  },
});
const sender = { from: 'Incidents <incidents@mail.acme.dev>' };
const txt = async (name: string) => (name === '_dmarc.acme.dev' ? ['v=DMARC1; p=reject'] : []);
/** What a draft to these says. */
async function notesOf(before: BeforeSending, from: { from: string }, addresses: string[], waitMs?: number) {
  const answers = await askBeforeSending(before, from, waitMs);
  const count = addresses.filter((address) => answers.suppressed?.addresses.has(address.toLowerCase())).length;
  return notesBeforeSending(answers, count);
}

const to = ['ann@example.com', 'Bob@Example.com', 'carl@example.com'];

test('the domain with its records, the DMARC policy above it, and how many of the recipients are suppressed', async () => {
  const { account } = await accountOf({ ...domain('verified'), ...suppressed('bob@example.com', 'zoe@example.com') });
  expect(await notesOf({ account, txt }, sender, to)).toEqual([
    'acme.dev is verified at the mail provider (SPF verified, DKIM verified).',
    'DMARC: p=reject at _dmarc.acme.dev.',
    "1 recipient is on the mail provider's suppression list and will not get it: tell them by another channel.",
  ]);
});

test('a domain that is not verified, none at all, no policy, nobody suppressed', async () => {
  const pending = await accountOf({ ...domain('pending'), ...suppressed() });
  expect(await notesOf({ account: pending.account, txt: async () => [] }, sender, to)).toEqual([
    'acme.dev is not verified at the mail provider: it is pending (SPF pending, DKIM verified), and every mail from it is refused.',
    'mail.acme.dev publishes no DMARC policy: the mails may land in spam.',
    "No recipient is on the mail provider's suppression list.",
  ]);
  const [note] = await notesOf({ account: pending.account, txt }, { from: 'a@other.dev' }, to);
  expect(note).toBe('other.dev is none of the domains at the mail provider: it refuses every mail from it.');
});

const UNREAD = [
  'Whether mail.acme.dev is verified at the mail provider could not be read.',
  'The DMARC policy of mail.acme.dev could not be read.',
  "The mail provider's suppression list could not be read.",
];
const noDns = async () => {
  throw new Error('ESERVFAIL');
};

test('who refuses, is away or says nothing is told as not read, and is not waited for', async () => {
  const refusing = await accountOf({});
  expect(await notesOf({ account: refusing.account, txt: noDns }, sender, to)).toEqual(UNREAD);
  const away = createResendAccount({ apiKey: 're_1', baseUrl: 'http://127.0.0.1:1' });
  expect(await notesOf({ account: away, txt: noDns }, sender, to)).toEqual(UNREAD);
  const silent = await accountOf('silent');
  const startedAt = Date.now();
  const never = () => new Promise<string[]>(() => undefined);
  expect(await notesOf({ account: silent.account, txt: never }, sender, to, 300)).toEqual(UNREAD);
  expect(Date.now() - startedAt).toBeLessThan(10_000);
});

test('a list that is longer than what is read is told as read in part', async () => {
  const data = Array.from({ length: 100 }, (_, i) => ({ id: `s${i}`, email: `s${i}@example.com` }));
  const { account, asked } = await accountOf({ '/suppressions': { object: 'list', has_more: true, data } });
  const part = /suppression list and will not get it.* Only a part of the list could be read: there may be more\.$/;
  expect((await notesOf({ account, txt }, sender, ['S7@example.com']))[2]).toMatch(part);
  expect((await notesOf({ account, txt }, sender, to))[2]).toBe(
    "No recipient is on what could be read of the provider's suppression list.",
  );
  expect(asked.filter((url) => url.startsWith('/suppressions'))).toHaveLength(40);
  expect(asked.at(-1)).toContain('after=s99');
});

test('whoever approves reads it in the preview, without an address; a draft is the same text with and without it', async () => {
  const bench = await startBench(recipientsNamed(3));
  const { account } = await accountOf({ ...domain('verified'), ...suppressed('owner002@example.com') });
  const { live } = bench.deps.ports;
  const ports = { ...bench.deps.ports, live: { ...live, before: { account, txt } } };
  const input = draftInput({ audience: ALL_OWNERS });
  const plain = await bench.activities.draftNotice(input);
  const draft = await createActivities({ ...bench.deps, ports }).draftNotice(input);
  expect(draft).toEqual(plain);
  const page = await readFile(path.join(bench.dir, 'site', new URL(draft.url!).pathname), 'utf8');
  expect(page).toContain('1 recipient is on the mail provider');
  expect(page).not.toMatch(/owner00\d@/);
});

test('a sender of the incident is asked about as the configured one would be, and the preview names both', async () => {
  const bench = await startBench(recipientsNamed(3));
  const { account, asked } = await accountOf({ ...domain('verified'), ...suppressed() });
  const { live } = bench.deps.ports;
  const ports = { ...bench.deps.ports, live: { ...live, before: { account, txt } } };
  const from = 'Security <security@other.example>';
  const plain = await bench.activities.draftNotice(draftInput());
  const input = draftInput({ audience: ALL_OWNERS, sender: { from, replyTo: 'answers@other.example' } });
  const draft = await createActivities({ ...bench.deps, ports }).draftNotice(input);
  expect(draft.renderings[0]!.sha256).not.toBe(plain.renderings[0]!.sha256);
  expect(asked.some((url) => url.startsWith('/domains'))).toBe(true);
  const page = await readFile(path.join(bench.dir, 'site', new URL(draft.url!).pathname), 'utf8');
  const configured = 'in place of the configured sender Security &lt;security@example.com&gt;';
  expect(page).toContain(
    `From Security &lt;security@other.example&gt;, ${configured}, answers to answers@other.example.`,
  );
  expect(page).toContain('other.example is none of the domains at the mail provider: it refuses every mail from it.');
});

test('the account is not asked while the provider wants a pause from the mails', async () => {
  const pacer = new RatePacer();
  await pacer.turn('letters', async () => ({ headers: { 'retry-after': '120' } }));
  const { account, asked } = await accountOf({ ...domain('verified'), ...suppressed() }, pacer);
  const signal = AbortSignal.timeout(5_000);
  expect(await account.suppressed(signal)).toBeUndefined();
  expect(await account.domain('acme.dev', signal)).toBeUndefined();
  expect(asked).toEqual([]);
});

test('of two domains that cover a sender, its own one tells', async () => {
  const data = ['acme.dev', 'mail.acme.dev'].map((name) => ({ id: name, name, status: 'verified' }));
  const { account } = await accountOf({ '/domains/': {}, '/domains': { object: 'list', has_more: false, data } });
  for (const [name, covered] of [
    ['mail.acme.dev', 'mail.acme.dev'],
    ['eu.mail.acme.dev', 'mail.acme.dev'],
    ['other.acme.dev', 'acme.dev'],
  ] as const)
    expect(await account.domain(name, AbortSignal.timeout(5_000))).toMatchObject({ name: covered });
});

test('a DMARC record above the domain says by sp what holds for it', async () => {
  const name = '_dmarc.acme.dev';
  const both = async (asked: string) => (asked === name ? ['v=DMARC1; p=none; pct=50; sp=Quarantine'] : []);
  expect(await dmarcOf(both, 'mail.acme.dev')).toEqual({ name, policy: 'quarantine', of: 'sp' });
  expect(await dmarcOf(both, 'acme.dev')).toEqual({ name, policy: 'none', of: 'p' });
  expect(await dmarcOf(txt, 'mail.acme.dev')).toEqual({ name, policy: 'reject', of: 'p' });
});
