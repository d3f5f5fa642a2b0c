/** Batches side by side: one that failed is left to the next call, which comes after a pause, and none is begun after it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../../../activities/failures';
import { until } from '../../setup/until';
import { ALL_OWNERS, deliveryOf, draftInput, failureOf, recipientsNamed, startBench } from './fixtures';

test('no other lane claims a batch that has just failed', async () => {
  const bench = await startBench(recipientsNamed(950));
  const { postgres } = bench.deps.ledgers;
  const { claimBatches } = postgres;
  const { mail } = bench.deps.ports.live;
  const { sendBatch } = mail;
  const asked: string[] = [];
  let claims = 0;
  let sent = 0;
  let failed = false;
  // The next batches are being claimed, and two lanes wait for them, when the first batch fails.
  postgres.claimBatches = async (...args) => {
    if (++claims === 2) {
      await until('the first batch has failed', () => failed, 20_000);
      await sleep(50);
    }
    return claimBatches.apply(postgres, args);
  };
  mail.sendBatch = async (messages, key) => {
    asked.push(key);
    if (key === asked[0]) {
      await until('the others are out', () => claims >= 2 && sent >= 3, 20_000);
      await sleep(100);
      failed = true;
      throw failure('MailBusy', 'slow');
    }
    if (asked.length < 4) await until('four batches on their way', () => asked.length >= 4, 20_000);
    const outcome = await sendBatch(messages, key);
    sent++;
    return outcome;
  };
  const delivery = deliveryOf(await bench.activities.draftNotice(draftInput()));
  const { ledger } = await bench.activities.openDelivery({ ...delivery, audience: ALL_OWNERS });
  const send = () => bench.run(() => bench.activities.sendBatches({ ...delivery, ledger, maxBatches: 9 }));
  expect(await failureOf(send())).toMatchObject({ type: 'MailBusy' });
  expect(asked.filter((key) => key === asked[0])).toHaveLength(1);
  // Whoever was claimed with them, and not begun, waits as before.
  const key = { incidentId: delivery.incidentId, obligationId: delivery.ledgerKey };
  expect(await postgres.summary(key)).toMatchObject({ sent: 300, sending: 100, pending: 550 });
  mail.sendBatch = sendBatch;
  await send();
  expect(bench.mailbox.messages()).toHaveLength(950);
});
