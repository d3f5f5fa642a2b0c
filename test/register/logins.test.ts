/** The logins that `tocsin migrate` makes: the owner migrates, the writer works, the auditor reads; none is a superuser. */
import pg from 'pg';
import { runIntake } from '../../cli/commands/intake';
import { runCommand } from '../../cli/program';
import { Shell } from '../../cli/shell';
import { makeLogins, refusePowerAt } from '../../postgres/logins';
import { createPool } from '../../postgres/pool';
import { bringUpToDate } from '../../postgres/up-to-date';
import { appendEntries } from '../../register/append/appender';
import { discloseAll, shownEvent } from '../../register/disclose';
import { readEntries } from '../../register/read-entries';
import { readShownEvents } from '../../register/read-incident';
import { afterFile, createTestDatabase, fromSetup } from '../setup/helpers';
import { complete } from '../unit/settings/production-env';
import { eventsOf, migrateInOwnProcess } from './helpers';

let superuser: string;
let owner: string;
const urls: Record<string, string> = {};

beforeAll(async () => {
  const database = await createTestDatabase();
  superuser = database.url;
  const given = new URL(fromSetup('TOCSIN_TEST_OWNER_URL'));
  given.pathname = `/${database.name}`;
  owner = given.href;
  await query(superuser, `ALTER DATABASE ${database.name} OWNER TO tocsin_owner`);
  // Logins belong to the server, which all tests share.
  for (const login of ['tocsin_app', 'tocsin_audit'])
    await query(superuser, `DROP ROLE IF EXISTS ${login}`).catch(() => {});
  for (const { name, url } of await makeLogins(owner)) urls[name] = url;
});

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('both are made once, and are nothing but members of their role', async () => {
  expect(Object.keys(urls).sort()).toEqual(['auditor', 'writer']);
  expect(await makeLogins(owner)).toEqual([]);
  for (const url of Object.values(urls)) await refusePowerAt(url);
});

test('a superuser and the owner are logins that could rewrite the past', async () => {
  await expect(refusePowerAt(superuser)).rejects.toThrow(/the login postgres is a superuser/);
  await expect(refusePowerAt(owner)).rejects.toThrow(/the login tocsin_owner may create roles/);
});

test('a pool that refuses such logins runs no statement as one, and works as the writer and the auditor', async () => {
  const first = async (url: string) => {
    const pool = createPool(url, { refusePower: true });
    return pool.query('SELECT 1').finally(() => pool.end());
  };
  for (const url of [superuser, owner])
    await expect(first(url)).rejects.toThrow(/could rewrite the past: give the writer/);
  for (const url of Object.values(urls)) expect((await first(url)).rowCount).toBe(1);
});

test.each([
  ['intake', 'status'],
  ['register', 'show', 'INC-1'],
])('in production `%s %s` refuses the owner, and says whose login to give', async (...args) => {
  let told = '';
  const sink = { isTTY: false, write: (text: string) => (told += text) } as never;
  const shell = new Shell({ ...complete, DATABASE_URL: owner }, sink, sink);
  expect(await runCommand(args, shell)).not.toBe(0);
  await shell.close();
  expect(told).toMatch(/the login tocsin_owner may create roles, and could rewrite the past: give the writer's login/);
});

test('the intake refuses the owner before it listens', async () => {
  const env = { ...complete, TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_TLS: undefined, DATABASE_URL: owner };
  await expect(runIntake(env, '127.0.0.1', 0)).rejects.toThrow(/could rewrite the past: give the writer's login/);
});

test('a login that may more than it should is told, and not handed out', async () => {
  await query(superuser, 'ALTER ROLE tocsin_audit CREATEROLE');
  await expect(makeLogins(owner)).rejects.toThrow(
    /the login tocsin_audit may create roles, which it must not: drop the login, or take these rights away/,
  );
  await query(superuser, 'ALTER ROLE tocsin_audit NOCREATEROLE');
});

test('the writer works on a current database, and is sent to the owner for one that is not', async () => {
  await bringUpToDate(urls.writer!);
  const pool = createPool(urls.writer!);
  afterFile(() => pool.end());
  expect(await appendEntries(pool, eventsOf('inc-l', 2))).toMatchObject({ appended: 2 });
  await expect(query(urls.writer!, 'UPDATE tocsin.register_entries SET kind = kind')).rejects.toThrow(
    'permission denied',
  );
  await expect(query(urls.writer!, 'ALTER TABLE tocsin.register_entries DISABLE TRIGGER ALL')).rejects.toThrow('owner');
  await expect(query(urls.writer!, "SELECT pg_read_binary_file('/proc/self/environ')")).rejects.toThrow(
    'permission denied',
  );
  // As before the latest migration.
  await query(superuser, `DELETE FROM tocsin.schema_migrations WHERE name LIKE '023%'`);
  await expect(bringUpToDate(urls.writer!)).rejects.toThrow(/lacks 1 migration \(023_.*run `npx tocsin migrate`/);
  await migrateInOwnProcess(owner);
  await bringUpToDate(urls.writer!);
});

test('a login that somebody else has is renewed: the former password opens nothing, and what was connected with it ends', async () => {
  const former = urls.writer!;
  const connected = new pg.Client({ connectionString: former });
  connected.on('error', () => {});
  await connected.connect();
  const made = await makeLogins(owner, { renew: true });
  for (const { name, url } of made) urls[name] = url;
  expect(made.map(({ name }) => name).sort()).toEqual(['auditor', 'writer']);
  await expect(query(former, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  for (const url of Object.values(urls)) await refusePowerAt(url);
  const goesOn = await connected.query('SELECT 1').then(
    () => true,
    () => false,
  );
  expect(made.find(({ name }) => name === 'writer')!.stillConnected ?? false).toBe(goesOn);
  await connected.end().catch(() => {});
});

test('the auditor reads entries and no data key: personal data is withheld from it, not said to be erased', async () => {
  const pool = createPool(urls.auditor!);
  afterFile(() => pool.end());
  await expect(pool.query('SELECT key FROM tocsin.register_keys')).rejects.toThrow('permission denied');
  await pool.query('SELECT incident_id, destroyed_at FROM tocsin.register_keys');
  const writer = createPool(urls.writer!);
  afterFile(() => writer.end());
  const personal = (_kind: string, pointer: string) => pointer === '/by';
  await appendEntries(writer, eventsOf('inc-p', 1), personal);
  const entries = [];
  for await (const entry of readEntries(pool, { incidentId: 'inc-p' })) entries.push(entry);
  const seen = discloseAll(entries[0]!);
  expect(seen.erased).toEqual([]);
  expect(seen.withheld).toContain('/by');
  expect(JSON.stringify(shownEvent(seen))).toContain('[withheld]');
  expect(await readShownEvents(pool, 'inc-p')).toEqual([expect.objectContaining({ by: '[withheld]' })]);
});
