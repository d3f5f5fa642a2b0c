/**
 * Whatever goes wrong while batches are sent side by side, in any order: ledger and mailbox agree, and each recipient has one
 * mail. A worker is killed between any two steps, two overlap, Postgres is away, the provider asks for patience (429, quota),
 * fails (500), accepts and is not heard, says 409 in both its ways, and tells of a mail before it answers the call.
 */
import { keepDeliveryEvents } from '../../../activities/delivery/ledger/delivery-events';
import { PostgresLedger } from '../../../activities/delivery/ledger/postgres-ledger';
import type { MailPort } from '../../../activities/mail/mail-port';
import type { SendBatchesResult } from '../../../activities/types';
import { isUnavailable } from '../../../postgres/outage';
import { createPool } from '../../../postgres/pool';
import type { FaultSettings } from '../../../stack/faults';
import { createActivities } from '../../../worker/create-activities';
import { afterFile, createTestDatabase } from '../../setup/helpers';
import { seeded, shuffled } from '../../setup/seeded';
import { ALL_OWNERS, deliveryOf, draftInput, recipientsNamed, startBench } from './fixtures';

/** More batches than all that goes wrong lets through. */
const RECIPIENTS = 2_430;

const PROVIDER: Record<string, FaultSettings> = {
  '429': { failNext: 2, failStatus: 429, failName: 'rate_limit_exceeded' },
  quota: { failNext: 1, failStatus: 429, failName: 'daily_quota_exceeded' },
  '500': { failNext: 2, failStatus: 500 },
  'accepted, unheard': { dropNext: 2 },
  '409 in progress': { failNext: 2, failStatus: 409, failName: 'concurrent_idempotent_requests' },
  '409 another content': { failNext: 1, failStatus: 409, failName: 'invalid_idempotent_request' },
};
const KINDS = [...Object.keys(PROVIDER), 'killed', 'Postgres away', 'two at once'];

/** What a worker may die at, and when Postgres may be away: each call's beginning and end. */
class Steps {
  private left = Number.POSITIVE_INFINITY;
  private away = 0;

  arm({ dieAfter = Number.POSITIVE_INFINITY, awayFor = 0 }: { dieAfter?: number; awayFor?: number }): void {
    this.left = dieAfter;
    this.away = awayFor;
  }

  /** A dead worker does nothing more. */
  pass(isPostgres: boolean): void {
    if (this.left <= 0) throw new Error('killed');
    this.left--;
    if (isPostgres && this.away-- > 0) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  }
}

/** The same, with a step before and after each call. */
function stepped<T extends object>(target: T, steps: Steps, isPostgres: boolean): T {
  return new Proxy(target, {
    get(of, name) {
      const value = Reflect.get(of, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        steps.pass(isPostgres);
        const result = await Reflect.apply(value, of, args);
        steps.pass(isPostgres);
        return result;
      };
    },
  });
}

test.each(Array.from({ length: 4 }, (_, seed) => `${seed + 1}`))(
  'each recipient is accepted once, and the ledger says so: run %s',
  async (seed) => {
    const draw = seeded(`delivery.faults ${seed}`);
    const bench = await startBench(recipientsNamed(RECIPIENTS));
    const pool = createPool((await createTestDatabase()).url);
    afterFile(() => pool.end());
    const steps = new Steps();
    const ledger = new PostgresLedger(pool);
    const told = new Set<string>();
    /** As webhooks would: before whoever called hears of it. */
    const tell = async () => {
      const fresh = bench.mailbox.messages().filter(({ id }) => !told.has(id));
      for (const { id } of fresh) told.add(id);
      const at = new Date().toISOString();
      await keepDeliveryEvents(
        pool,
        fresh.map(({ id }) => ({ eventId: `event ${id}`, messageId: id, kind: 'delivered' as const, at })),
      );
    };
    const { live } = bench.deps.ports;
    const mail: MailPort = {
      ...live.mail,
      sendBatch: (...args) => live.mail.sendBatch(...args).finally(tell),
      send: (...args) => live.mail.send(...args).finally(tell),
    };
    const activities = createActivities({
      ...bench.deps,
      artefacts: stepped(bench.deps.artefacts, steps, false),
      ports: { ...bench.deps.ports, live: { ...live, mail: stepped(mail, steps, false) } },
      ledgers: {
        ...bench.deps.ledgers,
        postgres: stepped(ledger, steps, true),
        isUnavailable,
        mergeSpool: async () => undefined,
      },
    });
    const delivery = deliveryOf(await bench.activities.draftNotice(draftInput()));
    const opening = { ...delivery, audience: ALL_OWNERS };
    await activities.openDelivery(opening);
    const send = () =>
      bench.run(() =>
        activities.sendBatches({ ...delivery, ledger: 'postgres', maxBatches: 1 + Math.floor(draw() * 3) }),
      );
    const toPlay = shuffled(KINDS, draw);

    let result: SendBatchesResult | undefined;
    for (let tries = 0; !result?.done || result.undecided; tries++) {
      const kind = toPlay.pop();
      if (tries > 60) throw new Error('the delivery does not end');
      const faults = kind === undefined ? undefined : PROVIDER[kind];
      bench.mailbox.faults.set(faults ?? {});
      steps.arm({
        ...(kind === 'killed' && { dieAfter: Math.floor(draw() * 8) }),
        ...(kind === 'Postgres away' && { awayFor: 1 + Math.floor(draw() * 6) }),
      });
      const attempts = await Promise.allSettled(kind === 'two at once' ? [send(), send()] : [send()]);
      steps.arm({});
      if (faults) expect(bench.mailbox.faults.played).toBeGreaterThan(0);
      if (kind === 'killed' || kind === 'Postgres away') expect(attempts).toMatchObject([{ status: 'rejected' }]);
      bench.mailbox.faults.set({});
      const [ended] = attempts.filter((attempt) => attempt.status === 'fulfilled');
      result = ended?.value;
      // A person looks at the provider, batch by batch.
      for (const { batch } of result?.undecided ?? []) {
        const accepted = bench.mailbox.messages().find(({ request }) => request?.key === `batch/${batch}`);
        await activities.settleBatch({
          ...{ incidentId: delivery.incidentId, exercise: false, ledgerKey: delivery.ledgerKey, batch },
          ...(accepted && { acceptedAt: accepted.created_at }),
        });
      }
    }

    expect(toPlay).toEqual([]);
    const rows = await ledger.recipients({ incidentId: delivery.incidentId, obligationId: delivery.ledgerKey });
    const messages = bench.mailbox.messages();
    const addresses = recipientsNamed(RECIPIENTS)
      .map(({ address }) => address)
      .sort();
    expect(messages.map(({ to }) => to[0]!).sort()).toEqual(addresses);
    const sent = rows.filter(({ status }) => status === 'sent').map(({ address }) => address);
    expect(sent.sort()).toEqual(addresses);
    const idOf = new Map(messages.map(({ id, to }) => [to[0]!, id]));
    // What a person settled has no id; every other row has that of its mail, and what was told of it before.
    const identified = rows.filter(({ providerMessageId }) => providerMessageId !== undefined);
    expect(identified.length).toBeGreaterThan(0);
    for (const { address, providerMessageId, fate } of identified)
      expect([providerMessageId, fate?.kind]).toEqual([idOf.get(address), 'delivered']);
    expect(await activities.summariseDelivery(opening)).toMatchObject({
      total: RECIPIENTS,
      sent: RECIPIENTS,
      pending: 0,
    });
  },
  120_000,
);
