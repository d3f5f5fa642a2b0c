/** The inbox believes what somebody with the keys of workers and intake put there, and nobody who has its database alone. */
import type { Pool } from 'pg';
import { Inbox } from '../../../detection/intake/inbox/accept';
import { listParked } from '../../../detection/intake/inbox/counts';
import { Dispatcher } from '../../../detection/intake/inbox/dispatcher';
import { InboxProofs } from '../../../detection/intake/inbox/inbox-proof';
import { type Detection, DetectionSchema } from '../../../domain/detection/detection';
import { createPool } from '../../../postgres/pool';
import { afterFile, createTestDatabase } from '../../setup/helpers';

const detection = (eventId: string, source: string) =>
  DetectionSchema.parse({
    source,
    format: 'standard-webhooks',
    eventId,
    type: 'edge.anomaly',
    at: '2026-04-01T02:00:00Z',
    title: 'Something odd happened',
  });

describe("who has the database's login and no key", () => {
  const key = (fill: number) => `k${fill}:${Buffer.alloc(32, fill).toString('base64')}`;
  const proofs = new InboxProofs([key(1)]);
  let pool: Pool;
  beforeAll(async () => {
    pool = createPool((await createTestDatabase()).url);
    afterFile(() => pool.end());
  });
  const settled: string[] = [];
  const trouble: unknown[] = [];
  const drain = async () => {
    const dispatcher = new Dispatcher({
      pool,
      proofs,
      isAway: () => false,
      handOver: async (given) => {
        settled.push(`${given.source} ${given.eventId} ${given.title}`);
        return { state: 'ignored', rule: 'any' };
      },
      onTrouble: (_what, fields) => void trouble.push(fields),
    });
    while (await dispatcher.drainOnce());
  };
  const write = (given: Detection) => new Inbox(pool).accept([given]);
  const parked = async () => (await listParked(pool)).map(({ source, eventId }) => `${source} ${eventId}`);

  test('opens no case by a row of the inbox, and keeps no detection out by taking its place', async () => {
    const forged = { ...detection('two', 'forged'), title: 'Block the office' };
    expect(await write(forged)).toBe(1);
    await drain();
    expect(settled.filter((each) => each.startsWith('forged'))).toEqual([]);
    expect(await parked()).toEqual(['forged two']);
    expect(trouble).toEqual([expect.objectContaining({ problem: 'unproved' })]);

    const inbox = new Inbox(pool, undefined, proofs);
    expect(await inbox.accept([detection('two', 'forged')])).toBe(1);
    expect(await inbox.accept([detection('two', 'forged')])).toBe(0);
    await drain();
    expect(settled.filter((each) => each.startsWith('forged'))).toEqual(['forged two Something odd happened']);
  });

  test('changes none that waits, and says of none that it was there before proofs were asked for', async () => {
    const inbox = new Inbox(pool, undefined, proofs);
    await inbox.accept([detection('three', 'changed')]);
    const set = (column: string, to: string) =>
      pool.query(`UPDATE tocsin.inbox SET ${column} = ${to} WHERE source = 'changed'`).catch(({ code }) => code);
    for (const [column, to] of [
      ['payload', `'{}'::bytea`],
      ['earlier', 'true'],
      ['proof', 'NULL'],
      ['event_id', `'four'`],
    ] as const)
      expect(await set(column, to)).toBe('42501');
    await drain();
    expect(settled.filter((each) => each.startsWith('changed'))).toHaveLength(1);
  });

  test('a key that was put behind a new one still proves; one that is gone does not', () => {
    const accepted = { source: 's', eventId: 'e', payload: Buffer.from('{}') };
    const stored = { earlier: false, proof: proofs.proof(accepted) };
    expect(new InboxProofs([key(2), key(1)]).holds(accepted, stored)).toBe(true);
    expect(new InboxProofs([key(2)]).holds(accepted, stored)).toBe(false);
    expect(new InboxProofs([key(2)]).holds(accepted, { ...stored, earlier: true })).toBe(true);
    for (const other of [{ source: 't' }, { eventId: 'f' }, { payload: Buffer.from('[]') }])
      expect(proofs.holds({ ...accepted, ...other }, stored)).toBe(false);
  });
});
