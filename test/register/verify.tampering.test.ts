import type pg from 'pg';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { GENESIS, type Head, leafHash, leafOf, type StoredEntry } from '../../register/entry';
import { UnknownIncidentError } from '../../register/errors';
import { readEntries } from '../../register/read-entries';
import { verifyRegister } from '../../register/verify';
import { createTestDatabase, type TestDatabase } from '../setup/helpers';
import { anEvent, changedLeaf, eventsOf, tamper } from './helpers';

let database: TestDatabase;
let pool: pg.Pool;
let anchored: Head;

/** Two incidents, interleaved: a-1 b-1 a-2 b-2 … a-6 b-6. */
beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  const events = [1, 2, 3, 4, 5, 6].flatMap((seq) => [anEvent('a', seq), anEvent('b', seq)]);
  anchored = (await appendEntries(pool, events)).head;
});

afterEach(async () => {
  await pool?.end();
});

test('the untouched register verifies, whole and incident by incident, and reaches its anchor', async () => {
  expect(await verifyRegister(pool, { expectedHead: anchored })).toEqual({ ok: true, entries: 12, head: anchored });
  expect(await verifyRegister(pool, { incidentId: 'a' })).toMatchObject({ ok: true, entries: 6 });
  expect(await verifyRegister(pool, { incidentId: 'b', expectedHead: anchored })).toMatchObject({
    ok: true,
    entries: 6,
  });
});

test('a head recorded earlier still holds after the log has grown', async () => {
  await appendEntries(pool, eventsOf('c', 3));
  expect(await verifyRegister(pool, { expectedHead: anchored })).toMatchObject({ ok: true, entries: 15 });
});

test('an edit of the bytes is found at its entry', async () => {
  await tamper(database.url, `UPDATE tocsin.register_entries SET bytes = set_byte(bytes, 20, 65) WHERE position = 5`);
  expect(await verifyRegister(pool)).toMatchObject({ ok: false, entries: 4, firstBad: { position: 5 } });
});

test('an edit with its hash made to fit is found at the next entry of the log and of the incident', async () => {
  const stored = await entryAt(5);
  const bytes = changedLeaf(stored.bytes, { exercise: true });
  await replace(5, bytes);
  expect(await verifyRegister(pool)).toMatchObject({ ok: false, firstBad: { position: 6, incidentId: 'b', seq: 3 } });
  expect(await verifyRegister(pool, { incidentId: 'a' })).toMatchObject({
    ok: false,
    firstBad: { position: 7, incidentId: 'a', seq: 4, reason: expect.stringContaining('does not chain') },
  });
});

test('a rewrite of everything from one entry on is found by the head recorded outside', async () => {
  await rewriteFrom(5);
  expect(await verifyRegister(pool)).toMatchObject({ ok: true, entries: 12 });
  expect(await verifyRegister(pool, { expectedHead: anchored })).toMatchObject({
    ok: false,
    firstBad: { position: 12, reason: expect.stringContaining('rewritten') },
  });
});

test('a deleted entry is found at the one after it', async () => {
  await tamper(database.url, 'DELETE FROM tocsin.register_entries WHERE position = 5');
  expect(await verifyRegister(pool)).toMatchObject({ ok: false, firstBad: { position: 6 } });
  expect(await verifyRegister(pool, { incidentId: 'a' })).toMatchObject({
    ok: false,
    firstBad: { position: 7, seq: 4 },
  });
});

test('entries cut off the end are found by the head recorded outside', async () => {
  await tamper(database.url, 'DELETE FROM tocsin.register_entries WHERE position > 9');
  expect(await verifyRegister(pool)).toMatchObject({ ok: true, entries: 9 });
  expect(await verifyRegister(pool, { expectedHead: anchored })).toMatchObject({
    ok: false,
    firstBad: { position: 12, reason: expect.stringContaining('cut off') },
  });
});

test('two entries that changed places are found', async () => {
  await tamper(
    database.url,
    `UPDATE tocsin.register_entries AS one SET bytes = other.bytes, incident_id = other.incident_id || '~',
       kind = other.kind, seq = other.seq FROM tocsin.register_entries AS other WHERE one.position IN (5, 6) AND other.position = 11 - one.position`,
  );
  expect(await verifyRegister(pool)).toMatchObject({ ok: false, firstBad: { position: 5 } });
});

test('an entry slipped in at the end that does not chain is found', async () => {
  const { bytes: last } = await entryAt(11);
  const bytes = changedLeaf(last, { position: 13, seq: 7, prev: GENESIS, prevInIncident: GENESIS });
  await tamper(
    database.url,
    `INSERT INTO tocsin.register_entries (position, incident_id, seq, kind, bytes, content) VALUES (13, 'a', 7, 'measure-recorded', $1, '{}')`,
    [bytes],
  );
  expect(await verifyRegister(pool)).toMatchObject({ ok: false, firstBad: { position: 13, incidentId: 'a', seq: 7 } });
});

test.each([
  ['kind', `kind = 'noted'`],
  ['seq', 'seq = 99'],
  ['incidentId', `incident_id = 'elsewhere'`],
])('a column %s that says other than the bytes is found', async (column, change) => {
  await tamper(database.url, `UPDATE tocsin.register_entries SET ${change} WHERE position = 5`);
  expect(await verifyRegister(pool)).toMatchObject({
    ok: false,
    firstBad: { position: 5, reason: expect.stringContaining(`column says ${column}`) },
  });
});

test('an edit of the content beside the leaf, or of what is sealed, is found at its entry', async () => {
  const clear = await appendEntries(pool, [anEvent('c', 1, { by: 'ada' })], (_kind, pointer) => pointer === '/by');
  await tamper(
    database.url,
    `UPDATE tocsin.register_entries SET content = convert_to(replace(convert_from(content, 'UTF8'), 'step 1', 'step 9'), 'UTF8') WHERE position = 13`,
  );
  expect(clear.head.position).toBe(13);
  expect(await verifyRegister(pool)).toMatchObject({
    ok: false,
    firstBad: { position: 13, reason: 'the field /data/text is not what was recorded: it was altered' },
  });
  await tamper(
    database.url,
    'UPDATE tocsin.register_entries SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE position = 5',
  );
  expect(await verifyRegister(pool)).toMatchObject({
    ok: false,
    firstBad: { position: 5, reason: expect.stringContaining('cannot be opened') },
  });
});

test('an incident that is not there is an error, not an empty success', async () => {
  await expect(verifyRegister(pool, { incidentId: 'nowhere' })).rejects.toThrow(UnknownIncidentError);
});

async function entryAt(position: number): Promise<StoredEntry> {
  for await (const entry of readEntries(pool, { from: position, to: position })) return entry;
  throw new Error(`no entry ${position}`);
}

async function replace(position: number, bytes: Buffer): Promise<void> {
  await tamper(database.url, 'UPDATE tocsin.register_entries SET bytes = $2 WHERE position = $1', [position, bytes]);
}

/** What a patient superuser does: alters one entry and makes every later one fit. */
async function rewriteFrom(first: number): Promise<void> {
  let prev = first === 1 ? GENESIS : (await entryAt(first - 1)).hash;
  const lastOf = new Map<string, string>();
  for (let position = 1; position <= 12; position++) {
    const stored = await entryAt(position);
    const { incidentId, prevInIncident } = leafOf(stored.bytes);
    if (position < first) {
      lastOf.set(incidentId, stored.hash);
      continue;
    }
    const bytes = changedLeaf(stored.bytes, {
      prev,
      prevInIncident: lastOf.get(incidentId) ?? prevInIncident,
      exercise: position === first,
    });
    await replace(position, bytes);
    prev = leafHash(bytes);
    lastOf.set(incidentId, prev);
  }
}
