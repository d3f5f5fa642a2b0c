/** Incidents are told that mails of theirs came back: once for many events, seldomer the longer it goes on, never lost. */
import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { Pool } from 'pg';
import pino from 'pino';
import { type DeliveryEventKind, keepDeliveryEvents } from '../../../activities/delivery/ledger/delivery-events';
import { PostgresLedger } from '../../../activities/delivery/ledger/postgres-ledger';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { CameBackTeller } from '../../../detection/intake/mail-events/tell-came-back';
import { createTellClosed } from '../../../detection/intake/mail-events/tell-closed';
import { createPool } from '../../../postgres/pool';
import { append, secretive } from '../../register/closed-incident';
import { afterFile, createTestDatabase } from '../../setup/helpers';

let pool: Pool;
let url: string;
beforeAll(async () => {
  url = (await createTestDatabase()).url;
  pool = createPool(url);
  afterFile(() => pool.end());
});
beforeEach(() => pool.query('DELETE FROM tocsin.delivery_events'));

/** A teller over incidents that take signals, are closed or stopped, or cannot be reached. */
function teller(
  world: { closed?: Set<string>; stopped?: Set<string>; away?: boolean; fails?: Record<string, number> } = {},
) {
  const signals: string[] = [];
  const logged: string[] = [];
  const clock = { now: 1_000_000_000_000 };
  const workflow = {
    getHandle: (id: string) => ({
      async signal(name: string, { ledgerKey }: { ledgerKey: string }) {
        if (world.away) throw new Error('no connection');
        const code = world.fails?.[id];
        if (code) {
          const cause = Object.assign(new Error('refused'), { code, details: '', metadata: {} });
          throw new ServiceError('failed to signal owner0@customer.example', { cause });
        }
        if (world.closed?.has(id) || world.stopped?.has(id)) throw new WorkflowNotFoundError('over', id, undefined);
        signals.push(`${id} ${name} ${ledgerKey}`);
      },
    }),
  };
  const log = pino({ level: 'warn' }, { write: (line: string) => logged.push(line) });
  const tellClosed = async (id: string, ledgerKey: string) => {
    if (world.stopped?.has(id)) return false;
    signals.push(`${id}, closed, mails-came-back ${ledgerKey}`);
    return true;
  };
  const one = new CameBackTeller(pool, { workflow } as never, tellClosed, log, () => clock.now);
  return { signals, logged, clock, look: () => one.look() };
}

let made = 0;
async function sent(count: number, key = 'enterprise-notice', settled = true) {
  const incidentId = `INC-${++made}`;
  const group = { incidentId, obligationId: key, channel: 'email', round: 1 };
  const refs = Array.from({ length: count }, (_, i) => `workspace:ws-${i}`);
  const recipients = refs.map((ref, i) => ({ ref, address: `owner${i}@customer.example`, language: 'en' }));
  const ledger = new PostgresLedger(pool);
  await ledger.open(group, recipients);
  const { batchKey } = (await ledger.claimBatches(group, 100, new Date()))[0]!;
  const ids = refs.map((_, i) => `${incidentId}-mail-${i}`);
  const settle = () =>
    ledger.settleBatch(
      batchKey,
      refs.map((ref, i) => ({ ref, status: 'sent' as const, providerMessageId: ids[i]! })),
    );
  if (settled) await settle();
  return { incidentId, ids, settle };
}

let events = 0;
const came = (messageId: string, kind: DeliveryEventKind, reason?: string) =>
  keepDeliveryEvents(pool, [
    { eventId: `e-${++events}`, messageId, kind, ...(reason && { reason }), at: '2026-04-01T02:10:00.000Z' },
  ]);

test('many events of a notice are one signal; what was delivered is none', async () => {
  const { incidentId, ids } = await sent(20, 'enterprise-notice#2');
  const { signals, look } = teller();
  for (const id of ids.slice(0, 9)) await came(id, 'bounced');
  for (const id of ids.slice(9)) await came(id, 'delivered');
  await look();
  await look();
  expect(signals).toEqual([`${incidentId} mails-came-back enterprise-notice#2`]);
});

test('what goes on coming is told seldomer, and all of it in the end', async () => {
  const { ids } = await sent(8);
  const { signals, clock, look } = teller();
  const heard: number[] = [];
  for (const id of ids) {
    await came(id, 'complained');
    clock.now += 30_000;
    await look();
    heard.push(signals.length);
  }
  expect(heard).toEqual([1, 1, 2, 2, 2, 2, 2, 2]);
  clock.now += 900_000;
  await look();
  expect(signals).toHaveLength(3);
  const { rowCount } = await pool.query('SELECT FROM tocsin.delivery_events WHERE told_at IS NULL');
  expect(rowCount).toBe(0);
});

test('an event before the answer of the call that sent the mail waits for it', async () => {
  const { incidentId, ids, settle } = await sent(1, 'enterprise-notice', false);
  const { signals, look } = teller();
  await came(ids[0]!, 'bounced');
  await look();
  expect(signals).toEqual([]);
  await settle();
  await look();
  expect(signals).toEqual([`${incidentId} mails-came-back enterprise-notice`]);
});

test('a delivery after a soft bounce is told, too', async () => {
  const { ids } = await sent(1);
  const { signals, clock, look } = teller();
  await came(ids[0]!, 'soft-bounced');
  await look();
  await came(ids[0]!, 'delivered');
  clock.now += 60_000;
  await look();
  await look();
  expect(signals).toHaveLength(2);
});

test('Temporal away loses nothing; of a stopped incident it is logged once, and tried until it goes on', async () => {
  const { incidentId, ids } = await sent(2);
  const world = { away: true, stopped: new Set<string>() };
  const { signals, logged, clock, look } = teller(world);
  await came(ids[0]!, 'bounced');
  await expect(look()).rejects.toThrow('no connection');
  world.away = false;
  world.stopped.add(incidentId);
  await look();
  clock.now += 60_000;
  await look();
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain(`notice recipients ${incidentId} enterprise-notice --state came-back`);
  expect(logged[0]).not.toContain('@');
  world.stopped.clear();
  clock.now += 3_600_000;
  await look();
  expect(signals).toEqual([`${incidentId} mails-came-back enterprise-notice`]);
});

test('a closed incident is told by a run of its own, at once, and once for each event', async () => {
  const { incidentId, ids } = await sent(2);
  const { signals, logged, clock, look } = teller({ closed: new Set([incidentId]) });
  await came(ids[0]!, 'bounced');
  for (const _ of [1, 2]) await look();
  await came(ids[1]!, 'complained');
  clock.now += 60_000;
  for (const _ of [1, 2]) await look();
  expect(signals).toEqual(Array(2).fill(`${incidentId}, closed, mails-came-back enterprise-notice`));
  expect(logged).toEqual([]);
});

test('of a mail that was delivered a closed incident is told nothing: not of an absence notice, and not of a delivery at last', async () => {
  const { incidentId, ids } = await sent(3);
  const world = { closed: new Set<string>() };
  const { signals, logged, clock, look } = teller(world);
  const heard = `${incidentId} mails-came-back enterprise-notice`;
  await came(ids[0]!, 'soft-bounced');
  await look();
  expect(signals.splice(0)).toEqual([heard]);
  world.closed.add(incidentId);
  await came(ids[0]!, 'delivered');
  await came(ids[1]!, 'delivered');
  await came(ids[1]!, 'soft-bounced');
  clock.now += 60_000;
  for (const _ of [1, 2]) await look();
  expect([signals, logged]).toEqual([[], []]);
  // What does come back is told at once all the same.
  await came(ids[2]!, 'bounced');
  clock.now += 60_000;
  for (const _ of [1, 2]) await look();
  expect(signals.splice(0)).toEqual([`${incidentId}, closed, mails-came-back enterprise-notice`]);
});

test('and hears of the delivery once it is open again', async () => {
  const { incidentId, ids } = await sent(1);
  const world = { closed: new Set<string>() };
  const { signals, clock, look } = teller(world);
  await came(ids[0]!, 'soft-bounced');
  await look();
  world.closed.add(incidentId);
  await came(ids[0]!, 'delivered');
  clock.now += 60_000;
  await look();
  world.closed.clear();
  clock.now += 3_600_000;
  for (const _ of [1, 2]) await look();
  expect(signals).toEqual(Array(2).fill(`${incidentId} mails-came-back enterprise-notice`));
});

describe('whether a closed incident is told', () => {
  const CLOSED = 'INC-20260401-c105';
  const tells = (stands: unknown) => {
    const told: unknown[] = [];
    const client = { stands: async () => stands, signalClosed: async (...given: unknown[]) => void told.push(given) };
    return { told, tell: createTellClosed(pool, client as never) };
  };

  test('as the register has it, also where Temporal has forgotten it', async () => {
    const closed = secretive(CLOSED);
    await append(pool, closed.events);
    for (const stands of ['closed', undefined]) {
      const { told, tell } = tells(stands);
      expect(await tell(CLOSED, 'enterprise-notice')).toBe(true);
      expect(told).toEqual([
        [
          expect.objectContaining({ workflow: 'incident', id: CLOSED, input: { closed: { incidentId: CLOSED } } }),
          'mails-came-back',
          { ledgerKey: 'enterprise-notice' },
        ],
      ]);
    }
  });

  test('not one that has stopped, that never was, or that is open in the register', async () => {
    for (const [stands, id] of [
      [{ how: 'terminated' }, 'INC-1'],
      ['never opened', 'INC-1'],
      ['closed', 'INC-20260401-none'],
    ] as const) {
      const { told, tell } = tells(stands);
      expect([await tell(id, 'enterprise-notice'), told]).toEqual([false, []]);
    }
  });
});

test('an incident that takes no signal stops no other one, and is tried seldomer', async () => {
  const all = [await sent(1), await sent(1), await sent(1)];
  const stuck = all[1]!.incidentId;
  const world: { fails: Record<string, number> } = { fails: { [stuck]: 8 } };
  const { signals, logged, clock, look } = teller(world);
  for (const { ids } of all) await came(ids[0]!, 'bounced');
  await look();
  await look();
  const others = [all[0]!, all[2]!].map(({ incidentId }) => `${incidentId} mails-came-back enterprise-notice`);
  expect([...signals].sort()).toEqual(others.sort());
  expect(logged).toHaveLength(1);
  expect(JSON.parse(logged[0]!)).toMatchObject({ caseId: stuck, code: 8 });
  expect(logged[0]).not.toContain('@');
  world.fails = {};
  clock.now += 60_000;
  await look();
  expect(signals).toHaveLength(3);
});

test('an outage in the midst leaves those told who were told before it', async () => {
  // The one that was heard of last is told first.
  const all = [await sent(1), await sent(1)];
  const { signals, look } = teller({ fails: { [all[0]!.incidentId]: 14 } });
  for (const { ids } of all) await came(ids[0]!, 'bounced');
  await expect(look()).rejects.toThrow('failed to signal');
  expect(signals).toHaveLength(1);
  const { rowCount } = await pool.query('SELECT FROM tocsin.delivery_events WHERE told_at IS NULL');
  expect(rowCount).toBe(1);
});

describe('tocsin notice recipients', () => {
  async function tocsin(...argv: string[]) {
    let text = '';
    const sink = { write: (part: string) => (text += part) };
    const code = await runCommand(argv, new Shell({ DATABASE_URL: url, COLUMNS: '160' }, sink, sink));
    return { code, text };
  }

  test('who, the state of each mail, masked addresses; with --state those who are meant', async () => {
    const { incidentId, ids } = await sent(4);
    await came(ids[0]!, 'delivered');
    await came(ids[1]!, 'bounced', 'NoEmail');
    await came(ids[2]!, 'soft-bounced');
    const all = await tocsin('notice', 'recipients', incidentId, 'enterprise-notice');
    expect(all).toMatchObject({ code: 0 });
    expect(all.text).toContain('4 mails: 1 sent, 1 delivered, 1 soft-bounced, 1 bounced.');
    expect(all.text).toContain('o…@customer.example');
    expect(all.text).not.toContain('owner');
    const json = await tocsin(
      'notice',
      'recipients',
      incidentId,
      'enterprise-notice',
      '--state',
      'came-back',
      '--json',
    );
    const { counts, recipients } = JSON.parse(json.text);
    expect(counts).toEqual({ sent: 1, delivered: 1, 'soft-bounced': 1, bounced: 1 });
    expect(recipients).toMatchObject([
      { recipient: 'workspace:ws-1', state: 'bounced', reason: 'NoEmail', told: false },
      { recipient: 'workspace:ws-2', state: 'soft-bounced', told: false },
    ]);
    expect(json.text).not.toContain('owner');
    const full = await tocsin(
      'notice',
      'recipients',
      incidentId,
      'enterprise-notice',
      '--state',
      'bounced',
      '--addresses',
    );
    expect(full.text).toContain('owner1@customer.example');
    expect(full.text).not.toContain('owner2@');
  });

  test('a notice that was mailed to nobody, and a state that there is not, are told', async () => {
    const none = await tocsin('notice', 'recipients', 'INC-none', 'enterprise-notice');
    expect(none.code).not.toBe(0);
    expect(none.text).toContain('has been mailed to nobody so far');
    const wrong = await tocsin('notice', 'recipients', 'INC-none', 'enterprise-notice', '--state', 'lost');
    expect(wrong.text).toMatch(/came-back/);
  });
});
