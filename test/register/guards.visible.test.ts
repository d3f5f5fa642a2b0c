// A guard that is dropped, changed, or switched off and on again is told by an entry of the log itself.
import path from 'node:path';
import pg from 'pg';
import { loadDisclosures } from '../../policy/load-disclosure';
import { createPool } from '../../postgres/pool';
import { guardFaults } from '../../register/guards/expected-guards';
import { readGuards } from '../../register/guards/read-guards';
import { recordGuards, rememberGuards } from '../../register/guards/watch-guards';
import { readIncidentEvents } from '../../register/read-incident';
import { afterFile, createTestDatabase } from '../setup/helpers';
import { aLog } from './anchors.helpers';
import { emptyDatabase, migrateInOwnProcess, tamper } from './helpers';

async function watched() {
  const register = await aLog(3);
  const deps = {
    pool: register.pool,
    disclosures: loadDisclosures(),
    memoryFile: path.join(register.dir, 'guards.json'),
  };
  expect(await recordGuards(deps)).toEqual([]);
  const admin = new pg.Client(register.url);
  await admin.connect();
  afterFile(() => admin.end());
  const recorded = async () =>
    (await readIncidentEvents(register.pool, 'REGISTER').catch(() => [])).map(({ data }) => data);
  return { ...register, deps, admin, recorded };
}

test('a migrated database has the guards that are expected', async () => {
  const url = await emptyDatabase();
  await migrateInOwnProcess(url);
  const pool = createPool(url);
  afterFile(() => pool.end());
  expect(guardFaults(await readGuards(pool))).toEqual([]);
});

const TRIGGER = 'register_entries_append_only';
test.each([
  [
    'a trigger switched off',
    [`ALTER TABLE tocsin.register_entries DISABLE TRIGGER ${TRIGGER}`],
    [
      expect.stringMatching(
        new RegExp(`^trigger ${TRIGGER} on register_entries was "always: .*" and is now "disabled: `),
      ),
    ],
    false,
  ],
  [
    'a trigger switched off and on again between two looks',
    [
      `ALTER TABLE tocsin.register_entries DISABLE TRIGGER ${TRIGGER}`,
      `ALTER TABLE tocsin.register_entries ENABLE ALWAYS TRIGGER ${TRIGGER}`,
    ],
    [`trigger ${TRIGGER} on register_entries was changed or made anew, and is again what it was`],
    true,
  ],
  [
    'a trigger that fires no more under replication',
    [`ALTER TABLE tocsin.register_entries ENABLE TRIGGER ${TRIGGER}`],
    [expect.stringContaining('and is now "on origin: ')],
    false,
  ],
  [
    'a trigger dropped',
    ['DROP TRIGGER register_keys_kept ON tocsin.register_keys'],
    ['trigger register_keys_kept on register_keys was dropped'],
    false,
  ],
  [
    'the trigger\u2019s function made harmless',
    [
      'CREATE OR REPLACE FUNCTION tocsin.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    ],
    [expect.stringContaining('function refuse_change was "source ')],
    false,
  ],
  [
    'a constraint dropped',
    ['ALTER TABLE tocsin.register_entries DROP CONSTRAINT register_entries_position_check'],
    ['constraint register_entries_position_check on register_entries was dropped'],
    false,
  ],
  [
    'a constraint dropped and made again',
    [
      'ALTER TABLE tocsin.register_keys DROP CONSTRAINT register_keys_check',
      'ALTER TABLE tocsin.register_keys ADD CONSTRAINT register_keys_check CHECK ((key IS NULL) = (destroyed_at IS NOT NULL))',
    ],
    ['constraint register_keys_check on register_keys was changed or made anew, and is again what it was'],
    true,
  ],
  [
    'a right to delete given to the writer',
    ['GRANT DELETE ON tocsin.register_entries TO tocsin_writer'],
    ['privileges of tocsin_writer on register_entries was "INSERT, SELECT" and is now "DELETE, INSERT, SELECT"'],
    false,
  ],
  [
    'a right to change one column given to everyone',
    ['GRANT UPDATE (bytes) ON tocsin.register_entries TO PUBLIC'],
    ['privileges of everyone on register_entries was added: UPDATE (bytes)'],
    false,
  ],
  [
    'a rule that swallows inserts',
    ['CREATE RULE nothing AS ON INSERT TO tocsin.register_entries DO ALSO NOTHING'],
    [expect.stringContaining('rule nothing on register_entries was added')],
    false,
  ],
  [
    'a second trigger',
    [
      `CREATE FUNCTION tocsin.drop_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$`,
      'CREATE TRIGGER quiet BEFORE INSERT ON tocsin.register_keys FOR EACH ROW EXECUTE FUNCTION tocsin.drop_row()',
    ],
    [
      expect.stringContaining('function drop_row was added'),
      expect.stringContaining('trigger quiet on register_keys was added'),
    ],
    false,
  ],
  [
    'a table that inherits, whose rows would show among the entries',
    ['CREATE TABLE public.heir () INHERITS (tocsin.register_entries)'],
    [expect.stringContaining('heir heir of register_entries was added')],
    false,
  ],
])('%s is recorded, once', async (_name, statements, changes, intact) => {
  const { admin, deps, recorded } = await watched();
  for (const statement of statements) await admin.query(statement);
  expect(await recordGuards(deps)).toEqual(changes);
  expect(await recordGuards(deps)).toEqual([]);
  expect(await recorded()).toEqual([{ changes, intact }]);
});

test('nothing is recorded while nothing changes: vacuum, analyze, writing, an index, another table', async () => {
  const { admin, deps, recorded } = await watched();
  await admin.query('VACUUM FULL tocsin.register_entries');
  await admin.query('VACUUM ANALYZE tocsin.register_keys');
  await admin.query('CREATE INDEX ON tocsin.register_entries (appended_at)');
  await admin.query('CREATE TABLE public.other (x int CHECK (x > 0))');
  expect(await recordGuards(deps)).toEqual([]);
  expect(await recorded()).toEqual([]);
});

test('tampering as superuser cannot be done without an entry that tells it', async () => {
  const { url, deps, recorded } = await watched();
  await tamper(url, 'UPDATE tocsin.register_entries SET appended_at = now() WHERE position = 2');
  expect((await recordGuards(deps)).length).toBeGreaterThan(0);
  expect(await recorded()).toHaveLength(1);
});

test('a database that is seen for the first time must have its guards; one restored elsewhere is remembered anew', async () => {
  const { url } = await createTestDatabase();
  const { deps, recorded, admin } = await watched();
  await admin.query('ALTER TABLE tocsin.register_keys DISABLE TRIGGER register_keys_guard');
  const first = { ...deps, memoryFile: `${deps.memoryFile}.first` };
  expect(await recordGuards(first)).toEqual([
    expect.stringContaining('trigger register_keys_guard on register_keys is "disabled: '),
  ]);
  expect(await recorded()).toHaveLength(1);

  await migrateInOwnProcess(url);
  const pool = createPool(url);
  afterFile(() => pool.end());
  await rememberGuards({ pool, memoryFile: deps.memoryFile });
  expect(await recordGuards({ ...deps, pool })).toEqual([]);
});
