import { type AddressInfo, createServer } from 'node:net';
import pg from 'pg';
import { isUnavailable } from '../../postgres/outage';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { RegisterGapError } from '../../register/errors';
import { createTestDatabase, type TestDatabase } from '../setup/helpers';
import { anEvent } from './helpers';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: unknown) => error,
  );

test('a server that is not there is an outage, known within seconds', async () => {
  const pool = createPool('postgres://postgres@127.0.0.1:1/none');
  expect(isUnavailable(await failureOf(appendEntries(pool, [anEvent('a', 1)])))).toBe(true);
  await pool.end();
});

test('a host that never answers is an outage after 3 s', async () => {
  // It reads, so that it sees the other side go: a socket that nobody reads stays open, and the process with it.
  const server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pool = createPool(`postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/none`);
  const started = Date.now();
  expect(isUnavailable(await failureOf(pool.query('SELECT 1')))).toBe(true);
  expect(Date.now() - started).toBeLessThan(20_000);
  await pool.end();
  server.close();
});

test('a connection killed while idle, or between two statements, does not crash the process', async () => {
  const pool = createPool(database.url);
  const admin = new pg.Client(database.url);
  await admin.connect();
  const killAll = () =>
    admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
  const wait = () => new Promise((resolve) => setTimeout(resolve, 100));

  await pool.query('SELECT 1');
  await killAll();
  await wait();
  await expect(pool.query('SELECT 1')).resolves.toBeDefined();

  const client = await pool.connect();
  await client.query('BEGIN');
  await killAll();
  await wait();
  expect(isUnavailable(await failureOf(client.query('SELECT 1')))).toBe(true);
  client.release(true);
  await expect(pool.query('SELECT 1')).resolves.toBeDefined();
  await admin.end();
  await pool.end();
});

test('a fault in what was asked is not an outage', async () => {
  const pool = createPool(database.url);
  expect(isUnavailable(await failureOf(pool.query('SELECT nonsense')))).toBe(false);
  expect(isUnavailable(await failureOf(pool.query('DELETE FROM tocsin.register_entries')))).toBe(false);
  expect(isUnavailable(await failureOf(appendEntries(pool, [anEvent('gap', 2)])))).toBe(false);
  expect(isUnavailable(new RegisterGapError('a', 3, 2))).toBe(false);
  expect(isUnavailable('a text')).toBe(false);
  expect(isUnavailable(undefined)).toBe(false);
  await pool.end();
});

test.each(['57P01', '57P03', '08006', '53300', 'ECONNRESET', 'ETIMEDOUT'])(
  '%s is an outage, also as a cause',
  (code) => {
    const error = Object.assign(new Error('x'), { code });
    expect(isUnavailable(error)).toBe(true);
    expect(isUnavailable(new Error('wrapped', { cause: error }))).toBe(true);
    expect(isUnavailable(new AggregateError([error]))).toBe(true);
  },
);
