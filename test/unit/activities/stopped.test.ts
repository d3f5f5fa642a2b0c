// A person stops a delivery, with the real ledger and mailbox: batches on their way end, no other begins, and nobody has two mails.
import path from 'node:path';
import { mergeSpool } from '../../../activities/delivery/ledger/merge-spool';
import { PostgresLedger } from '../../../activities/delivery/ledger/postgres-ledger';
import { SpoolLedger } from '../../../activities/delivery/ledger/spool-ledger';
import type { MailPort } from '../../../activities/mail/mail-port';
import { isUnavailable } from '../../../postgres/outage';
import { createPool } from '../../../postgres/pool';
import { createActivities } from '../../../worker/create-activities';
import { afterFile, createTestDatabase } from '../../setup/helpers';
import { ALL_OWNERS, deliveryOf, draftInput, recipientsNamed, startBench } from './fixtures';

const RECIPIENTS = 1_450;

async function world() {
  const recipients = recipientsNamed(RECIPIENTS);
  const bench = await startBench(recipients);
  const pool = createPool((await createTestDatabase()).url);
  const down = createPool('postgres://nobody@127.0.0.1:1/none');
  afterFile(async () => {
    await pool.end();
    await down.end();
  });
  const dir = path.join(bench.dir, 'spool');
  const { live } = bench.deps.ports;
  const at = { request: async (_nth: number) => {} };
  let requests = 0;
  const mail: MailPort = {
    ...live.mail,
    sendBatch: async (...args) => {
      await at.request(++requests);
      return live.mail.sendBatch(...args);
    },
  };
  const over = (to: typeof pool) => {
    const postgres = new PostgresLedger(to);
    const ledgers = {
      postgres,
      spool: new SpoolLedger(dir),
      isUnavailable,
      mergeSpool: () => mergeSpool(dir, postgres),
    };
    return createActivities({ ...bench.deps, ledgers, ports: { ...bench.deps.ports, live: { ...live, mail } } });
  };
  const delivery = deliveryOf(await bench.activities.draftNotice(draftInput()));
  const [up, away] = [over(pool), over(down)];
  const stop = (round: number, ledger: 'postgres' | 'spool' = 'postgres') => {
    const { incidentId, ledgerKey } = delivery;
    return bench.run(() => up.stopDelivery({ incidentId, exercise: false, ledgerKey, round, ledger }));
  };
  const open = (of: typeof up, round = 1) => of.openDelivery({ ...delivery, round, audience: ALL_OWNERS });
  const send = (of: typeof up, round = 1, ledger: 'postgres' | 'spool' = 'postgres') =>
    bench.run(() => of.sendBatches({ ...delivery, round, ledger, maxBatches: 20 }));
  const count = (round = 1) => up.summariseDelivery({ ...delivery, round, audience: ALL_OWNERS });
  const mailed = () => bench.mailbox.messages().flatMap(({ to }) => to);
  return { bench, recipients, at, up, away, stop, open, send, count, mailed, pool };
}

test('while batches are on their way: they end, no further one begins; later the rest is told, each once', async () => {
  const { at, up, stop, open, send, count, mailed, recipients } = await world();
  await open(up);
  at.request = async (nth) => {
    if (nth === 3) await stop(1);
  };
  // Four were claimed at once; whoever asks next finds nothing.
  expect(await send(up)).toEqual({ done: true, sent: 400, failed: 0 });
  expect(await count()).toMatchObject({
    ...{ total: 400, sent: 400, failed: 0, pending: 0, stopped: RECIPIENTS - 400 },
    counted: { numbers: { told: 400, untold: RECIPIENTS - 400 } },
  });
  const { counted } = await count();
  const why = counted.of === 'workspaces' ? counted.unreached.map((each) => each.why) : [];
  expect(new Set(why)).toEqual(new Set(['stopped']));
  // Opened again by whoever begins the delivery anew, it stays stopped.
  await open(up);
  expect(await send(up)).toEqual({ done: true, sent: 0, failed: 0 });
  // It goes on without one who falls out of the list.
  const [out] = recipients.splice(RECIPIENTS - 1, 1);
  expect(await open(up, 2)).toMatchObject({ added: RECIPIENTS - 401, total: RECIPIENTS - 1 });
  expect(await send(up, 2)).toMatchObject({ sent: RECIPIENTS - 401 });
  expect(await count(2)).toMatchObject({ total: RECIPIENTS - 1, sent: RECIPIENTS - 1, pending: 0 });
  expect(mailed()).toHaveLength(RECIPIENTS - 1);
  expect(new Set(mailed()).size).toBe(RECIPIENTS - 1);
  expect(mailed()).not.toContain(out!.address);
}, 120_000);

test('the worker died with a batch on its way: that batch ends under its key, and nothing else goes out', async () => {
  const { at, up, bench, stop, open, send, count, mailed } = await world();
  await open(up);
  bench.mailbox.faults.set({ dropNext: 1 });
  at.request = async (nth) => {
    if (nth > 1) throw new Error('killed');
  };
  await expect(send(up)).rejects.toThrow();
  await stop(1);
  at.request = async () => {};
  expect(await send(up)).toMatchObject({ done: true });
  const { total, sent, pending, stopped } = await count();
  expect({ total, sent, pending }).toEqual({ total: sent, sent, pending: 0 });
  expect(sent).toBeLessThanOrEqual(400);
  expect(stopped).toBe(RECIPIENTS - sent);
  expect(new Set(mailed()).size).toBe(mailed().length);
  expect(mailed()).toHaveLength(sent);
}, 120_000);

test('Postgres is away: the stop holds in the spool, and in Postgres once that is back', async () => {
  const { up, away, stop, open, send, count, mailed } = await world();
  expect(await open(away)).toMatchObject({ ledger: 'spool' });
  await stop(1, 'spool');
  expect(await send(away, 1, 'spool')).toEqual({ done: true, sent: 0, failed: 0 });
  await up.mergeSpool({} as never);
  await open(up);
  expect(await send(up)).toEqual({ done: true, sent: 0, failed: 0 });
  expect(await count()).toMatchObject({ total: 0, sent: 0, pending: 0, stopped: RECIPIENTS });
  expect(mailed()).toEqual([]);
}, 120_000);
