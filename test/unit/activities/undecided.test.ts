// Another request under the key of a batch: the others are told, and a person says what became of it.
import path from 'node:path';
import { mergeSpool } from '../../../activities/delivery/ledger/merge-spool';
import { PostgresLedger } from '../../../activities/delivery/ledger/postgres-ledger';
import { SpoolLedger } from '../../../activities/delivery/ledger/spool-ledger';
import { failure } from '../../../activities/failures';
import type { Sender } from '../../../activities/mail/mail-port';
import { createResendMail } from '../../../activities/mail/resend-mail';
import { freezeNotice } from '../../../activities/notices/frozen-notice';
import { isUnavailable } from '../../../postgres/outage';
import { createPool } from '../../../postgres/pool';
import { createActivities } from '../../../worker/create-activities';
import { afterFile, createTestDatabase } from '../../setup/helpers';
import { ALL_OWNERS, deliveryOf, draftInput, failureOf, recipientsNamed, startBench } from './fixtures';

const NEW = 'Incidents <incidents@new.example>';

/** A delivery of 230 in Postgres, or in the spool where it `spools`, whose notice has the sender or none. */
async function delivery({ frozen, spools = false, sender }: { frozen: boolean; spools?: boolean; sender?: Sender }) {
  const bench = await startBench(recipientsNamed(230));
  const database = await createTestDatabase();
  const pool = createPool(database.url);
  const nowhere = createPool('postgres://nobody@127.0.0.1:1/none');
  afterFile(async () => {
    await pool.end();
    await nowhere.end();
  });
  const dir = path.join(bench.dir, 'spool');
  const world = { away: spools };
  const here = new PostgresLedger(pool);
  const gone = new PostgresLedger(nowhere);
  const deps = bench.deps;
  const ledgers = {
    get postgres() {
      return world.away ? gone : here;
    },
    spool: new SpoolLedger(dir),
    isUnavailable,
    mergeSpool: () => mergeSpool(dir, world.away ? gone : here),
  };
  const activities = createActivities({ ...deps, ledgers });
  const drafted = await activities.draftNotice(draftInput({ sender }));
  // As it was drafted by a release that did not freeze the sender.
  const texts = { subject: 'About your data', html: '<p>x</p>', text: 'x' };
  const sha256 = await freezeNotice(deps.artefacts, draftInput().incidentId, texts);
  const renderings = frozen ? drafted.renderings : [{ ...drafted.renderings[0]!, sha256, own: undefined }];
  const ref = deliveryOf({ ...drafted, renderings });
  const { ledger } = await activities.openDelivery({ ...ref, audience: ALL_OWNERS });
  return {
    ...{ bench, world, activities, ref, pool },
    send: (maxBatches = 9) => bench.run(() => activities.sendBatches({ ...ref, ledger, maxBatches })),
    settle: (given: { acceptedAt?: string; batch?: string }) =>
      activities.settleBatch({ incidentId: ref.incidentId, exercise: false, ledgerKey: ref.ledgerKey, ...given }),
    counts: () => activities.summariseDelivery({ ...ref, audience: ALL_OWNERS }),
    from(from: string) {
      deps.ports.live.mail = createResendMail({ apiKey: 're_test', baseUrl: bench.mailbox.url, from });
    },
    mailed: () => bench.mailbox.messages().map(({ to }) => to[0]!),
  };
}

/** One batch of 100 was accepted, its answer lost, and the sender changed: the provider refuses the repeat. */
async function conflict(spools = false) {
  const all = await delivery({ frozen: false, spools });
  all.bench.mailbox.faults.set({ dropNext: 1 });
  await failureOf(all.send(1));
  all.from(NEW);
  return all;
}

test('it holds up nobody else: the other 130 are told', async () => {
  const { send, counts, mailed } = await conflict();
  const answer = await send();
  expect(answer).toMatchObject({ done: true, sent: 130, undecided: [{ recipients: 100 }] });
  expect(await send()).toMatchObject({ done: true, sent: 0, undecided: [{ recipients: 100 }] });
  expect(await counts()).toMatchObject({ sent: 130, failed: 0, pending: 100 });
  expect(new Set(mailed()).size).toBe(230);
  expect(mailed()).toHaveLength(230);
});

test('a person says that it was accepted: nobody is told twice, and all 230 are counted', async () => {
  const { send, settle, counts, mailed, bench } = await conflict();
  await send();
  const acceptedAt = new Date(bench.clock.now.getTime() + 60_000).toISOString();
  expect(await settle({ acceptedAt })).toEqual({ recipients: 100 });
  expect(await settle({ acceptedAt })).toEqual({ recipients: 0 });
  expect(await send()).toEqual({ done: true, sent: 0, failed: 0 });
  expect(await counts()).toMatchObject({ sent: 230, pending: 0 });
  expect((await counts()).firstSentAt).toBe(acceptedAt);
  expect(mailed()).toHaveLength(230);
});

test.each([
  ['long before it was tried', '2020-01-01T00:00:00.000Z'],
  ['in the future', '2999-01-01T00:00:00.000Z'],
])('accepted %s counts neither before the attempt nor after now', async (_case, acceptedAt) => {
  const { send, settle, counts, pool, bench } = await conflict();
  await send();
  await settle({ acceptedAt });
  const { rows } = await pool.query('SELECT min(sent_at) AS first, max(sent_at) AS last, now() FROM tocsin.deliveries');
  expect(rows[0].first.getTime()).toBeGreaterThanOrEqual(bench.clock.now.getTime());
  expect(rows[0].last.getTime()).toBeLessThanOrEqual(rows[0].now.getTime());
  expect((await counts()).pending).toBe(0);
});

test('a person says that it was not accepted: it is sent under another key, once', async () => {
  const { send, settle, counts, mailed, bench } = await conflict();
  await send();
  expect(await settle({})).toEqual({ recipients: 100 });
  bench.mailbox.faults.set({ dropNext: 1 });
  await failureOf(send());
  expect(await send()).toEqual({ done: true, sent: 100, failed: 0 });
  expect(await counts()).toMatchObject({ sent: 230, pending: 0 });
  // The person erred: 100 got it twice, by that word and not by the repeat.
  expect(mailed()).toHaveLength(330);
});

test('a batch is named by how its key begins; another one stays as it is', async () => {
  const { send, settle } = await conflict();
  const { undecided } = await send();
  const { batch } = undecided![0]!;
  const other = batch.startsWith('0') ? '1' : '0';
  expect(await settle({ batch: other.repeat(8) })).toEqual({ recipients: 0 });
  expect(await settle({ batch: batch.slice(0, 12) })).toEqual({ recipients: 100 });
});

test('from the spool it is settled once Postgres is back', async () => {
  const { send, settle, counts, world, mailed } = await conflict(true);
  expect(await send()).toMatchObject({ done: true, sent: 130, undecided: [{ recipients: 100 }] });
  expect(await failureOf(settle({}))).toMatchObject({ type: 'LedgerUnavailable' });
  world.away = false;
  expect(await settle({ acceptedAt: new Date().toISOString() })).toEqual({ recipients: 100 });
  expect(await counts()).toMatchObject({ sent: 230, pending: 0 });
  expect(mailed()).toHaveLength(230);
});

describe('a sender that the provider does not take', () => {
  /** Refuses what is from `bad`, as Resend does where a domain is not verified. */
  const refusing = (all: Awaited<ReturnType<typeof delivery>>, bad: string) => {
    const { live } = all.bench.deps.ports;
    const { sendBatch } = live.mail;
    live.mail.sendBatch = async (messages, key) => {
      if ((messages[0]!.sender ?? live.mail.sender).from === bad) throw failure('MailSenderRefused', 'not verified');
      return sendBatch(messages, key);
    };
  };
  const APPROVED = 'Security <security@example.com>';

  test('nothing went out from it, so the corrected one is used, under another key', async () => {
    const all = await delivery({ frozen: true });
    refusing(all, APPROVED);
    expect(await failureOf(all.send())).toMatchObject({ type: 'MailSenderRefused' });
    all.from(NEW);
    refusing(all, APPROVED);
    expect(await all.send()).toMatchObject({ done: true, sent: 230 });
    expect(new Set(all.bench.mailbox.messages().map(({ from }) => from))).toEqual(new Set([NEW]));
  });

  test('the corrected one is kept when a member is refused and the mails go out one by one, with a break', async () => {
    const all = await delivery({ frozen: true });
    refusing(all, APPROVED);
    expect(await failureOf(all.send(1))).toMatchObject({ type: 'MailSenderRefused' });
    all.from(NEW);
    refusing(all, APPROVED);
    const { mail } = all.bench.deps.ports.live;
    const { sendBatch, send } = mail;
    let broken = false;
    mail.sendBatch = async (messages, key) =>
      messages[0]!.sender?.from === APPROVED ? sendBatch(messages, key) : { outcome: 'refused', errorCode: 'bad' };
    mail.send = async (message, key) => {
      if (message.sender?.from === APPROVED) throw failure('MailSenderRefused', 'not verified');
      if (!broken && all.mailed().length === 7) {
        broken = true;
        throw failure('MailBusy', 'slow');
      }
      return send(message, key);
    };
    expect(await failureOf(all.send(2))).toMatchObject({ type: 'MailBusy' });
    expect(await all.send()).toMatchObject({ done: true });
    expect(all.mailed()).toHaveLength(230);
    expect(new Set(all.bench.mailbox.messages().map(({ from }) => from))).toEqual(new Set([NEW]));
  });

  test('one that an incident has in place of the configured one is never replaced by that', async () => {
    const sender = { from: 'Security <security@other.example>', replyTo: 'answers@other.example' };
    const all = await delivery({ frozen: true, sender });
    const { sendBatch } = all.bench.deps.ports.live.mail;
    refusing(all, sender.from);
    for (let i = 0; i < 3; i++) expect(await failureOf(all.send())).toMatchObject({ type: 'MailSenderRefused' });
    expect(all.mailed()).toEqual([]);
    // Its domain is verified now.
    all.bench.deps.ports.live.mail.sendBatch = sendBatch;
    expect(await all.send()).toMatchObject({ done: true, sent: 230 });
    expect(new Set(all.bench.mailbox.messages().map(({ from }) => from))).toEqual(new Set([sender.from]));
    expect(await all.counts()).toMatchObject({ sent: 230, pending: 0 });
  });

  test('a batch of which an answer was lost keeps the one that was approved', async () => {
    const all = await delivery({ frozen: true });
    all.bench.mailbox.faults.set({ dropNext: 1 });
    await failureOf(all.send(1));
    all.from(NEW);
    refusing(all, APPROVED);
    expect(await failureOf(all.send())).toMatchObject({ type: 'MailSenderRefused' });
    expect(await failureOf(all.send())).toMatchObject({ type: 'MailSenderRefused' });
    // Those of other batches may be out from the new one by now; these were told once.
    const lost = () => all.bench.mailbox.messages().filter(({ from }) => from === APPROVED);
    expect(lost()).toHaveLength(100);
    expect(new Set(all.mailed()).size).toBe(all.mailed().length);
    all.from(NEW);
    expect(await all.send()).toMatchObject({ done: true });
    expect(all.mailed()).toHaveLength(230);
    expect(new Set(all.mailed()).size).toBe(230);
    expect(await all.counts()).toMatchObject({ sent: 230, pending: 0 });
  });
});
