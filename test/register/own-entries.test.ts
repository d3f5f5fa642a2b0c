// What the register records of itself, and the arrays in which entries go to Postgres.
import pg from 'pg';
import { loadDisclosures } from '../../policy/load-disclosure';
import { createPool } from '../../postgres/pool';
import { BinaryArray } from '../../register/append/binary-arrays';
import { runInsert } from '../../register/append/prepared-insert';
import type { Value } from '../../register/append/run-message';
import { recordOwnEntry } from '../../register/own-entries';
import { readIncidentEvents } from '../../register/read-incident';
import { verifyRegister } from '../../register/verify';
import { afterFile, createTestDatabase } from '../setup/helpers';

const disclosures = loadDisclosures();

test('eight that record at once each get a place of their own, without a gap', async () => {
  const { url } = await createTestDatabase();
  const pools = Array.from({ length: 8 }, () => createPool(url));
  afterFile(async () => void (await Promise.all(pools.map((pool) => pool.end()))));
  const entry = (n: number) => ({ kind: 'register-exported', data: { n }, by: `person-${n}` });
  const places = await Promise.all(pools.map((pool, n) => recordOwnEntry(pool, disclosures, entry(n))));
  expect(places.map(({ seq }) => seq).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const events = await readIncidentEvents(pools[0]!, 'REGISTER');
  for (const [n, { seq }] of places.entries()) {
    expect(events[seq - 1]).toMatchObject({ by: `person-${n}`, data: { n }, exercise: false });
  }
  const { head, ...result } = await verifyRegister(pools[0]!);
  expect(result).toMatchObject({ ok: true, entries: 8 });
  expect(places).toContainEqual({ ...head, seq: 8 });
});

test('arrays in binary form are read by Postgres as what they hold', async () => {
  const { url } = await createTestDatabase();
  const client = new pg.Client(url);
  await client.connect();
  afterFile(() => client.end());
  const texts = ['', 'a', 'naïve 🔑', '"{},\\'];
  const numbers = [0, 1, -1, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  const bytes = [Buffer.alloc(0), null, Buffer.from([0, 255, 10]), Buffer.alloc(5000, 7)];
  const array = <T>(
    type: ConstructorParameters<typeof BinaryArray>[0],
    values: T[],
    add: (to: BinaryArray, value: T) => void,
  ) => {
    const filled = new BinaryArray(type);
    for (const value of values) add(filled, value);
    return filled;
  };
  const big = array('int8', numbers, (to, value) => to.addInteger(value));
  const small = array('int4', [1, -5, 2147483647], (to, value) => to.addInteger(value));
  const text = array('text', texts, (to, value) => to.addText(value));
  const utf8 = array('bytea', texts, (to, value) => to.addText(value));
  const some = array('bytea', bytes, (to, value) => to.addBytes(value));
  const { rows } = await client.query(
    'SELECT $1::bigint[] AS big, $2::int[] AS small, $3::text[] AS texts, $4::bytea[] AS utf8, $5::bytea[] AS bytes',
    [big, small, text, utf8, some].map((each) => each.whole()),
  );
  expect(rows[0]).toEqual({
    big: numbers.map(String),
    small: [1, -5, 2147483647],
    texts,
    utf8: texts.map((text) => Buffer.from(text)),
    bytes,
  });
  const empty = await client.query('SELECT $1::bigint[] AS none, $2::text[] AS texts', [
    new BinaryArray('int8').whole(),
    new BinaryArray('text').whole(),
  ]);
  expect(empty.rows[0]).toEqual({ none: [], texts: [] });
});

test('an insertion of our own is read by Postgres as what it holds, and answers with its rows or the error', async () => {
  const { url } = await createTestDatabase();
  const client = new pg.Client(url);
  await client.connect();
  afterFile(() => client.end());
  await client.query(
    'CREATE TEMP TABLE given (big bigint PRIMARY KEY, small int, words text, utf8 bytea, bytes bytea)',
  );
  const insert = (big: number, rest: Value[]) =>
    new Promise<number>((resolve, reject) =>
      runInsert(
        client,
        { name: 'given', text: 'INSERT INTO given SELECT $1::bigint, $2::int, $3::text, $4::bytea, $5::bytea' },
        [big, ...rest],
        (error, rows) => (error === null ? resolve(rows) : reject(error)),
      ),
    );
  const rows: Array<[number, number | null, string | null, string | null, Uint8Array | null]> = [
    [0, null, null, null, null],
    [Number.MAX_SAFE_INTEGER, -5, '', '', Buffer.alloc(0)],
    [Number.MIN_SAFE_INTEGER, 2147483647, 'naïve 🔑 \\x00', '{"a":"\\\\🔑"}', new Uint8Array([0, 255, 10])],
    [7, 1, 'x'.repeat(70_000), 'é'.repeat(70_000), Buffer.alloc(200_000, 7)],
  ];
  for (const [big, ...rest] of rows) expect(await insert(big, rest)).toBe(1);
  await expect(insert(7, [1, '', '', null])).rejects.toMatchObject({ code: '23505' });
  await expect(insert(8, [2 ** 31, '', '', null])).rejects.toMatchObject({ code: '22003' });
  await expect(insert(8, [1, 'no \0', '', null])).rejects.toMatchObject({ code: '22021' });
  expect(await insert(8, [1, 'after errors', 'as before', null])).toBe(1);
  const { rows: stored } = await client.query('SELECT * FROM given WHERE big <> 8 ORDER BY small NULLS FIRST, big');
  const asRead = rows.map(([big, small, words, utf8, bytes]) => ({
    big: String(big),
    small,
    words,
    utf8: utf8 === null ? null : Buffer.from(utf8),
    bytes: bytes === null ? null : Buffer.from(bytes),
  }));
  expect(stored).toEqual([asRead[0], asRead[1], asRead[3], asRead[2]]);
});
