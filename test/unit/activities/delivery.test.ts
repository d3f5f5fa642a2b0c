import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { keepMerging } from '../../../activities/delivery/keep-merging';
import { SpoolLedger } from '../../../activities/delivery/ledger/spool-ledger';
import type { DirectoryRecipient } from '../../../activities/directory/directory-port';
import { failure } from '../../../activities/failures';
import { createResendMail } from '../../../activities/mail/resend-mail';
import { freezeNotice, thawNotice } from '../../../activities/notices/frozen-notice';
import type { DeliveryRef } from '../../../activities/types';
import { createActivities } from '../../../worker/create-activities';
import {
  ALL_OWNERS,
  type Bench,
  deliveryOf,
  draftInput,
  failureOf,
  recipientsNamed,
  type SwitchedLedger,
  startBench,
} from './fixtures';

async function opened(recipients: DirectoryRecipient[], of: Partial<DeliveryRef> = {}) {
  const bench = await startBench(recipients);
  const delivery = deliveryOf(await bench.activities.draftNotice(draftInput({ exercise: of.exercise ?? false })), of);
  const { ledger } = await bench.activities.openDelivery({ ...delivery, audience: ALL_OWNERS });
  const send = (maxBatches = 10) => bench.run(() => bench.activities.sendBatches({ ...delivery, ledger, maxBatches }));
  return { bench, delivery, ledger, send };
}

const mailsTo = ({ mailbox }: Bench) =>
  mailbox
    .messages()
    .map(({ to }) => to[0]!)
    .sort();

function expectNoAddress(...texts: unknown[]) {
  expect(JSON.stringify(texts)).not.toMatch(/owner\d+@|@example/);
}

describe('every mail once', () => {
  test('in batches of at most 100, also when everything is called again', async () => {
    const { bench, delivery, send } = await opened(recipientsNamed(230));
    expect(await send(1)).toEqual({ done: false, sent: 100, failed: 0 });
    expect(await send()).toEqual({ done: true, sent: 130, failed: 0 });
    await bench.activities.openDelivery({ ...delivery, audience: ALL_OWNERS });
    expect(await send()).toEqual({ done: true, sent: 0, failed: 0 });
    expect(mailsTo(bench)).toEqual(recipientsNamed(230).map(({ address }) => address));
    expect(await bench.activities.summariseDelivery({ ...delivery, audience: ALL_OWNERS })).toMatchObject({
      total: 230,
      sent: 230,
      failed: 0,
      pending: 0,
      firstSentAt: '2026-04-01T04:00:00.000Z',
    });
  });

  test('when the answer is lost after the provider has stored the mails', async () => {
    const { bench, send } = await opened(recipientsNamed(3));
    bench.mailbox.faults.set({ dropNext: 1 });
    const lost = await failureOf(send());
    expect(lost).toMatchObject({ type: 'MailOutcomeUnknown', nonRetryable: false });
    expect(await send()).toEqual({ done: true, sent: 3, failed: 0 });
    expect(mailsTo(bench)).toHaveLength(3);
    expectNoAddress(lost.message, bench.logged, bench.heartbeats);
  });

  test('when the provider fails first', async () => {
    const { bench, send } = await opened(recipientsNamed(3));
    bench.mailbox.faults.set({ failNext: 2, failStatus: 503 });
    await failureOf(send());
    await failureOf(send());
    expect(await send()).toMatchObject({ sent: 3 });
    expect(mailsTo(bench)).toHaveLength(3);
  });

  test('when the ledger is lost between the mail and its record', async () => {
    const { bench, send } = await opened(recipientsNamed(2));
    const postgres = bench.deps.ledgers.postgres as SwitchedLedger;
    const { mail } = bench.deps.ports.live;
    const sendBatch = mail.sendBatch;
    mail.sendBatch = async (...args) => {
      const outcome = await sendBatch(...args);
      postgres.down = true;
      return outcome;
    };
    expect(await failureOf(send())).toMatchObject({ type: 'LedgerUnavailable' });
    postgres.down = false;
    mail.sendBatch = sendBatch;
    expect(await send()).toMatchObject({ done: true, sent: 2 });
    expect(mailsTo(bench)).toHaveLength(2);
  });

  test('when a whole batch was refused and the worker died among the single mails', async () => {
    const { bench, send } = await opened([
      ...recipientsNamed(3),
      { ref: 'workspace:x', address: 'a@b..c', language: 'en' },
    ]);
    const { mail } = bench.deps.ports.live;
    const { sendBatch, send: sendOne } = mail;
    mail.sendBatch = async () => ({ outcome: 'refused', errorCode: 'validation_error' });
    let singles = 0;
    mail.send = async (...args) => {
      const outcome = await sendOne(...args);
      if (++singles === 2) throw new Error('killed after the mail, before its record');
      return outcome;
    };
    await failureOf(send());
    mail.send = sendOne;
    // The bad address is corrected meanwhile: the whole batch would be accepted now, and must not be sent.
    mail.sendBatch = sendBatch;
    expect(await send()).toMatchObject({ done: true });
    expect(mailsTo(bench)).toEqual(['owner001@example.com', 'owner002@example.com', 'owner003@example.com']);
  });

  test('after the provider has forgotten the key: it is asked, and who cannot be found out fails openly', async () => {
    const { bench, delivery, send } = await opened(recipientsNamed(2));
    bench.mailbox.faults.set({ dropNext: 1 });
    await failureOf(send());
    bench.clock.now = new Date('2026-04-02T04:00:00.000Z');
    bench.deps.ports.live.mail.findSent = async () =>
      new Map([
        ['owner001@example.com', 'id-1'],
        ['owner002@example.com', 'id-2'],
      ]);
    expect(await send()).toEqual({ done: true, sent: 2, failed: 0 });
    expect(mailsTo(bench)).toHaveLength(2);
    expect(await bench.activities.summariseDelivery({ ...delivery, audience: ALL_OWNERS })).toMatchObject({
      sent: 2,
      pending: 0,
    });
  });

  test('after the provider has forgotten the key and does not say: nobody is told twice', async () => {
    const { bench, send } = await opened(recipientsNamed(2));
    bench.mailbox.faults.set({ dropNext: 1 });
    await failureOf(send());
    bench.clock.now = new Date('2026-04-02T04:00:00.000Z');
    expect(await send()).toEqual({ done: true, sent: 0, failed: 2 });
    expect(mailsTo(bench)).toHaveLength(2);
    expect(bench.logged.join()).toContain('outcome of a batch is unknown');
    expectNoAddress(bench.logged);
  });
});

describe('long notices', () => {
  async function long(own = false) {
    const { bench, delivery, ledger } = await opened(recipientsNamed(130));
    const { artefacts } = bench.deps;
    const frozen = (bytes: number) =>
      freezeNotice(artefacts, 'INC-1', { subject: 'Notice', html: 'x'.repeat(bytes), text: 'x' });
    const [rendering] = delivery.renderings;
    const { own: _, ...plain } = { ...rendering!, sha256: await frozen(own ? 1_000 : 100_000) };
    const list = { [recipientsNamed(1)[0]!.ref.slice('workspace:'.length)]: await frozen(100_000) };
    const listed = own ? { own: { sha256: await artefacts.put(Buffer.from(JSON.stringify(list))), count: 1 } } : {};
    const sizes: number[] = [];
    const { mail } = bench.deps.ports.live;
    mail.sendBatch = async (messages) => {
      sizes.push(messages.length);
      return { outcome: 'sent', messageIds: messages.map((_, i) => `${sizes.length}-${i}`) };
    };
    const input = { ...delivery, renderings: [{ ...plain, ...listed }], ledger, maxBatches: 10 };
    return { bench, delivery, sizes, send: () => bench.run(() => bench.activities.sendBatches(input)) };
  }

  test.each([[false], [true]])('go out in requests of bounded size; own versions count: %p', async (own) => {
    const { sizes, send } = await long(own);
    expect(await send()).toMatchObject({ done: true, sent: 130 });
    // Side by side, in any order.
    expect(sizes.sort((a, b) => b - a)).toEqual([39, 39, 39, 13]);
  });

  test('a batch that was begun before keeps its members', async () => {
    const { bench, delivery, sizes, send } = await long();
    const { incidentId, obligation, round } = delivery;
    const group = { incidentId, obligationId: obligation, channel: 'email', round };
    await bench.deps.ledgers.postgres.claimBatches(group, 100, bench.clock.now);
    expect(await send()).toMatchObject({ done: true, sent: 130 });
    // Side by side: which of them is sent first is open.
    expect(sizes.sort((a, b) => b - a)).toEqual([100, 30]);
  });
});

describe('one bad address blocks nobody', () => {
  test('an invalid address fails with a reason, the rest of its batch is sent', async () => {
    const bad = [
      { ref: 'workspace:bad', address: 'not an address', language: 'en' },
      { ref: 'workspace:none', address: '', language: 'en' },
    ];
    const { bench, send } = await opened([...recipientsNamed(3), ...bad]);
    expect(await send()).toEqual({ done: true, sent: 3, failed: 2 });
    const rows = await bench.deps.ledgers.postgres.recipients({
      incidentId: 'INC-7',
      obligationId: 'enterprise-notice',
    });
    expect(rows.filter(({ status }) => status === 'failed').map(({ errorCode }) => errorCode)).toEqual([
      'invalid-address',
      'invalid-address',
    ]);
  });

  test('an address that only the provider refuses fails alone, by single mails under their own keys', async () => {
    const { bench, send } = await opened([
      ...recipientsNamed(3),
      { ref: 'workspace:x', address: 'refused@example.com', language: 'en' },
    ]);
    const { mail } = bench.deps.ports.live;
    const { sendBatch, send: sendOne } = mail;
    mail.sendBatch = async (messages, key) =>
      sendBatch(
        messages.map((m) => (m.to === 'refused@example.com' ? { ...m, to: 'refused' } : m)),
        key,
      );
    mail.send = async (message, key) =>
      sendOne(message.to === 'refused@example.com' ? { ...message, to: 'refused' } : message, key);
    expect(await send()).toEqual({ done: true, sent: 3, failed: 1 });
    expect(mailsTo(bench)).toHaveLength(3);
    const keys = bench.mailbox.messages().map(({ request }) => request?.key);
    expect(new Set(keys).size).toBe(3);
    expect(keys.every((key) => /^one\/[0-9a-f]{64}$/.test(key!))).toBe(true);
  });
});

describe('languages', () => {
  test('each recipient gets the rendering of the language, its base language, or English', async () => {
    const { bench, send } = await opened([
      { ref: 'workspace:a', address: 'a@example.com', language: 'de' },
      { ref: 'workspace:b', address: 'b@example.com', language: 'fr-ca' },
      { ref: 'workspace:c', address: 'c@example.com', language: 'pl' },
    ]);
    expect(await send()).toMatchObject({ done: true, sent: 3 });
    const subjectTo = (to: string) => bench.mailbox.messages({ to })[0]!.subject;
    expect(subjectTo('a@example.com')).toMatch(/^Meldung einer Verletzung/);
    expect(subjectTo('b@example.com')).toMatch(/^Notification d’une violation/);
    expect(subjectTo('c@example.com')).toMatch(/^Notice of a personal data breach/);
  });
});

describe('Postgres down stops no notice', () => {
  test('the spool takes over, without those who were told from Postgres', async () => {
    const recipients = recipientsNamed(3);
    const { bench, delivery, send } = await opened(recipients);
    await send();
    recipients.push({ ref: 'workspace:new', address: 'new@example.com', language: 'en' });
    (bench.deps.ledgers.postgres as SwitchedLedger).down = true;
    const second = { ...delivery, round: 2 };
    const { ledger, added } = await bench.activities.openDelivery({ ...second, audience: ALL_OWNERS });
    expect({ ledger, added }).toEqual({ ledger: 'spool', added: 1 });
    const result = await bench.run(() => bench.activities.sendBatches({ ...second, ledger, maxBatches: 5 }));
    expect(result).toEqual({ done: true, sent: 1, failed: 0 });
    expect(mailsTo(bench)).toHaveLength(4);
    expect(await failureOf(bench.activities.mergeSpool(second))).toMatchObject({ type: 'LedgerUnavailable' });
    expectNoAddress(bench.logged);
  });

  test('a delivery whose ledger went away goes on in the spool when it is opened again', async () => {
    const { bench, delivery, send } = await opened(recipientsNamed(130));
    await send(1);
    (bench.deps.ledgers.postgres as SwitchedLedger).down = true;
    expect(await failureOf(send())).toMatchObject({ type: 'LedgerUnavailable', nonRetryable: false });
    const { ledger } = await bench.activities.openDelivery({ ...delivery, audience: ALL_OWNERS });
    await bench.run(() => bench.activities.sendBatches({ ...delivery, ledger, maxBatches: 5 }));
    expect(mailsTo(bench)).toEqual(recipientsNamed(130).map(({ address }) => address));
  });
});

describe('a spool is bound to the host whose disk it is on', () => {
  const [ONE, TWO] = [
    { id: '1'.repeat(16), host: 'worker-one' },
    { id: '2'.repeat(16), host: 'worker-two' },
  ];

  test('what one host spooled another one neither sends nor merges, and names whose it is', async () => {
    const { bench, delivery } = await opened(recipientsNamed(3));
    (bench.deps.ledgers.postgres as SwitchedLedger).down = true;
    const at = (place: typeof ONE, dir: string) =>
      createActivities({
        ...bench.deps,
        ledgers: { ...bench.deps.ledgers, place, spool: new SpoolLedger(path.join(bench.dir, dir)) },
      });
    const [one, two] = [at(ONE, 'spool-one'), at(TWO, 'spool-two')];
    const opening = await one.openDelivery({ ...delivery, round: 2, audience: ALL_OWNERS });
    expect(opening).toMatchObject({ ledger: 'spool', spool: ONE });
    expect(bench.logged.join()).toContain('worker-one');
    const step = { ...delivery, round: 2, ledger: 'spool' as const, spool: ONE, maxBatches: 5 };
    expect(await failureOf(bench.run(() => two.sendBatches(step)))).toMatchObject({
      type: 'SpoolElsewhere',
      nonRetryable: false,
      message: expect.stringContaining('in the spool of worker-one, and this is worker-two'),
    });
    expect(await failureOf(two.mergeSpool({ ...delivery, spool: ONE }))).toMatchObject({ type: 'SpoolElsewhere' });
    expect(mailsTo(bench)).toHaveLength(0);
    expect(await bench.run(() => one.sendBatches(step))).toEqual({ done: true, sent: 3, failed: 0 });
    expect(mailsTo(bench)).toHaveLength(3);
  });

  test('a ledger that is away says which host was writing', async () => {
    const { bench, delivery } = await opened(recipientsNamed(3));
    const activities = createActivities({ ...bench.deps, ledgers: { ...bench.deps.ledgers, place: ONE } });
    (bench.deps.ledgers.postgres as SwitchedLedger).down = true;
    const sending = bench.run(() => activities.sendBatches({ ...delivery, ledger: 'postgres', maxBatches: 5 }));
    expect(await failureOf(sending)).toMatchObject({ type: 'LedgerUnavailable', details: [ONE] });
  });

  test('it is not begun on a host that has not the texts', async () => {
    const { bench, delivery } = await opened(recipientsNamed(3));
    (bench.deps.ledgers.postgres as SwitchedLedger).down = true;
    const artefacts = {
      ...bench.deps.artefacts,
      get: async () => {
        throw failure('ArtefactsAway', 'no copy');
      },
    };
    const activities = createActivities({ ...bench.deps, artefacts });
    const opening = activities.openDelivery({ ...delivery, round: 2, audience: ALL_OWNERS });
    expect(await failureOf(opening)).toMatchObject({ type: 'ArtefactsAway' });
    expect(await new SpoolLedger(path.join(bench.dir, 'spool')).journals()).toEqual([]);
  });

  test('what is left in it is merged when Postgres is back, whoever waits', async () => {
    let away = true;
    let merged = 0;
    const keeping = keepMerging(
      {
        mergeSpool: async () => {
          if (away) throw new Error('away');
          merged++;
        },
        isUnavailable: () => away,
      },
      { info() {}, warn() {}, error: (_, text) => expect(text).toBe('never') },
      20,
    );
    keeping.start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(merged).toBe(0);
    away = false;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await keeping.stop();
    expect(merged).toBeGreaterThan(0);
  });
});

describe('exercises', () => {
  test('are marked in subject, text and HTML', async () => {
    const { bench, send } = await opened(recipientsNamed(1), { exercise: true });
    expect(await send()).toMatchObject({ sent: 1 });
    const [mail] = bench.mailbox.messages();
    expect(mail!.subject).toMatch(/^\[EXERCISE\] /);
    expect(mail!.text).toMatch(/^\*\*\* This is an exercise/);
    expect(mail!.html).toContain('This is an exercise');
    expect(mail!.tags).toContainEqual({ name: 'exercise', value: 'true' });
  });

  test('an exercise never sends a notice that is not marked', async () => {
    const { bench, delivery, ledger } = await opened(recipientsNamed(1));
    const asExercise = { ...delivery, exercise: true, ledger, maxBatches: 1 };
    const refused = await failureOf(bench.run(() => bench.activities.sendBatches(asExercise)));
    expect(refused).toMatchObject({ type: 'ExerciseNotContained', nonRetryable: true });
    expect(bench.mailbox.messages()).toHaveLength(0);
  });
});

test('heartbeats and results hold counts only; unknown workspaces are counted and named in the log', async () => {
  const bench = await startBench(recipientsNamed(2), ['ws-gone']);
  const delivery = deliveryOf(await bench.activities.draftNotice(draftInput()));
  const openedDelivery = await bench.activities.openDelivery({ ...delivery, audience: ALL_OWNERS });
  expect(openedDelivery).toEqual({ ledger: 'postgres', total: 2, added: 2, left: 2, unknownRefs: 1 });
  await bench.run(() => bench.activities.sendBatches({ ...delivery, ledger: 'postgres', maxBatches: 1 }));
  expect(bench.heartbeats).toEqual([{ sent: 2, failed: 0 }]);
  expect(bench.logged.join()).toContain('ws-gone');
  expectNoAddress(bench.heartbeats, bench.logged);
});

describe('a notice goes out from the sender that it was approved with', () => {
  const NEW = { from: 'Incidents <incidents@new.example>', replyTo: 'dpo@new.example' };

  /** The same worker with other settings of mail. */
  function sendFrom(bench: Bench, sender: { from: string; replyTo?: string }) {
    bench.deps.ports.live.mail = createResendMail({ apiKey: 're_test', baseUrl: bench.mailbox.url, ...sender });
  }

  test('also when another one is configured between an attempt and its repeat: nobody is told twice', async () => {
    const { bench, send } = await opened(recipientsNamed(300));
    bench.mailbox.faults.set({ dropNext: 1 });
    await failureOf(send());
    sendFrom(bench, NEW);
    // The two batches beside it went out in the first call.
    expect(await send()).toEqual({ done: true, sent: 100, failed: 0 });
    expect(mailsTo(bench)).toHaveLength(300);
    expect(new Set(bench.mailbox.messages().map(({ from }) => from))).toEqual(
      new Set(['Security <security@example.com>']),
    );
  });

  test('one that is drafted afterwards goes out from the new one, and its answers go there', async () => {
    const bench = await startBench(recipientsNamed(1));
    sendFrom(bench, NEW);
    const delivery = deliveryOf(await bench.activities.draftNotice(draftInput()));
    const { ledger } = await bench.activities.openDelivery({ ...delivery, audience: ALL_OWNERS });
    await bench.run(() => bench.activities.sendBatches({ ...delivery, ledger, maxBatches: 1 }));
    expect(bench.mailbox.messages()).toMatchObject([{ from: NEW.from }]);
    const { sha256 } = delivery.renderings[0]!;
    expect(await thawNotice(bench.deps.artefacts, sha256)).toMatchObject({ sender: NEW });
  });

  test('who approves reads it in the preview', async () => {
    const bench = await startBench(recipientsNamed(1));
    const { url } = await bench.activities.draftNotice(draftInput());
    const page = await readFile(path.join(bench.dir, 'site', new URL(url!).pathname), 'utf8');
    expect(page).toContain('From Security &lt;security@example.com&gt;.');
  });
});
