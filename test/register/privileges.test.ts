// What the roles may do with the tables is what the migrations grant; what was taken from them is named, and `migrate` grants it again.
import pg from 'pg';
import { inWords, lackingPrivileges, PRIVILEGES, restorePrivileges } from '../../postgres/privileges';
import { afterFile } from '../setup/helpers';
import { emptyDatabase, migrateInOwnProcess } from './helpers';

let url: string;
let client: pg.Client;
beforeAll(async () => {
  url = await emptyDatabase();
  await migrateInOwnProcess(url);
  client = new pg.Client({ connectionString: url });
  await client.connect();
  afterFile(() => client.end());
});

/** Every privilege on a line, as `tocsin_writer inbox INSERT mark`. */
const GRANTED = `
  SELECT pg_get_userbyid(grantee) || ' ' || relname || ' ' || privilege_type || coalesce(' ' || attname, '') AS line
    FROM (
      SELECT relname, grantee, privilege_type, NULL AS attname FROM pg_class, LATERAL aclexplode(relacl)
       WHERE relnamespace = 'tocsin'::regnamespace
      UNION ALL
      SELECT relname, grantee, privilege_type, attname
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, LATERAL aclexplode(attacl)
       WHERE relnamespace = 'tocsin'::regnamespace
    ) AS granted
   WHERE pg_get_userbyid(grantee) IN ('tocsin_writer', 'tocsin_auditor')`;

async function granted(): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(GRANTED);
  return rows.map(({ line }) => line).sort();
}

test('the list is what the migrations grant', async () => {
  const listed = Object.entries(PRIVILEGES).flatMap(([role, tables]) =>
    Object.entries(tables).flatMap(([table, list]) =>
      [...list.matchAll(/([A-Z]+)(?: \(([^)]*)\))?/g)].flatMap(([, privilege, columns]) =>
        (columns?.split(', ') ?? [undefined]).map((column) =>
          [role, table, privilege, column].filter(Boolean).join(' '),
        ),
      ),
    ),
  );
  expect(await granted()).toEqual(listed.sort());
  for (const role of ['tocsin_writer', 'tocsin_auditor'] as const)
    expect(await lackingPrivileges(client, role, role)).toEqual([]);
});

test('roles that a dump did not bring to another server are made', async () => {
  await client.query('BEGIN');
  await client.query('ALTER ROLE tocsin_writer RENAME TO tocsin_writer_elsewhere');
  await client.query('ALTER ROLE tocsin_auditor RENAME TO tocsin_auditor_elsewhere');
  const given = await restorePrivileges(client).finally(async () => {
    // Roles belong to the whole server.
    await client.query('ROLLBACK');
  });
  expect(given).toEqual([
    expect.stringMatching(/^tocsin_writer: USAGE on the schema tocsin; .*SELECT/),
    expect.stringMatching(/^tocsin_auditor: USAGE on the schema tocsin; .*SELECT/),
  ]);
});

test('what was taken is named, and granted again by the next migration', async () => {
  const before = await granted();
  await client.query(`
    REVOKE INSERT, SELECT ON tocsin.deliveries FROM tocsin_writer;
    REVOKE UPDATE ON tocsin.inbox FROM tocsin_writer;
    REVOKE UPDATE (state) ON tocsin.inbox FROM tocsin_writer;
    REVOKE USAGE ON SCHEMA tocsin FROM tocsin_auditor`);
  expect(inWords(await lackingPrivileges(client, 'tocsin_writer', 'tocsin_writer'))).toBe(
    'INSERT and SELECT on deliveries; UPDATE on inbox',
  );
  expect(inWords(await lackingPrivileges(client, 'tocsin_auditor', 'tocsin_auditor'))).toBe(
    'USAGE on the schema tocsin',
  );
  await migrateInOwnProcess(url);
  expect(await granted()).toEqual(before);
  expect(await lackingPrivileges(client, 'tocsin_auditor', 'tocsin_auditor')).toEqual([]);
});
