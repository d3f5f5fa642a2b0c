// npm run fuzz:api [-- --as ROLE --seed N --examples N]: generated requests against the API of a running `tocsin up`, by schemathesis.
'use strict';
const { fork, spawn, spawnSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { parseArgs } = require('node:util');

const root = path.resolve(__dirname, '..');
const USAGE = `npm run fuzz:api [-- --as ROLE --seed N --examples N | --help]

Starts \`tocsin up\` with data of its own and begins a case of each kind (an
incident, a detection in triage, a vulnerability report, a patch task), and has
schemathesis send requests made from /openapi.json, those that fit and those that
do not. Exits 1 when an answer is a server error,
is not described, or takes what should be refused. Without a seed it takes a new
one, which the last lines name. With --as the server asks an identity provider
who people are, and the requests are those of somebody with that role.

Needs schemathesis (4 or later) on PATH, or its file in SCHEMATHESIS:
  python3 -m venv ~/.schemathesis && ~/.schemathesis/bin/pip install schemathesis
  SCHEMATHESIS=~/.schemathesis/bin/schemathesis npm run fuzz:api`;

/** What no schema says: that two fields go together, or that a time or a language there is. Such requests are refused as they must be. */
const NOT_CHECKED = 'positive_data_acceptance';
const STARTS_WITHIN_MS = 180_000;
const LISTED_WITHIN_MS = 60_000;
const PATCH_TASK = {
  finding: {
    ...{ key: '0123456789abcdef', inventory: 'web', ecosystem: 'npm', package: 'minimist', versions: ['1.2.0'] },
    ...{ advisory: 'GHSA-xvch-5gv4-984h', severity: 'critical', fixedIn: ['1.2.6'] },
  },
  plan: {
    ...{
      owner: 'lead@example.com',
      deadlines: { critical: 'P2D', high: 'P7D', medium: 'P30D', low: 'P90D', unknown: 'P30D' },
    },
    ...{ tellAtOnce: ['critical'], alarmAt: [50, 75], repeatEvery: 'P1D', longestWaiver: 'P90D' },
  },
  foundAt: new Date().toISOString(),
};
/** Longer than any run takes. */
const TOKEN_LIVES = '4h';

async function main() {
  const options = {
    as: { type: 'string' },
    seed: { type: 'string' },
    examples: { type: 'string', default: '20' },
    help: { type: 'boolean' },
  };
  const { values } = parseArgs({ options });
  if (values.help) return console.log(USAGE);
  const program = process.env.SCHEMATHESIS ?? 'schemathesis';
  if (spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0) {
    console.error(`${program} does not run.\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-fuzz-'));
  const provider = values.as && (await startProvider(values.as));
  const source = aSource(dir);
  const env = {
    ...{ ...process.env, ...provider?.settings, ...source.settings },
    ...{ TOCSIN_DATA_DIR: path.join(dir, 'data'), TOCSIN_BY: 'fuzz' },
  };
  const up = spawn(process.execPath, [path.join(root, 'bin', 'tocsin.js'), 'up', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => up.once('exit', resolve));
  try {
    const addresses = await started(up);
    const { server } = addresses;
    const key = provider?.token ?? readFileSync(path.join(dir, 'data', 'temporal', 'session-key'), 'utf8').trim();
    const config = path.join(dir, 'schemathesis.toml');
    writeFileSync(config, await known(addresses, env, key, source.token));
    const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
    const args = [
      ...['--config-file', config, 'run', `${server}/openapi.json`, '--header', `Authorization: Bearer ${key}`],
      ...['--checks', 'all', '--exclude-checks', NOT_CHECKED, '--seed', seed, '--max-examples', values.examples],
      ...['--continue-on-failure', '--request-timeout', '60'],
    ];
    const { status } = spawnSync(program, args, { cwd: dir, stdio: 'inherit' });
    process.exitCode = status === 0 ? 0 : 1;
  } finally {
    up.kill('SIGINT');
    await ended;
    provider?.child.kill();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The identity provider of the tests, what a server is set up with to ask it, and a token of somebody with this role. */
async function startProvider(role) {
  const { exportJWK, generateKeyPair, SignJWT } = await import('jose');
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const audience = 'https://tocsin.acme.dev';
  const child = fork(path.join(root, 'test', 'setup', 'oidc-provider-process.mjs'), {
    stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
  });
  child.stdin.end(JSON.stringify({ key, audience }));
  const issuer = await new Promise((resolve, reject) => {
    child.once('message', ({ issuer }) => resolve(issuer));
    child.once('exit', (code) => reject(new Error(`the identity provider ended with ${code}`)));
  });
  const token = await new SignJWT({ email: 'fuzz@acme.dev', roles: [role] })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('fuzz')
    .setIssuedAt()
    .setExpirationTime(TOKEN_LIVES)
    .sign(privateKey);
  const settings = {
    TOCSIN_OIDC_ISSUER: issuer,
    TOCSIN_OIDC_AUDIENCE: audience,
    TOCSIN_OIDC_ROLES_CLAIM: 'roles',
  };
  return { child, token, settings };
}

/** The addresses of a stack that is up. */
function started(up) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('it did not start')), STARTS_WITHIN_MS);
    let said = '';
    up.stdout.on('data', (chunk) => {
      said += chunk;
      try {
        resolve(JSON.parse(said));
        clearTimeout(late);
      } catch {
        // Not all of it yet.
      }
    });
    up.once('exit', (code) => reject(new Error(`\`tocsin up\` ended with ${code}`)));
  });
}

/** A source of the intake that nobody else knows, for a detection. */
function aSource(dir) {
  const token = randomBytes(24).toString('hex');
  const file = path.join(dir, 'sources.yaml');
  writeFileSync(file, 'sources: { fuzz: { format: cloudevents, secrets: [{ env: FUZZ_TOKEN }] } }\n');
  return { token, settings: { TOCSIN_SOURCES: file, FUZZ_TOKEN: token } };
}

/** A case of each kind, for the requests that need one: the settings of schemathesis, with their ids. */
async function known({ server, intake }, env, key, token) {
  const ofServer = { authorization: `Bearer ${key}` };
  const declaration = JSON.parse(readFileSync(path.join(root, 'examples', 'api', 'incident.json'), 'utf8'));
  const incident = await ask(`${server}/v1/incidents`, declaration, ofServer);
  const report = await ask(`${intake}/security/report`, { text: 'The form of the login takes a script as the name.' });
  const event = { specversion: '1.0', id: 'fuzz-1', source: '/fuzz', type: 'com.example.sign-in.odd', data: {} };
  const ofSource = { authorization: `Bearer ${token}`, 'content-type': 'application/cloudevents+json' };
  await ask(`${intake}/intake/fuzz`, event, ofSource);
  await startPatchTask(env);
  const only = (kind) => theOnly(`${server}/v1/${kind}`, ofServer);
  const ids = {
    incidents: incident.id,
    'vulnerability-reports': report.id,
    'triage-cases': await only('triage-cases'),
    'patch-tasks': await only('patch-tasks'),
  };
  return Object.entries(ids)
    .map(([kind, id]) => `[[operations]]\ninclude-path-regex = "^/v1/${kind}/"\nparameters = { "path.id" = "${id}" }\n`)
    .join('\n');
}

/** What an address answers: to a body as a POST, else as a GET. */
async function ask(url, body, headers = {}) {
  const answer = await fetch(url, {
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** As the daily check of dependencies begins one. */
async function startPatchTask(env) {
  const { Shell } = require('../dist/cli/shell.js');
  const client = await new Shell(env, process.stdout, process.stderr).client();
  const workflowId = 'PATCH-0123456789ab';
  await client.temporal.workflow.start('patchTask', { taskQueue: 'tocsin', workflowId, args: [PATCH_TASK] });
  await client.close();
}

/** The id of the one case of a kind that there is, as soon as it is listed. */
async function theOnly(list, headers) {
  const until = Date.now() + LISTED_WITHIN_MS;
  for (;;) {
    const [first] = Object.values(await ask(list, undefined, headers)).find(Array.isArray) ?? [];
    if (first) return first.id;
    if (Date.now() > until) throw new Error(`${list} stays empty`);
    await sleep(500);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
