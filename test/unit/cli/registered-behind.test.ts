// What a server asks of the register for its lists: seldom, and no longer than it is true.
import { registeredBehind } from '../../../cli/registered-behind';
import { createPool } from '../../../postgres/pool';
import { appendEntries } from '../../../register/append/appender';
import { createTestDatabase } from '../../setup/helpers';
import { Story } from './helpers';

test('the heads are asked for every thirty seconds at most, and the entries of a case when it has more', async () => {
  const pool = createPool((await createTestDatabase()).url);
  const story = new Story();
  await appendEntries(pool, story.events.slice(0, 1) as never);
  let now = 0;
  let asked = 0;
  const register = async () => {
    asked += 1;
    return pool;
  };
  const registered = registeredBehind(register, () => now);
  const look = async () => [await registered.mayBeOpen('incident'), (await registered.eventsOf('INC-1')).length];
  expect(await look()).toEqual([['INC-1'], 1]);
  expect(await look()).toEqual([['INC-1'], 1]);
  expect(asked).toBe(2);
  await appendEntries(pool, story.events.slice(1) as never);
  now = 30_000;
  expect(await look()).toEqual([['INC-1'], story.events.length]);
  expect(asked).toBe(4);
  expect(await registered.mayBeOpen('triage')).toEqual([]);
  await pool.end();
});

test('while Postgres does not answer that is an error, and the next look asks again', async () => {
  let asked = 0;
  const registered = registeredBehind(async () => {
    asked += 1;
    throw new Error('connect ECONNREFUSED');
  });
  for (let n = 0; n < 2; n++) await expect(registered.mayBeOpen('incident')).rejects.toThrow('ECONNREFUSED');
  await expect(registered.eventsOf('INC-1')).rejects.toThrow('ECONNREFUSED');
  expect(asked).toBe(3);
});
