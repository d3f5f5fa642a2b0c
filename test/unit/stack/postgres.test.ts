import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { startPostgres } from '../../../stack/postgres';
import { afterFile, temporaryDir } from '../../setup/helpers';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function start(dir: string, port?: number) {
  const postgres = await startPostgres({ dir, port, env: {} });
  afterFile(() => postgres.stop());
  return postgres;
}

describe('embedded Postgres', () => {
  const dir = path.join(temporaryDir('postgres'), 'data');

  test('what was written is there after a stop, at the same address', async () => {
    const first = await start(dir);
    await query(first.url, "CREATE TABLE kept AS SELECT 'Zürich 東京' AS place");
    await first.stop();
    await expect(query(first.url, 'SELECT 1')).rejects.toThrow();
    const second = await start(dir, first.port);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT place, length(place) FROM kept')).toEqual([
      { place: 'Zürich 東京', length: 9 },
    ]);
    await second.stop();
  });

  test('what was committed is there after a crash', async () => {
    const first = await start(dir);
    await query(first.url, 'CREATE TABLE committed AS SELECT 1 AS one');
    await first.crash!();
    expect(existsSync(path.join(first.dir!, 'postmaster.pid'))).toBe(true);
    const second = await start(dir, first.port);
    expect(await query(second.url, 'SELECT one FROM committed')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  test('a pid file whose id belongs to another program by now does not stop the start', async () => {
    const first = await start(dir);
    await first.crash!();
    const file = path.join(first.dir!, 'postmaster.pid');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)));
    const second = await start(dir);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  test('it asks for a password, which only its owner can read', async () => {
    const { url, dir: actual, stop } = await start(dir);
    expect(statSync(`${actual}.password`).mode & 0o777).toBe(0o600);
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await stop();
  });

  test('it is UTF-8, whatever the locale of the machine', async () => {
    const { url, stop } = await start(dir);
    expect(await query(url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    await stop();
  });
});

test('a DATABASE_URL that does not answer is named without its password, with what to do', async () => {
  const starting = startPostgres({ env: { DATABASE_URL: 'postgres://someone:hidden@127.0.0.1:1/db' } });
  await expect(starting).rejects.toThrow(/127\.0\.0\.1:1\/db does not answer.*unset DATABASE_URL/);
  await expect(starting).rejects.not.toThrow(/hidden/);
});
