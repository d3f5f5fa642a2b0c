// Only an erasure destroys data keys, and it works as the owner.
import pg from 'pg';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { createTestDatabase } from '../setup/helpers';
import { eventsOf } from './helpers';

async function asWriter(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('SET ROLE tocsin_writer');
  return client;
}

test('the data keys of incidents are not for the writer to destroy', async () => {
  const { url } = await createTestDatabase();
  const pool = createPool(url);
  await appendEntries(pool, [...eventsOf('INC-1', 3), ...eventsOf('INC-2', 2)]);
  const writer = await asWriter(url);
  const destroyed = await writer
    .query('UPDATE tocsin.register_keys SET key = NULL, destroyed_at = now() WHERE key IS NOT NULL')
    .then(({ rowCount }) => `${rowCount} keys destroyed`)
    .catch((error) => error.code);
  await writer.end();
  await pool.end();
  expect(destroyed).toBe('42501');
});
