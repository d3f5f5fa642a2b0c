// What the register records of itself, and the arrays in which entries go to Postgres.
import pg from 'pg';
import { loadDisclosures } from '../../policy/load-disclosure';
import { BinaryArray } from '../../register/append/binary-arrays';
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
