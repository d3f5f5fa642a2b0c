import fc from 'fast-check';
import pg from 'pg';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { isUnavailable } from '../../postgres/outage';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { GENESIS } from '../../register/entry';
import { MalformedEntryError, NotCanonicalError, RegisterConflictError, RegisterGapError } from '../../register/errors';
import { readEntries } from '../../register/read-entries';
import { eventIn } from '../../register/read-incident';
import { verifyRegister } from '../../register/verify';
import { createTestDatabase, type TestDatabase } from '../setup/helpers';
import { anEvent, eventsOf } from './helpers';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});

afterAll(async () => {
  await pool?.end();
});

async function entriesOf(incidentId: string) {
  const entries = [];
  for await (const entry of readEntries(pool, { incidentId })) entries.push(eventIn(entry));
  return entries;
}

test('an empty log has the head 0 and 64 zeros, and verifies', async () => {
  expect(await appendEntries(pool, [])).toEqual({ appended: 0, repeated: 0, head: { position: 0, hash: GENESIS } });
  expect(await verifyRegister(pool)).toEqual({ ok: true, entries: 0, head: { position: 0, hash: GENESIS } });
});

test('a batch repeated, in part or whole, is appended once', async () => {
  const events = eventsOf('repeated', 5);
  expect(await appendEntries(pool, events.slice(0, 3))).toMatchObject({ appended: 3, repeated: 0 });
  const after = await appendEntries(pool, events);
  expect(after).toMatchObject({ appended: 2, repeated: 3 });
  expect(await appendEntries(pool, events)).toEqual({ appended: 0, repeated: 5, head: after.head });
  expect((await entriesOf('repeated')).map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5]);
});

test('an event twice in one batch is appended once', async () => {
  const event = anEvent('twice', 1);
  expect(await appendEntries(pool, [event, { ...event }])).toMatchObject({ appended: 1, repeated: 1 });
});

test('an absent optional field and one given as undefined are the same event', async () => {
  await appendEntries(pool, [anEvent('optional', 1)]);
  expect(await appendEntries(pool, [anEvent('optional', 1, { commandId: undefined })])).toMatchObject({ repeated: 1 });
});

test('the same number with other content is a hard error, and nothing of the batch is written', async () => {
  await appendEntries(pool, eventsOf('conflict', 2));
  const batch = [anEvent('conflict-neighbour', 1), anEvent('conflict', 2, { data: { text: 'another history' } })];
  await expect(appendEntries(pool, batch)).rejects.toThrow(RegisterConflictError);
  await expect(appendEntries(pool, batch)).rejects.toThrow('entry 2 of incident conflict is already in the register');
  expect(await entriesOf('conflict-neighbour')).toEqual([]);
});

test('a gap is refused, naming the number expected', async () => {
  await appendEntries(pool, eventsOf('gap', 2));
  await expect(appendEntries(pool, [anEvent('gap', 4)])).rejects.toThrow(RegisterGapError);
  await expect(appendEntries(pool, [anEvent('gap', 4)])).rejects.toThrow('because entry 3 comes next');
  await expect(appendEntries(pool, [anEvent('gap', 4), anEvent('gap', 3)])).rejects.toThrow(RegisterGapError);
  await expect(appendEntries(pool, [anEvent('gap-first', 2)])).rejects.toThrow('because entry 1 comes next');
});

test.each([
  ['undefined', { note: undefined }],
  ['NaN', { count: Number.NaN }],
  ['infinity', { count: Number.POSITIVE_INFINITY }],
  ['a date', { at: new Date(0) }],
  ['a toJSON', { a: { toJSON: () => 'b' } }],
  ['a lone surrogate', { text: 'a\ud800b' }],
  ['a lone surrogate in a key', { 'a\udc00': 1 }],
  ['a bigint', { count: 1n }],
  ['a function', { call: () => 1 }],
  ['a hole in an array', { list: Array(3) }],
  ['a map', { map: new Map() }],
])('data with %s has no canonical form and is refused before anything is written', async (_, data) => {
  await expect(appendEntries(pool, [anEvent('canonical', 1), anEvent('canonical', 2, { data })])).rejects.toThrow(
    NotCanonicalError,
  );
  expect(await entriesOf('canonical')).toEqual([]);
});

test('a cyclic value is refused, not followed for ever', async () => {
  const data: Record<string, unknown> = {};
  data.self = data;
  await expect(appendEntries(pool, [anEvent('cyclic', 1, { data })])).rejects.toThrow('nested deeper');
});

test.each([
  ['seq 0', { seq: 0 }],
  ['an instant without milliseconds', { at: '2026-04-01T00:00:00Z' }],
  ['an instant that does not exist', { at: '2026-02-30T00:00:00.000Z' }],
  ['a kind that is not kebab-case', { kind: 'Not_Kebab' }],
  ['another version', { v: 2 }],
  ['a field nobody knows', { extra: 1 }],
  ['data that is a list', { data: [] }],
])('an event with %s is refused with its incident and number', async (_, over) => {
  const event = { ...anEvent('malformed', 1), ...over } as unknown as RecordedEvent;
  await expect(appendEntries(pool, [event])).rejects.toThrow(MalformedEntryError);
  await expect(appendEntries(pool, [event])).rejects.toThrow(/of incident malformed is malformed/);
});

test('whatever text and numbers the data holds, the entry reads back the same and verifies', async () => {
  let seq = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
      async (data) => {
        seq += 1;
        await appendEntries(pool, [anEvent('any-data', seq, { data })]);
      },
    ),
    { numRuns: 100 },
  );
  expect(await verifyRegister(pool, { incidentId: 'any-data' })).toMatchObject({ ok: true, entries: seq });
});

test('a server whose default isolation would keep an old snapshot is overruled: what is read is read after the lock', async () => {
  const strict = createPool(`${database.url}?options=-c%20default_transaction_isolation%3Dserializable`);
  try {
    const runs = [1, 2, 3, 4].map((n) => appendEntries(strict, eventsOf(`strict-${n}`, 5)));
    expect((await Promise.all(runs)).map((run) => run.appended)).toEqual([5, 5, 5, 5]);
  } finally {
    await strict.end();
  }
});

test('8 concurrent writers leave one gapless chain with every event once, whatever the batches', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 12 })), {
        minLength: 8,
        maxLength: 8,
      }),
      async (plans) => {
        run += 1;
        // Each writer sends the whole history of one of three incidents in batches of its own size, all at once.
        const name = (n: number) => `race-${run}-${n}`;
        await Promise.all(
          plans.map(async ([n, size]) => {
            const events = eventsOf(name(n), 12);
            for (let start = 0; start < events.length; start += size) {
              await appendEntries(pool, events.slice(start, start + size));
            }
          }),
        );
        for (const n of new Set(plans.map(([incident]) => incident))) {
          expect((await entriesOf(name(n))).map((entry) => entry.seq)).toEqual(eventsOf(name(n), 12).map((e) => e.seq));
        }
      },
    ),
    { numRuns: 15 },
  );
  expect(await verifyRegister(pool)).toMatchObject({ ok: true });
});

test('a writer whose connection dies at any moment loses nothing and repeats nothing', async () => {
  const events = eventsOf('killed', 120);
  const killer = new pg.Client(database.url);
  await killer.connect();
  let done = false;
  const killing = (async () => {
    while (!done) {
      await killer.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    }
  })();
  let lost = 0;
  for (let next = 0; next < events.length && lost < 5_000; ) {
    try {
      await appendEntries(pool, [events[next]!]);
      next += 1;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      lost += 1;
    }
  }
  done = true;
  await killing;
  await killer.end();
  expect(lost).toBeGreaterThan(0);
  expect((await entriesOf('killed')).map((entry) => entry.seq)).toEqual(events.map((event) => event.seq));
  expect(await verifyRegister(pool)).toMatchObject({ ok: true });
});
