// What the register records of itself, and the arrays in which entries go to Postgres.
import pg from 'pg';
import { loadDisclosures } from '../../policy/load-disclosure';
import { byteaArray, hexArray, int4Array, int8Array, textArray } from '../../register/append/binary-arrays';
import { recordOwnEntry } from '../../register/own-entries';
import { createPool } from '../../register/pool';
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
  const { rows } = await client.query(
    'SELECT $1::bigint[] AS big, $2::int[] AS small, $3::text[] AS texts, $4::bytea[] AS utf8, $5::bytea[] AS hex, $6::bytea[] AS bytes',
    [
      int8Array(numbers),
      int4Array([1, -5, 2147483647]),
      textArray(texts),
      textArray(texts, 'bytea'),
      hexArray(['00ff', 'abcd'], 2),
      byteaArray(bytes),
    ],
  );
  expect(rows[0]).toEqual({
    big: numbers.map(String),
    small: [1, -5, 2147483647],
    texts,
    utf8: texts.map((text) => Buffer.from(text)),
    hex: [Buffer.from('00ff', 'hex'), Buffer.from('abcd', 'hex')],
    bytes,
  });
  const empty = await client.query('SELECT $1::bigint[] AS none, $2::text[] AS texts', [int8Array([]), textArray([])]);
  expect(empty.rows[0]).toEqual({ none: [], texts: [] });
});
