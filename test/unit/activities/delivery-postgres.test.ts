import path from 'node:path';
import { mergeSpool } from '../../../activities/delivery/ledger/merge-spool';
import { PostgresLedger } from '../../../activities/delivery/ledger/postgres-ledger';
import { SpoolLedger } from '../../../activities/delivery/ledger/spool-ledger';
import { createPool, isUnavailable } from '../../../postgres/pool';
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
