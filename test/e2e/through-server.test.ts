// The command over the API: log in by device flow, declare, assess, show; and what it says where something is wrong.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { runCommand } from '../../cli/program';
import { Shell } from '../../cli/shell';
import { connectTocsin } from '../../client/connect';
import { TASK_QUEUE } from '../../domain/incident/contract';
import type { IncidentEvent } from '../../domain/incident/events';
import { temporaryDir } from '../setup/helpers';
import { type SealedServer, startSealedServer } from '../setup/sealed-server';
import { until } from '../setup/until';
import { TestIncident } from '../setup/workflow-harness';
import { Screen } from '../unit/cli/helpers';

let server: SealedServer;
/** Where nobody listens, nor any other test's server: a port of the system that nothing is assigned to. */
const nowhere = 'http://127.0.0.1:2';

beforeAll(async () => {
  server = await startSealedServer();
}, 120_000);

const home = temporaryDir('home');
const FILE = path.join(home, 'tocsin', 'logins.json');
const remote = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  TOCSIN_DATA_DIR: temporaryDir('data'),
  XDG_STATE_HOME: home,
  TOCSIN_URL: server.url,
  ...more,
});
const straight = () => ({
  TEMPORAL_ADDRESS: server.temporal.server.address,
  TOCSIN_ENCRYPTION_KEYS: server.temporal.encryptionKeys!.join(','),
});
const DECLARE = [
  ...['declare', '--title', 'Leaked CI key', '--kind', 'credential-leak', '--severity', 'sev2'],
  ...['--affects', 'confidentiality', '--no-service-affecting', '--id'],
];

async function run(argv: string[], env: NodeJS.ProcessEnv, onOutput: (text: string) => void = () => {}) {
  const [stdout, stderr] = [new Screen(), new Screen()];
  const write = stdout.write.bind(stdout);
  stdout.write = (text) => {
    write(text);
    onOutput(stdout.text);
  };
  const exitCode = await runCommand(argv, new Shell(env, stdout, stderr));
  return { exitCode, out: stdout.text, err: stderr.text, all: stdout.text + stderr.text };
}

/** Confirms in the browser's place, as soon as the command shows the code. */
async function login(accountId: string, ttlSeconds?: number) {
  const confirmed: Promise<Response>[] = [];
  const done = await run(['login'], remote(), (text) => {
    const userCode = /the code (\S+)\./.exec(text)?.[1];
    if (!userCode || confirmed.length > 0) return;
    const body = JSON.stringify({ userCode, accountId, ttlSeconds });
    confirmed.push(fetch(`${server.issuer.issuer}/confirm`, { method: 'POST', body }));
  });
  for (const each of confirmed) expect(await (await each).text()).toBe('');
  return done;
}

const entriesOf = (id: string, kind: IncidentEvent['kind']) =>
  new TestIncident(id, server.client.workflow.getHandle(id), server.world).entries(
    kind as 'declared',
  ) as IncidentEvent[];
const quiet = (id: string) => new TestIncident(id, server.client.workflow.getHandle(id), server.world).quiet();

test('log in, declare, assess, show, list, log out: entries name who logged in, and no token is printed', async () => {
  const before = await run(['list'], remote());
  expect([before.exitCode, before.err]).toEqual([1, expect.stringContaining('npx tocsin login')]);

  const logged = await login('ann-owner');
  expect([logged.err, logged.exitCode]).toEqual(['', 0]);
  expect(logged.out).toContain('You are ann-owner@acme.dev');
  expect(statSync(FILE).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(FILE)).mode & 0o777).toBe(0o700);
  const kept = JSON.parse(readFileSync(FILE, 'utf8')).logins[server.url];
  const secrets = [kept.accessToken, kept.refreshToken];
  expect(secrets.every((each) => typeof each === 'string' && each.length > 10)).toBe(true);

  const said: string[] = [logged.all];
  const act = async (argv: string[]) => {
    const done = await run(argv, remote({ TOCSIN_BY: 'somebody else' }));
    said.push(done.all);
    expect([argv, done.exitCode, done.err]).toEqual([argv, 0, '']);
    return done.out;
  };
  expect(await act(['whoami'])).toMatch(/^ann-owner@acme.dev at http.*\nRoles: owner\nThe token is valid until 20/);
  expect(await run(['whoami', '--token'], remote())).toMatchObject({
    exitCode: 0,
    out: `${kept.accessToken}\n`,
    err: '',
  });
  await act([...DECLARE, 'INC-REMOTE']);
  await quiet('INC-REMOTE');
  expect(entriesOf('INC-REMOTE', 'declared')[0]).toMatchObject({ by: 'ann-owner@acme.dev' });
  expect(await act(['assess', 'INC-REMOTE', '--personal-data', 'possible', '--command-id', 'once'])).toContain(
    'assessed',
  );
  await quiet('INC-REMOTE');
  expect(await act(['show', 'INC-REMOTE'])).toContain('Leaked CI key');
  await until('visibility', async () => (await act(['list'])).includes('INC-REMOTE'));
  expect(await act(['explain', 'INC-REMOTE'])).toContain('applies');
  expect(await act([...DECLARE, 'INC-REMOTE'])).toContain('already declared');
  expect(entriesOf('INC-REMOTE', 'assessed').every((each) => each.breakGlass === undefined)).toBe(true);

  expect(await act(['logout'])).toContain('You are logged out');
  for (const secret of secrets) expect(said.join('\n')).not.toContain(secret);
  expect(readFileSync(FILE, 'utf8')).not.toContain(kept.refreshToken);
  expect((await run(['whoami'], remote())).err).toContain('npx tocsin login');
}, 120_000);

test('a token that ends is renewed; a login that ended, and a file that others can read, are told', async () => {
  await login('bob-responder', 5);
  const first = JSON.parse(readFileSync(FILE, 'utf8')).logins[server.url];
  const [one, two] = await Promise.all([run(['whoami'], remote()), run(['whoami'], remote())]);
  expect([one!.err, two!.err]).toEqual(['', '']);
  const second = JSON.parse(readFileSync(FILE, 'utf8')).logins[server.url];
  expect(second.accessToken).not.toBe(first.accessToken);
  const logins = { [server.url]: { ...second, refreshToken: 'spent', expiresAt: 0 } };
  writeFileSync(FILE, JSON.stringify({ logins }), { mode: 0o600 });
  expect(await run(['list'], remote())).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('your login has ended'),
  });
  writeFileSync(path.join(home, 'wide'), '');
  const { chmodSync } = await import('node:fs');
  chmodSync(FILE, 0o644);
  expect((await run(['list'], remote())).err).toContain('can be read by other accounts');
  chmodSync(FILE, 0o600);
}, 60_000);

test('both transports answer alike', async () => {
  const TOKEN = await server.issuer.token('owner');
  const local = await connectTocsin({ env: straight() });
  const through = await connectTocsin({ env: remote({ TOCSIN_TOKEN: TOKEN }) });
  const by = 'tool-owner';
  const declaration = {
    id: 'INC-BOTH',
    title: 'Leaked key',
    kind: 'credential-leak',
    severity: 'sev2',
    owner: by,
    source: 'audit log',
    affects: ['confidentiality'],
    serviceAffecting: false,
    detectedAt: new Date().toISOString(),
    declaredAt: new Date().toISOString(),
    declaredBy: by,
  } as never as Parameters<typeof local.declare>[0]['declaration'];
  expect(await local.declare({ declaration })).toEqual({ id: 'INC-BOTH', created: true });
  await quiet('INC-BOTH');
  const told = async (work: Promise<unknown>): Promise<Record<string, unknown>> =>
    work.then(
      (value) => ({ value }),
      (error) => ({ name: error.name, message: error.message, problems: error.problems, exitCode: error.exitCode }),
    );
  for (const [what, ask] of Object.entries<(client: typeof local) => Promise<unknown>>({
    'a repeat of a declaration': (client) => client.declare({ declaration }),
    'a declaration that is wrong': (client) =>
      client.declare({ declaration: { ...declaration, severity: 'x' } as never }),
    'an unknown id': (client) => client.view('INC-NOBODY'),
    'an unknown id of a message': (client) => client.send('TRG-NOBODY', 'dismiss', { by, reason: 'a test' }),
    'a refusal on the facts': (client) => client.send('INC-BOTH', 'approve', { by, obligation: 'no-such-notice' }),
    'a refusal by its form': (client) => client.send('INC-BOTH', 'approve', { by, obligation: '' }),
    'a signal that is wrong': (client) => client.signal('INC-BOTH', 'status', { by, status: 'x' } as never),
    'how it stands': (client) => client.stands('INC-BOTH'),
    'how nothing stands': (client) => client.stands('INC-NOBODY'),
    'what is found': async (client) => (await client.find('INC-BOTH'))?.open,
    'the events': (client) => client.timeline('INC-BOTH'),
    'the explanation': (client) => client.explain('INC-BOTH'),
  })) {
    const [here, there] = [await told(ask(local)), await told(ask(through))];
    if (what.startsWith('an unknown id'))
      expect([what, here.message, there.name]).toEqual([
        what,
        expect.stringMatching(/not found|there is no/),
        'UnknownCase',
      ]);
    else expect([what, there]).toEqual([what, here]);
  }
  const message = { by, status: 'identified', commandId: 'the same command' } as const;
  for (const client of [local, through]) {
    const once = await client.send('INC-BOTH', 'status', {
      ...message,
      commandId: `${message.commandId} ${client === local}`,
    });
    const again = await client.send('INC-BOTH', 'status', {
      ...message,
      commandId: `${message.commandId} ${client === local}`,
    });
    expect(again).toEqual(once);
  }
  await through.signal('INC-BOTH', 'status', { by, status: 'contained' });
  await quiet('INC-BOTH');
  expect(entriesOf('INC-BOTH', 'status-changed').at(-1)).toMatchObject({ by, data: { status: 'contained' } });
  await expect(through.send('INC-BOTH', 'status', { by: 'another', status: 'resolved' })).rejects.toThrow(
    'knows you as "tool-owner"',
  );
  await Promise.all([local.close(), through.close()]);
}, 60_000);

test('an expired token, a role that may not, and a server that is away, each with what to do', async () => {
  const ago = Math.floor(Date.now() / 1000) - 3600;
  const expired = await server.issuer.signed({ roles: ['owner'], iat: ago - 600, exp: ago });
  const late = await run(['list'], remote({ TOCSIN_TOKEN: expired }));
  expect([late.exitCode, late.err.replace(/\s+/g, ' ')]).toEqual([
    1,
    expect.stringMatching(/has expired.*TOCSIN_TOKEN/),
  ]);
  expect(late.all).not.toContain(expired);
  const auditor = remote({ TOCSIN_TOKEN: await server.issuer.token('auditor') });
  const refused = await run(['status', 'INC-BOTH', 'resolved'], auditor);
  expect([refused.exitCode, refused.err.replace(/\s+/g, ' ')]).toEqual([
    1,
    expect.stringMatching(/roles do not allow.*auditor/),
  ]);
  const typo = await run(['status', 'INC-BOTH', 'contianed'], remote({ TOCSIN_URL: nowhere, TOCSIN_TOKEN: 'x' }));
  expect([typo.exitCode, typo.err]).toEqual([2, expect.stringContaining('status')]);

  const away = await run(['show', 'INC-BOTH'], remote({ TOCSIN_URL: nowhere, TOCSIN_TOKEN: 'x' }));
  expect([away.exitCode, away.err.replace(/\s+/g, ' ')]).toEqual([
    1,
    expect.stringMatching(/cannot be reached: nothing listens there.*--break-glass REASON/),
  ]);
});

test('the token goes over TLS to the server alone: no other scheme, no redirect, no other issuer', async () => {
  for (const [url, why] of [
    ['http://tocsin.acme.dev', 'is not https'],
    ['https://ann:secret@tocsin.acme.dev', 'must not hold a login'],
    ['https://tocsin.acme.dev/api', 'must be an origin'],
    ['ftp://tocsin.acme.dev', 'must be an https address'],
  ]) {
    const { exitCode, all } = await run(['list'], remote({ TOCSIN_URL: url, TOCSIN_TOKEN: 'x' }));
    expect([url, exitCode, all]).toEqual([url, 2, expect.stringContaining(why!)]);
    expect(all).not.toContain('secret');
  }
  const borne: unknown[] = [];
  const elsewhere = createServer((request, response) => {
    borne.push(request.headers.authorization);
    response.end('{}');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const there = `http://localhost:${(elsewhere.address() as AddressInfo).port}`;
  let issuer = 'http://login.acme.dev';
  const redirecting = createServer((request, response) => {
    if (request.url!.startsWith('/.well-known'))
      return response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          resource: `http://${request.headers.host}`,
          authorization_servers: [issuer],
          tocsin_client_id: 'c',
          tocsin_audience: 'a',
        }),
      );
    return response.writeHead(307, { location: `${there}${request.url}` }).end();
  });
  await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`;
  const moved = await run(['list'], remote({ TOCSIN_URL: url, TOCSIN_TOKEN: 'x' }));
  expect([moved.exitCode, moved.err]).toEqual([1, expect.stringContaining('redirect')]);
  expect((await run(['login'], remote({ TOCSIN_URL: url }))).err).toContain('nothing secret may be sent');
  issuer = nowhere;
  expect((await run(['login'], remote({ TOCSIN_URL: url }))).err.replace(/\s+/g, ' ')).toMatch(
    /issuer .* cannot be reached/,
  );
  expect(borne).toEqual([]);
  elsewhere.close();
  redirecting.close();
});

test('what was started without a seal opened no case: no command takes it for one that begins, or is closed', async () => {
  await server.client.workflow
    .execute('incident', { workflowId: 'INC-UNSEALED', taskQueue: TASK_QUEUE, args: [{}] })
    .catch(() => undefined);
  await server.client.workflow
    .execute('patchTask', { workflowId: 'PATCH-0123456789ab', taskQueue: TASK_QUEUE, args: [{}] })
    .catch(() => undefined);
  const env = { ...remote({ TOCSIN_URL: '', TOCSIN_BY: 'ann' }), ...straight() };
  const TOCSIN_TOKEN = await server.issuer.token('owner');
  for (const argv of [
    ['show', 'INC-UNSEALED'],
    ['next', 'INC-UNSEALED'],
    ['status', 'INC-UNSEALED', 'identified'],
    ['review', 'INC-UNSEALED', '--root-cause', 'none', '--control', 'none', '--share-summary'],
    ['deps', 'show', 'PATCH-0123456789ab'],
  ])
    for (const where of [env, remote({ TOCSIN_TOKEN })]) {
      const { exitCode, all } = await run(argv, where);
      expect([argv, exitCode, all]).toEqual([
        argv,
        1,
        expect.stringMatching(/there is no (incident|patch task) "(INC-UNSEALED|PATCH-0123456789ab)"/),
      ]);
    }
  const straightOn = await run(['show', 'INC-UNSEALED'], env);
  expect(straightOn.all.replace(/\s+/g, ' ')).toContain('started with something that is not valid');

  const local = await connectTocsin({ env: env as NodeJS.ProcessEnv });
  await expect(local.signal('INC-UNSEALED', 'status', { by: 'ann', status: 'identified' })).rejects.toThrow(
    'there is no',
  );
  await local.close();
  const headers = { authorization: `Bearer ${TOCSIN_TOKEN}`, 'content-type': 'application/json' };
  for (const [method, path] of [
    ['GET', 'incidents/INC-UNSEALED'],
    ['POST', 'incidents/INC-UNSEALED/status'],
    ['GET', 'patch-tasks/PATCH-0123456789ab'],
  ] as const) {
    const body = method === 'POST' ? JSON.stringify({ status: 'identified' }) : undefined;
    for (const more of [{}, { prefer: 'respond-async' }] as Record<string, string>[]) {
      const answer = await fetch(`${server.url}/v1/${path}`, { method, headers: { ...headers, ...more }, body });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  }
});

test('a message to a terminated incident, waited for or not, is told that it has stopped: it is not closed', async () => {
  const env = { ...remote({ TOCSIN_URL: '', TOCSIN_BY: 'ann' }), ...straight() };
  expect((await run([...DECLARE, 'INC-ENDED'], env)).exitCode).toBe(0);
  await quiet('INC-ENDED');
  await server.client.workflow.getHandle('INC-ENDED').terminate('a test');
  const local = await connectTocsin({ env: env as NodeJS.ProcessEnv });
  const message = { by: 'ann', status: 'identified' } as const;
  for (const send of ['send', 'signal'] as const)
    await expect(local[send]('INC-ENDED', 'status', message)).rejects.toThrow('is open but has stopped');
  await local.close();
  const authorization = `Bearer ${await server.issuer.token('owner')}`;
  for (const more of [{}, { prefer: 'respond-async' }] as Record<string, string>[]) {
    const answer = await fetch(`${server.url}/v1/incidents/INC-ENDED/status`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', ...more },
      body: JSON.stringify({ status: 'identified' }),
    });
    expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
      409,
      expect.stringContaining('is open but has stopped'),
    ]);
  }
});

test('break-glass goes straight, says so, and stands in every entry with the reason', async () => {
  const REASON = 'the identity provider is down';
  const env = { ...remote({ TOCSIN_URL: nowhere, TOCSIN_BY: 'ann' }), ...straight() };
  const done = await run(['--break-glass', REASON, ...DECLARE, 'INC-GLASS', '--block', '203.0.113.7'], env);
  expect([done.exitCode, done.err]).toEqual([0, expect.stringContaining('Break-glass')]);
  await quiet('INC-GLASS');
  const said = await run(['status', 'INC-GLASS', 'identified', '--break-glass', REASON], env);
  expect(said.exitCode).toBe(0);
  await quiet('INC-GLASS');
  for (const kind of ['declared', 'containment-requested', 'status-changed'] as const)
    expect([kind, entriesOf('INC-GLASS', kind)[0]]).toEqual([
      kind,
      expect.objectContaining({ by: 'ann (unauthenticated)', breakGlass: REASON }),
    ]);
  expect((await run(['show', 'INC-GLASS', '--break-glass', REASON], env)).out.replace(/\s+/g, ' ')).toContain(REASON);
  expect(await run(['status', 'INC-GLASS', 'resolved', '--break-glass', ' '], env)).toMatchObject({ exitCode: 2 });

  // Nobody says so through the server, or by the codec.
  const TOKEN = await server.issuer.token('owner');
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ status: 'contained', breakGlass: REASON });
  const answer = await fetch(`${server.url}/v1/incidents/INC-GLASS/status`, { method: 'POST', headers, body });
  expect([answer.status, ((await answer.json()) as { errors: unknown }).errors]).toEqual([
    422,
    [{ field: 'breakGlass', problem: 'is set by the server: leave it out' }],
  ]);
});

test('what the server has no part in says so, and production sends nothing past it without a reason', async () => {
  const TOKEN = await server.issuer.token('owner');
  for (const argv of [['resume', 'INC-BOTH'], ['register', 'verify'], ['register', 'show', 'INC-BOTH'], ['doctor']]) {
    const { exitCode, all } = await run(argv, remote({ TOCSIN_TOKEN: TOKEN }));
    expect([argv, exitCode]).toEqual([argv, 1]);
    if (argv[0] !== 'doctor') expect(all.replace(/\s+/g, ' ')).toMatch(/itself, which the server .* does not pass on/);
  }
  const production = { ...straight(), TOCSIN_ENV: 'production' };
  const unsent = await run(['status', 'INC-BOTH', 'contained'], production);
  expect([unsent.exitCode, unsent.err.replace(/\s+/g, ' ')]).toEqual([
    2,
    expect.stringContaining('TOCSIN_URL: is not set'),
  ]);
});
