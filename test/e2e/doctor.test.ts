// `tocsin doctor` on set-ups that lack something: each is found, with what to do; and on one that lacks nothing.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { dataConverter } from '../../client/codec';
import { newEncryptionKey } from '../../platform/encryption-key';
import { freePort, LOOPBACK } from '../../platform/free-port';
import { packageRoot } from '../../platform/package-root';
import { appendEntries } from '../../register/append/appender';
import { makeKeys, readKeys } from '../../register/log/key-file';
import { bindLog } from '../../register/log/signer-row';
import { createCosigner } from '../../register/tree/note';
import { emptyDatabase, eventsOf } from '../register/helpers';
import { afterFile, createTestDatabase, fromSetup, startDevServer, temporaryDir } from '../setup/helpers';
import { startIssuer } from '../setup/oidc-issuer';
import { until } from '../setup/until';
import { tocsin } from '../unit/cli/helpers';
import { complete } from '../unit/settings/production-env';

const dir = temporaryDir('doctor');
const KEY = newEncryptionKey('k1');
const nobody = `http://${LOOPBACK}:1`;
let sound: Record<string, string>;
let owner: string;
let empty: string;
const logins: Record<string, string> = {};
let address: string;

beforeAll(async () => {
  const database = await createTestDatabase();
  const asOwner = (name: string) =>
    Object.assign(new URL(fromSetup('TOCSIN_TEST_OWNER_URL')), { pathname: `/${name}` }).href;
  owner = asOwner(database.name);
  await run(database.url, `ALTER DATABASE ${database.name} OWNER TO tocsin_owner`);
  // Of their own: `migrate --logins` makes those that other tests use, and the server is one for all.
  for (const name of ['writer', 'auditor']) {
    const login = `tocsin_doctor_${name}_${randomBytes(4).toString('hex')}`;
    await run(database.url, `CREATE ROLE ${login} LOGIN PASSWORD 'a password' IN ROLE tocsin_${name}`);
    logins[name] = Object.assign(new URL(owner), { username: login, password: 'a password' }).href;
  }
  empty = Object.assign(new URL(logins.writer!), { pathname: new URL(await emptyDatabase()).pathname }).href;
  ({ address } = await startDevServer());
  const keysFile = path.join(dir, 'signing-keys.json');
  await makeKeys(keysFile, 'register.acme.dev/incidents');
  mkdirSync(path.join(dir, 'data'), { mode: 0o700 });
  const { TEMPORAL_TLS: _, ...production } = complete;
  sound = {
    ...production,
    TOCSIN_DATA_DIR: path.join(dir, 'data'),
    TOCSIN_ENCRYPTION_KEYS: KEY,
    DATABASE_URL: logins.writer!,
    TEMPORAL_ADDRESS: address,
    RESEND_BASE_URL: nobody,
    TOCSIN_LOG_KEYS: keysFile,
    PATH: process.env.PATH!,
  };
}, 120_000);

async function run(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

interface Finding {
  about: string;
  state: string;
  says: string;
  todo?: string;
}

async function doctor(env: Record<string, string>, process = 'worker') {
  const { exitCode, out } = await tocsin(['doctor', '--for', process, '--json'], {}, { ...sound, ...env });
  const { found, problems } = JSON.parse(out) as { found: Finding[]; problems: number };
  expect(exitCode).toBe(problems > 0 ? 1 : 0);
  expect(problems).toBe(found.filter(({ state }) => state === 'problem').length);
  return found;
}

/** In a process of its own: the migrations are an ES module. */
function migrate(): unknown {
  const args = [path.join(packageRoot(), 'bin', 'tocsin.js'), 'migrate', '--temporal', '--json'];
  return JSON.parse(execFileSync(process.execPath, args, { env: { ...sound, DATABASE_URL: owner }, encoding: 'utf8' }));
}

/** The findings of a sound set-up by what they are about, so that a test says only what differs. */
const of = (found: Finding[], about: string) => found.filter((each) => each.about === about);

test('a namespace without search attributes, until `migrate --temporal` has made them', async () => {
  expect(of(await doctor({}), 'Temporal')).toContainEqual({
    about: 'Temporal',
    state: 'problem',
    says: expect.stringContaining('TocsinSeverity, TocsinStatus'),
    todo: expect.stringMatching(
      /^Run `npx tocsin migrate --temporal`, or `temporal operator search-attribute create --namespace default --name TocsinSeverity --type Keyword /,
    ),
  });
  expect(migrate()).toMatchObject({ migrated: true, namespace: 'default', searchAttributes: 'there' });
  await until('the search attributes are listed', async () =>
    of(await doctor({}), 'Temporal').some(({ says }) => says === 'its search attributes are there'),
  );
  // Once more changes nothing.
  expect(migrate()).toMatchObject({ searchAttributes: 'there' });
}, 60_000);

test('a namespace that is not there, where `migrate --temporal` is to prepare it', () => {
  const args = [path.join(packageRoot(), 'bin', 'tocsin.js'), 'migrate', '--temporal'];
  const env = { ...sound, DATABASE_URL: owner, TEMPORAL_NAMESPACE: 'nowhere' };
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/no namespace "nowhere".*temporal operator namespace create --namespace nowhere/);
  expect(stderr).not.toContain('search-attribute create');
});

test('a set-up that lacks nothing has no problem, and says what nobody could look at', async () => {
  const found = await doctor({});
  expect(found.filter(({ state }) => state === 'problem')).toEqual([]);
  expect(of(found, 'Postgres').map(({ says }) => says)).toEqual([
    expect.stringMatching(/^version \d+ answers the login tocsin_doctor_writer_\w+$/),
    'its tables are up to date',
    "this machine's clock and its clock agree, and what the register holds is signed",
  ]);
  expect(of(found, 'Signed log').map(({ says }) => says)).toEqual([
    'register.acme.dev/incidents, signed by a key with 0 rotations behind it; nothing is signed yet',
  ]);
  expect(of(found, 'Mail')).toEqual([
    expect.objectContaining({ state: 'not checked', says: expect.stringContaining('nobody outside gets it') }),
  ]);
});

test('a role that lacks a privilege, and a guard that was changed, until they are as they were', async () => {
  const sql = (statement: string) => run(owner, statement);
  await sql('REVOKE SELECT, INSERT ON tocsin.deliveries FROM tocsin_writer');
  expect(of(await doctor({}), 'Postgres')).toContainEqual({
    about: 'Postgres',
    state: 'problem',
    says: expect.stringMatching(/^the login \w+ lacks what tocsin_writer is granted: INSERT and SELECT on deliveries$/),
    todo: expect.stringContaining('`npx tocsin migrate`'),
  });
  expect(migrate()).toMatchObject({ granted: ['tocsin_writer: INSERT and SELECT on deliveries'] });
  expect(of(await doctor({}), 'Postgres').every(({ state }) => state === 'ok')).toBe(true);
  await sql('GRANT UPDATE ON tocsin.register_entries TO tocsin_auditor');
  expect(of(await doctor({}), 'Postgres')).toContainEqual(
    expect.objectContaining({ state: 'problem', says: expect.stringContaining('privileges of tocsin_auditor') }),
  );
  await sql('REVOKE UPDATE ON tocsin.register_entries FROM tocsin_auditor');
  expect(of(await doctor({}), 'Postgres').every(({ state }) => state === 'ok')).toBe(true);
}, 60_000);

const file = (name: string, text: string) => {
  writeFileSync(path.join(dir, name), text);
  return path.join(dir, name);
};

/** What is broken, by what it takes, and what is found about which part. */
const broken: Array<
  [what: string, env: () => Record<string, string> | Promise<Record<string, string>>, expected: Finding]
> = [
  [
    'a variable that must be set is not',
    () => ({ TOCSIN_CONTACTS: '' }),
    { about: 'Settings', state: 'problem', says: expect.stringMatching(/^TOCSIN_CONTACTS: is not set.*name a file/) },
  ],
  [
    'a name is misspelt',
    () => ({ TOCSIN_DIRECTRY: '/x' }),
    { about: 'Settings', state: 'problem', says: expect.stringContaining('TOCSIN_DIRECTORY') },
  ],
  [
    "the example's organisation",
    () => ({ TOCSIN_ORGANISATION: 'examples/organisation.yaml' }),
    { about: 'Settings', state: 'problem', says: expect.stringContaining("still the example's") },
  ],
  [
    'a data folder that others can read',
    () => {
      mkdirSync(path.join(dir, 'open'));
      chmodSync(path.join(dir, 'open'), 0o755);
      return { TOCSIN_DATA_DIR: path.join(dir, 'open') };
    },
    {
      about: 'Data folder',
      state: 'problem',
      says: expect.stringContaining('can look into'),
      todo: expect.stringContaining('chmod 700'),
    },
  ],
  [
    'Postgres does not run',
    async () => ({ DATABASE_URL: `postgres://tocsin_app:x@${LOOPBACK}:${await freePort()}/tocsin` }),
    {
      about: 'Postgres',
      state: 'problem',
      says: expect.stringContaining('ECONNREFUSED'),
      todo: expect.stringContaining('Check that Postgres runs'),
    },
  ],
  [
    'a wrong password',
    () => ({ DATABASE_URL: Object.assign(new URL(logins.writer!), { password: 'wrong' }).href }),
    {
      about: 'Postgres',
      state: 'problem',
      says: expect.stringContaining('password authentication failed'),
      todo: expect.stringContaining('npx tocsin migrate --logins DIR --renew'),
    },
  ],
  [
    'a database that is not there',
    () => ({ DATABASE_URL: Object.assign(new URL(logins.writer!), { pathname: '/nowhere' }).href }),
    {
      about: 'Postgres',
      state: 'problem',
      says: expect.stringContaining('"nowhere" does not exist'),
      todo: expect.stringContaining('Make the database'),
    },
  ],
  [
    'a database without tables',
    () => ({ DATABASE_URL: empty }),
    {
      about: 'Postgres',
      state: 'problem',
      says: 'there are no tables of Tocsin in this database',
      todo: expect.stringContaining("with the owner's login"),
    },
  ],
  [
    "the owner's login",
    () => ({ DATABASE_URL: owner }),
    { about: 'Postgres', state: 'problem', says: expect.stringContaining('could rewrite the past') },
  ],
  [
    "the auditor's login, which cannot write",
    () => ({ DATABASE_URL: logins.auditor! }),
    {
      about: 'Postgres',
      state: 'problem',
      says: expect.stringMatching(/^the login tocsin_doctor_auditor_\w+ may not write the register$/),
      todo: expect.stringContaining('npx tocsin migrate --logins DIR'),
    },
  ],
  [
    'no signing key',
    () => ({ TOCSIN_LOG_KEYS: path.join(dir, 'none.json') }),
    {
      about: 'Signed log',
      state: 'problem',
      says: expect.stringContaining('nothing would be signed'),
      todo: expect.stringContaining('npx tocsin register keys create'),
    },
  ],
  [
    'a signing key that every account can read',
    async () => {
      const open = path.join(dir, 'open-keys.json');
      await makeKeys(open, 'register.acme.dev/incidents');
      chmodSync(open, 0o644);
      return { TOCSIN_LOG_KEYS: open };
    },
    { about: 'Signed log', state: 'problem', says: expect.stringContaining('chmod 600') },
  ],
  [
    'a log without a name of its own',
    async () => {
      const unnamed = path.join(dir, 'unnamed.json');
      await makeKeys(unnamed);
      return { TOCSIN_LOG_KEYS: unnamed };
    },
    {
      about: 'Signed log',
      state: 'warning',
      says: expect.stringContaining('tocsin.invalid/'),
      todo: expect.stringContaining('TOCSIN_LOG_ORIGIN'),
    },
  ],
  [
    'a witness that does not answer',
    () => ({
      TOCSIN_WITNESSES: `${createCosigner('witness.acme.dev', randomBytes(32), () => new Date()).verifierKey} ${nobody}`,
    }),
    {
      about: 'Witnesses',
      state: 'problem',
      says: expect.stringContaining('does not answer'),
      todo: expect.stringContaining('TOCSIN_WITNESSES'),
    },
  ],
  [
    'a Temporal that does not answer',
    async () => ({ TEMPORAL_ADDRESS: `${LOOPBACK}:${await freePort()}` }),
    { about: 'Temporal', state: 'problem', says: expect.stringContaining('does not answer') },
  ],
  [
    'a namespace that is not there',
    () => ({ TEMPORAL_NAMESPACE: 'nowhere' }),
    {
      about: 'Temporal',
      state: 'problem',
      says: 'there is no namespace "nowhere"',
      todo: expect.stringContaining('temporal operator namespace create --namespace nowhere'),
    },
  ],
  [
    'no worker',
    () => ({}),
    {
      about: 'Temporal',
      state: 'warning',
      says: expect.stringContaining('No worker asks for work on the queue "tocsin"'),
      todo: expect.stringContaining('npx tocsin worker'),
    },
  ],
  [
    'a directory without a file',
    () => {
      mkdirSync(path.join(dir, 'people'));
      return { TOCSIN_DIRECTORY: path.join(dir, 'people') };
    },
    { about: 'Directory', state: 'problem', says: expect.stringContaining('workspaces.csv cannot be read') },
  ],
  [
    'a query of the directory that does not work',
    () => ({
      TOCSIN_DIRECTORY: '',
      TOCSIN_DIRECTORY_URL: owner,
      TOCSIN_DIRECTORY_WORKSPACES_SQL: 'SELECT 1 AS workspace_id WHERE $1::text[] IS NULL',
      TOCSIN_DIRECTORY_INDIVIDUALS_SQL: 'SELECT 1',
      TOCSIN_DIRECTORY_SUBSCRIBERS_SQL: 'SELECT 1',
    }),
    {
      about: 'Directory',
      state: 'problem',
      says: expect.stringContaining('TOCSIN_DIRECTORY_WORKSPACES_SQL: the directory'),
      todo: expect.stringContaining('Nobody can be told'),
    },
  ],
  [
    'nobody on call now',
    () => ({
      TOCSIN_ROTA: file(
        'rota.yaml',
        'people: { ada: { name: Ada, email: ada@acme.dev } }\nlevels:\n  - name: First\n    timeZone: Europe/Berlin\n    handover: "09:00"\n    rotations: [{ start: 2999-01-01, every: P1W, people: [ada] }]\n',
      ),
    }),
    {
      about: 'On call',
      state: 'problem',
      says: 'level 1 (First): nobody is on call now',
      todo: expect.stringContaining('rota.yaml'),
    },
  ],
  [
    'a status page that nobody outside reads',
    () => ({ TOCSIN_STATUS_DIR: '' }),
    {
      about: 'Settings',
      state: 'problem',
      says: expect.stringMatching(/^TOCSIN_STATUS_DIR: is not set, so nobody outside would read status-page-update, /),
    },
  ],
  [
    'a worker that does not know where the server is',
    () => ({ TOCSIN_SERVER_URL: '' }),
    {
      about: 'On call',
      state: 'warning',
      says: expect.stringMatching(/^mails to staff have no links/),
      todo: expect.stringContaining('TOCSIN_SERVER_URL'),
    },
  ],
  [
    'a role to rotate that is not there',
    () => ({ TOCSIN_ROTATE_DATABASE_URL: owner, TOCSIN_ROTATABLE_ROLES: 'nobody_at_all' }),
    { about: 'Containment', state: 'problem', says: expect.stringContaining('nobody_at_all') },
  ],
  [
    'a token that Cloudflare refuses',
    async () => {
      const body = { success: false, errors: [{ code: 10000, message: 'Authentication error' }], result: null };
      const server = createServer((_, response) =>
        response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      );
      await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
      afterFile(() => void server.close());
      const { port } = server.address() as AddressInfo;
      return {
        CLOUDFLARE_API_TOKEN: 'wrong',
        CLOUDFLARE_ACCOUNT_ID: 'acme',
        CLOUDFLARE_BASE_URL: `http://${LOOPBACK}:${port}`,
      };
    },
    {
      about: 'Containment',
      state: 'problem',
      says: expect.stringMatching(/^cloudflare: Cloudflare answered 403 \(error 10000\) to list/),
    },
  ],
];

test.each(broken)('%s', async (_what, env, expected) => {
  const found = await doctor(await env());
  expect(of(found, expected.about)).toContainEqual({ ...expected });
});

test('keys that open nothing of what runs', async () => {
  const connection = await Connection.connect({ address });
  afterFile(() => connection.close());
  const strangers = new Client({ connection, dataConverter: dataConverter([newEncryptionKey('k1')]) });
  const options = { workflowId: 'INC-1', taskQueue: 'nobody', memo: { title: 'Sealed' }, args: [] };
  const run = await strangers.workflow.start('incident', options);
  const says = 'the keys open none of 1 incident that run there';
  await until('the case is listed', async () =>
    of(await doctor({}), 'Temporal').some((each) => each.says.startsWith('the keys open none')),
  );
  expect(of(await doctor({}), 'Temporal')).toContainEqual(expect.objectContaining({ state: 'problem', says }));
  await run.terminate();
}, 60_000);

test("a signing key of another log, and the register's own", async () => {
  const pool = new pg.Pool({ connectionString: logins.writer!, max: 1 });
  await appendEntries(pool, eventsOf('INC-a', 1));
  await bindLog(pool, (await readKeys(sound.TOCSIN_LOG_KEYS!))!).finally(() => pool.end());
  const foreign = path.join(dir, 'foreign.json');
  await makeKeys(foreign, 'register.other.dev/incidents');
  expect(of(await doctor({ TOCSIN_LOG_KEYS: foreign }), 'Signed log')).toEqual([
    expect.objectContaining({
      state: 'problem',
      says: expect.stringContaining('signed as register.acme.dev/incidents'),
    }),
  ]);
  const copy = path.join(dir, 'copy.json');
  await makeKeys(copy, 'register.acme.dev/incidents');
  expect(of(await doctor({ TOCSIN_LOG_KEYS: copy }), 'Signed log')).toEqual([
    expect.objectContaining({ state: 'problem', says: expect.stringContaining('not the one that signs') }),
  ]);
  expect(of(await doctor({}), 'Signed log')).toEqual([expect.objectContaining({ state: 'ok' })]);
});

test("the intake without sources, the watchdog without a dead man's switch", async () => {
  expect(of(await doctor({}, 'intake'), 'Sources')).toEqual([
    expect.objectContaining({ state: 'warning', todo: expect.stringContaining('TOCSIN_SOURCES') }),
  ]);
  expect(
    of(
      await doctor(
        { TOCSIN_SOURCES: file('sources.yaml', 'sources: { x: { format: github, secrets: [{ env: NONE }] } }\n') },
        'intake',
      ),
      'Sources',
    ),
  ).toEqual([expect.objectContaining({ state: 'problem', says: expect.stringContaining('NONE') })]);
  const webhook = {
    TOCSIN_WATCHDOG_MAIL: '',
    RESEND_API_KEY: '',
    TOCSIN_WATCHDOG_WEBHOOK_URL: 'https://hooks.acme.dev/watch',
    TOCSIN_WATCHDOG_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('base64')}`,
  };
  const byWebhook = await doctor(webhook, 'watchdog');
  expect(of(byWebhook, 'Settings')).toEqual([expect.objectContaining({ state: 'ok' })]);
  expect(of(byWebhook, 'Mail')).toEqual([
    { about: 'Mail', state: 'ok', says: 'none is needed: the watchdog tells by its webhook alone' },
  ]);
  expect(of(await doctor({}, 'watchdog'), 'Watchdog').map(({ state }) => state)).toEqual(['ok', 'warning']);
});

test('the server says which ways of logging in nobody can go', async () => {
  const { issuer } = await startIssuer();
  const without = { TOCSIN_OIDC_ISSUER: issuer, TOCSIN_SERVER_ORIGINS: 'https://temporal.acme.dev' };
  expect(of(await doctor(without, 'server'), 'Issuer').filter(({ state }) => state !== 'ok')).toEqual([
    expect.objectContaining({ state: 'warning', todo: expect.stringContaining('TOCSIN_OIDC_CLIENT_ID') }),
    expect.objectContaining({ state: 'warning', todo: expect.stringContaining('TOCSIN_OIDC_DEVICE_CLIENT_ID') }),
  ]);
  const whole = {
    ...without,
    TOCSIN_OIDC_CLIENT_ID: 'pages',
    TOCSIN_OIDC_CLIENT_SECRET: 'secret',
    TOCSIN_SERVER_URL: 'https://tocsin.acme.dev',
    TOCSIN_OIDC_DEVICE_CLIENT_ID: 'command-line',
  };
  const ways = of(await doctor(whole, 'server'), 'Issuer');
  expect(ways.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(ways.map(({ says }) => says).join('\n')).toContain('https://tocsin.acme.dev/callback');
  expect(of(await doctor({ ...whole, DATABASE_URL: '' }, 'server'), 'Postgres')).toEqual([
    expect.objectContaining({ state: 'warning', says: expect.stringContaining('no page shows the register') }),
  ]);
  const configuration = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const plain = createServer((_, response) => {
    const { device_authorization_endpoint: _without, ...rest } = configuration as Record<string, unknown>;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...rest, issuer: named }));
  });
  await new Promise<void>((resolve) => plain.listen(0, LOOPBACK, resolve));
  afterFile(() => void plain.close());
  const named = `http://${LOOPBACK}:${(plain.address() as AddressInfo).port}`;
  expect(of(await doctor({ ...whole, TOCSIN_OIDC_ISSUER: named }, 'server'), 'Issuer')).toContainEqual(
    expect.objectContaining({ state: 'problem', says: expect.stringContaining('does not offer the device flow') }),
  );
});

test('no secret of the environment is in what it says', async () => {
  const { out, err } = await tocsin(
    ['doctor'],
    {},
    { ...sound, DATABASE_URL: `${logins.writer}`.replace('/tocsin', '/none') },
  );
  const password = decodeURIComponent(new URL(logins.writer!).password);
  for (const secret of [password, KEY, KEY.split(':')[1]!, sound.RESEND_API_KEY!])
    expect(out + err).not.toContain(secret);
});
