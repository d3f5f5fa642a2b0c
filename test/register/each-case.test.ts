// What is remembered of the cases of the register is what the register has, and one that cannot be read hides no other.
import type pg from 'pg';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { EachCase } from '../../register/each-case';
import { createTestDatabase, type TestDatabase } from '../setup/helpers';
import { eventsOf, tamper } from './helpers';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(() => pool?.end());

const countOf = (entries: readonly { incidentId: string }[]) => `${entries[0]?.incidentId} ${entries.length}`;

const write = (id: string, n: number) => appendEntries(pool, eventsOf(id, n), () => false);

test('a case that the register has no more, as after a restore, is not remembered', async () => {
  await write('KEPT', 2);
  await write('LOST', 3);
  const each = new EachCase(pool, countOf);
  expect((await each.all()).sort()).toEqual(['KEPT 2', 'LOST 3']);
  await tamper(database.url, "DELETE FROM tocsin.register_entries WHERE incident_id = 'LOST'");
  expect(await each.all()).toEqual(['KEPT 2']);
});

test('a case whose entries cannot be read is told, and the others are read', async () => {
  await write('DAMAGED', 1);
  await tamper(database.url, "UPDATE tocsin.register_entries SET bytes = 'x' WHERE incident_id = 'DAMAGED'");
  const unreadable: string[] = [];
  const each = new EachCase(pool, countOf, undefined, (caseId, { message }) =>
    unreadable.push(`${caseId}: ${message}`),
  );
  expect(await each.all()).toEqual(['KEPT 2']);
  expect(unreadable).toEqual([expect.stringMatching(/^DAMAGED: /)]);
  await expect(new EachCase(pool, countOf).all()).rejects.toThrow();
});
