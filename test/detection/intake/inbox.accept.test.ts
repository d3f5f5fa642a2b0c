/** The inbox takes each detection once, whoever repeats it and however many come at the same time. */
import type { Pool } from 'pg';
import { Inbox } from '../../../detection/intake/inbox/accept';
import { DetectionSchema } from '../../../domain/detection/detection';
import { isUnavailable } from '../../../postgres/outage';
import { createPool } from '../../../postgres/pool';
import { afterFile, createTestDatabase } from '../../setup/helpers';

let pool: Pool;

beforeAll(async () => {
  pool = createPool((await createTestDatabase()).url);
  afterFile(() => pool.end());
});

const detection = (eventId: string, source = 'edge') =>
  DetectionSchema.parse({
    source,
    format: 'standard-webhooks',
    eventId,
    type: 'edge.anomaly',
    at: '2026-04-01T02:00:00Z',
    title: 'Something odd \ud800 happened',
  });

const rowsOf = async (source: string) =>
  (await pool.query('SELECT event_id, payload, state FROM tocsin.inbox WHERE source = $1 ORDER BY id', [source])).rows;

test('a thousand repeats at the same time, in two processes, are one row', async () => {
  const inboxes = [new Inbox(pool), new Inbox(pool)];
  const added = await Promise.all(Array.from({ length: 1_000 }, (_, i) => inboxes[i % 2]!.accept([detection('one')])));
  expect(added.reduce((a, b) => a + b, 0)).toBe(1);
  expect(await inboxes[0]!.accept([detection('one')])).toBe(0);
  const [row, ...more] = await rowsOf('edge');
  expect(more).toEqual([]);
  expect(row).toMatchObject({ event_id: 'one', state: 'waiting' });
  expect(DetectionSchema.parse(JSON.parse(row.payload.toString()))).toEqual(detection('one'));
});

test('different ones that come at the same time are all stored, in few statements', async () => {
  let commits = 0;
  const inbox = new Inbox(pool, () => commits++);
  await Promise.all(Array.from({ length: 2_000 }, (_, i) => inbox.accept([detection(`n-${i}`, 'burst')])));
  expect(await rowsOf('burst')).toHaveLength(2_000);
  expect(commits).toBeLessThan(20);
});

test('with Postgres away the accept is refused as an outage, and nothing is told to be stored', async () => {
  const away = createPool('postgres://nobody@127.0.0.1:1/none');
  const failure = await new Inbox(away).accept([detection('two')]).catch((error) => error);
  expect(isUnavailable(failure)).toBe(true);
  await away.end();
});
