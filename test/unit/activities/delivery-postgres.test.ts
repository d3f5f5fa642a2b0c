import path from 'node:path';
import pg from 'pg';
import { mergeSpool } from '../../../activities/delivery/ledger/merge-spool';
import { PostgresLedger } from '../../../activities/delivery/ledger/postgres-ledger';
import { SpoolLedger } from '../../../activities/delivery/ledger/spool-ledger';
import { createFolderArtefacts } from '../../../activities/storage/folder-artefacts';
import { withHeld } from '../../../domain/incident/ledger-key';
import { isUnavailable } from '../../../postgres/outage';
import { createPool } from '../../../postgres/pool';
import { createActivities } from '../../../worker/create-activities';
import { afterFile, createTestDatabase } from '../../setup/helpers';
import { ALL_OWNERS, deliveryOf, draftInput, recipientsNamed, startBench } from './fixtures';

test('Postgres goes away in the middle of a delivery and comes back: every mail once, all of it on record', async () => {
  const recipients = recipientsNamed(250);
  const bench = await startBench(recipients);
  const database = await createTestDatabase();
  const up = createPool(database.url);
  const down = createPool('postgres://nobody@127.0.0.1:1/none');
  afterFile(async () => {
    await up.end();
    await down.end();
  });
  const spool = new SpoolLedger(path.join(bench.dir, 'spool'));
  const over = (pool: typeof up) => {
    const postgres = new PostgresLedger(pool);
    const ledgers = {
      postgres,
      spool,
      isUnavailable,
      mergeSpool: () => mergeSpool(path.join(bench.dir, 'spool'), postgres),
    };
    return createActivities({ ...bench.deps, ledgers });
  };
  const delivery = deliveryOf(await bench.activities.draftNotice(draftInput()));
  const open = (activities: typeof bench.activities, round = 1) =>
    activities.openDelivery({ ...delivery, round, audience: ALL_OWNERS });
  const send = (activities: typeof bench.activities, ledger: 'postgres' | 'spool', maxBatches = 9, round = 1) =>
    bench.run(() => activities.sendBatches({ ...delivery, round, ledger, maxBatches }));

  const pending = async (activities: typeof bench.activities) =>
    (await activities.summariseDelivery({ ...delivery, audience: ALL_OWNERS })).pending;

  // Before anything is entered nobody has an outcome, whoever says that the round is done.
  expect(await pending(over(up))).toBe(250);
  expect(await open(over(up))).toMatchObject({ ledger: 'postgres', total: 250, added: 250 });
  expect(await send(over(up), 'postgres', 1)).toEqual({ done: false, sent: 100, failed: 0 });

  await expect(send(over(down), 'postgres')).rejects.toMatchObject({ type: 'LedgerUnavailable' });
  expect(await open(over(down))).toMatchObject({ ledger: 'spool', added: 150 });
  expect(await send(over(down), 'spool', 1)).toEqual({ done: false, sent: 100, failed: 0 });
  // The spool alone never says that all is done: it does not know what Postgres holds.
  expect(await pending(over(down))).toBe(150);

  // Merged by another delivery while this one is still open: it goes on in Postgres by itself.
  await over(up).mergeSpool(delivery);
  expect(await send(over(up), 'spool')).toEqual({ done: true, sent: 50, failed: 0 });
  expect(await over(up).summariseDelivery({ ...delivery, audience: ALL_OWNERS })).toMatchObject({
    total: 250,
    sent: 250,
    pending: 0,
  });

  recipients.push({ ref: 'workspace:new', address: 'new@example.com', language: 'en' });
  expect(await open(over(up), 2)).toMatchObject({ ledger: 'postgres', total: 251, added: 1 });
  expect(await send(over(up), 'postgres', 9, 2)).toEqual({ done: true, sent: 1, failed: 0 });
  expect(
    bench.mailbox
      .messages()
      .map(({ to }) => to[0]!)
      .sort(),
  ).toEqual(recipients.map(({ address }) => address).sort());
});

/** A notice of these recipients whose ledger is in a database of its own, which an owner may take rows out of. */
async function onTestDatabase(recipients: Parameters<typeof startBench>[0]) {
  const bench = await startBench(recipients);
  const database = await createTestDatabase();
  const pool = createPool(database.url);
  const owner = new pg.Client(database.url);
  await owner.connect();
  afterFile(async () => {
    await owner.end();
    await pool.end();
  });
  const postgres = new PostgresLedger(pool);
  const spool = new SpoolLedger(path.join(bench.dir, 'spool'));
  const ledgers = { postgres, spool, isUnavailable, mergeSpool: async () => undefined };
  const worker = (artefacts = bench.deps.artefacts) => createActivities({ ...bench.deps, ledgers, artefacts });
  const delivery = deliveryOf(await bench.activities.draftNotice(draftInput()));
  const sender = worker();
  const send = (round: number) =>
    bench.run(() => sender.sendBatches({ ...delivery, round, ledger: 'postgres', maxBatches: 9 }));
  return { bench, owner, worker, delivery, send };
}

test('a ledger that an older backup has lost rows of mails none of them again; they wait for a person, and the new are told', async () => {
  const recipients = recipientsNamed(250);
  const { bench, owner, worker, delivery, send } = await onTestDatabase(recipients);
  const here = worker();
  const mailed = () => bench.mailbox.messages().map(({ to }) => to[0]!);

  await here.openDelivery({ ...delivery, audience: ALL_OWNERS });
  expect(await send(1)).toEqual({ done: true, sent: 250, failed: 0 });
  const { firstSentAt } = await here.summariseDelivery({ ...delivery, audience: ALL_OWNERS });
  const second = { ...delivery, round: 2, held: { sent: 250, since: firstSentAt! }, audience: ALL_OWNERS };
  // Not lost as long as each has a row: a recount goes on.
  await here.recountDelivery(second);

  // The backup has a hundred rows that were sent, fifty that were not yet, and none of the others.
  const ids = `SELECT id FROM tocsin.deliveries ORDER BY id`;
  await owner.query(`DELETE FROM tocsin.deliveries WHERE id IN (${ids} OFFSET 150)`);
  await owner.query(
    `UPDATE tocsin.deliveries SET status = 'pending', batch_key = NULL, claimed_at = NULL, sent_at = NULL, provider_message_id = NULL,
            body_sha256 = NULL WHERE id IN (${ids} OFFSET 100)`,
  );
  recipients.push({ ref: 'workspace:new', address: 'new@example.com', language: 'en' });

  // Another worker knows nobody of them, and a count would call them untold.
  const elsewhere = worker(createFolderArtefacts(path.join(bench.dir, 'another')));
  const lost = { type: 'LedgerLost', message: expect.stringContaining('has 100 of the 250 mails') };
  await expect(elsewhere.openDelivery(second)).rejects.toMatchObject(lost);
  await expect(here.recountDelivery(second)).rejects.toMatchObject(lost);
  expect(mailed()).toHaveLength(250);

  for (const again of [1, 2]) {
    expect(await here.openDelivery(second)).toMatchObject({
      ledger: 'postgres',
      total: 251,
      added: again === 1 ? 101 : 0,
    });
  }
  const batches = [expect.objectContaining({ recipients: 100 }), expect.objectContaining({ recipients: 50 })];
  const { undecided, ...told } = await send(2);
  expect(told).toEqual({ done: true, sent: 1, failed: 0 });
  expect(undecided).toEqual(expect.arrayContaining(batches));
  expect(mailed().sort()).toEqual(recipients.map(({ address }) => address).sort());

  // A person read in the provider's log that one batch was accepted and the other was not.
  const [accepted, refused] = ['100', '50'].map(
    (n) => undecided!.find(({ recipients: of }) => String(of) === n)!.batch,
  );
  await here.settleBatch({ ...second, batch: accepted!, acceptedAt: firstSentAt! });
  await here.settleBatch({ ...second, batch: refused! });
  expect(await here.openDelivery(second)).toMatchObject({ total: 251, added: 0 });
  expect(await send(2)).toEqual({ done: true, sent: 50, failed: 0 });
  expect(mailed()).toHaveLength(301);
  expect(await here.summariseDelivery(second)).toMatchObject({ total: 251, sent: 251, pending: 0 });
});

test('mails that failed do not hide as many that a ledger has lost', async () => {
  const recipients = recipientsNamed(250).map((each, n) => (n < 60 ? { ...each, address: 'no address' } : each));
  const { bench, owner, worker, delivery, send } = await onTestDatabase(recipients);
  const here = worker();
  const audience = { ...delivery, audience: ALL_OWNERS };
  await here.openDelivery(audience);
  expect(await send(1)).toEqual({ done: true, sent: 190, failed: 60 });
  const { counted, ...evidence } = await here.summariseDelivery(audience);
  const { ledgers: held } = withHeld({ id: delivery.ledgerKey }, { channel: 'email', ...evidence });

  // The backup is from before the last batch.
  await owner.query(
    `DELETE FROM tocsin.deliveries WHERE id IN (SELECT id FROM tocsin.deliveries ORDER BY id OFFSET 200)`,
  );
  const second = { ...audience, round: 2, held: held![delivery.ledgerKey]! };
  await expect(here.recountDelivery(second)).rejects.toMatchObject({ type: 'LedgerLost' });
  await here.openDelivery(second);
  expect(await send(2)).toMatchObject({ sent: 0, undecided: [{ recipients: 50 }] });
  expect(bench.mailbox.messages()).toHaveLength(190);
});
