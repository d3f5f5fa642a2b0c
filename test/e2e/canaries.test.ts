/**
 * A whole incident on the real stack, with a canary in each thing that is personal or secret: declared, told, filed, exported,
 * backed up and erased. Then every file, log, environment and command line is searched, and what is found must be allowed here.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { connectTocsin } from '../../client/connect';
import type { TocsinClient } from '../../client/tocsin-client';
import { packageRoot } from '../../platform/package-root';
import { startCloudflareRecorder } from '../../stack/cloudflare-recorder';
import { startMailbox } from '../../stack/mailbox';
import { tasks } from '../faults/people';
import { type Canaries, familyOf, kindsIn, searchFolder } from '../setup/canaries';
import { afterFile, fromSetup, temporaryDir } from '../setup/helpers';
import {
  ALLOWED,
  acted,
  attachmentText,
  type Kind,
  type LateKind,
  placeOf,
  reported,
  said,
  secrets,
  told,
} from './canary-places';

const run = promisify(execFile);
const dir = temporaryDir('canaries');
const data = path.join(dir, 'data');
const file = (name: string) => path.join(dir, name);
const bin = path.join(packageRoot(), 'bin', 'tocsin.js');

/** Lines of `place: kind`. */
function found(canaries: Canaries): Set<string> {
  const lines = new Set<string>();
  for (const [name, kinds] of searchFolder(dir, canaries)) {
    const place = placeOf(name);
    if (place !== undefined) for (const kind of kinds) lines.add(`${place}: ${kind}`);
  }
  return lines;
}

/** Environments and command lines of all processes of the stack: those of this product, and those that it started. */
function foundInProcesses(canaries: Canaries): Set<string> {
  const own = processes.map(({ pid }) => pid!);
  const lines = new Set<string>();
  for (const pid of own.flatMap(familyOf)) {
    for (const what of ['environ', 'cmdline']) {
      const [bytes, command] = [readFileSync(`/proc/${pid}/${what}`), readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      const place = what === 'environ' && own.includes(pid) ? 'environment of up and worker' : `${what} of ${command}`;
      for (const kind of kindsIn(bytes, canaries)) lines.add(`${place}: ${kind}`);
    }
  }
  return lines;
}

let up: ChildProcess;
let client: TocsinClient;
let intake: string;
let env: NodeJS.ProcessEnv;
const processes: ChildProcess[] = [];

/** A process of the stack; its output goes into a log. */
function start(name: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [bin, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(file(path.join('logs', `${name}.log`)));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  processes.push(child);
  afterFile(() => ended(child));
  return child;
}

/** Ctrl-C, and waits until it is gone. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGINT');
  await gone;
}

async function tocsin(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [bin, ...args], { env }).catch((error: { stderr: string }) => {
    throw new Error(`tocsin ${args.join(' ')}: ${error.stderr}`);
  });
  return stdout;
}

beforeAll(async () => {
  mkdirSync(file('logs'));
  mkdirSync(file('directory'));
  mkdirSync(file('in'));
  const [mailbox, recorder] = await Promise.all([
    startMailbox({ dir: file('mailbox'), apiKey: secrets.mailKey }),
    startCloudflareRecorder({
      dir: file('recorder'),
      tokens: { local: secrets.apiToken, [said.credential]: 'old-secret' },
    }),
  ]);
  afterFile(() => mailbox.stop());
  afterFile(() => recorder.stop());
  const directory = {
    'workspaces.csv': `workspace_id,name,plan,owner_email,language,country\nws-1,One,enterprise,${told.owner},en,IE\n`,
    'individuals.csv': `person_id,email,language,country,workspace_id,data_set\np-1,${told.person},en,IE,ws-1,accounts\n`,
    'subscribers.csv': 'subscriber_id,email,language\n',
  };
  for (const [name, text] of Object.entries(directory)) writeFileSync(file(path.join('directory', name)), text);
  env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TEMPORAL_CLI_PATH: fromSetup('TEMPORAL_CLI_PATH'),
    TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml',
    TOCSIN_DATA_DIR: data,
    TOCSIN_BY: 'oncall',
    TOCSIN_DIRECTORY: file('directory'),
    RESEND_API_KEY: secrets.mailKey,
    RESEND_BASE_URL: mailbox.url,
    CLOUDFLARE_API_TOKEN: secrets.apiToken,
    CLOUDFLARE_BASE_URL: recorder.cloudflareUrl,
    CLOUDFLARE_ACCOUNT_ID: 'account',
    TOCSIN_WEBHOOK_URL: `${recorder.hooksUrl}/containment`,
    TOCSIN_WEBHOOK_SECRET: `whsec_${secrets.webhookSecret}`,
    TOCSIN_LOG_READ_TOKEN: secrets.readToken,
    TOCSIN_REPORT_MAIL_SECRET: `whsec_${secrets.reportMailSecret}`,
  };
  up = start('up', 'up', '--json');
  const ready = await firstJson(up);
  intake = ready.intake;
  start('worker', 'worker');
  const stack = stackFile();
  client = (await connectTocsin({
    address: ready.temporal.address,
    encryptionKeys: stack.temporal.encryptionKeys,
    env,
  })) as TocsinClient;
  afterFile(() => client.close());
}, 180_000);

interface StackFile {
  databaseUrl: string;
  temporal: { encryptionKeys: string[]; sessionKey: string };
}

/** What `up` left for a second shell: it holds the keys and the login, readable by its owner alone. */
function stackFile(): StackFile {
  return JSON.parse(readFileSync(path.join(data, 'stack.json'), 'utf8')).running;
}

async function firstJson(child: ChildProcess): Promise<{ temporal: { address: string }; intake: string }> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout!.on('data', (part: Buffer) => {
      text += part;
      try {
        resolve(JSON.parse(text));
      } catch {
        // not whole yet
      }
    });
    child.once('close', () => reject(new Error(`"up" ended: ${readFileSync(file('logs/up.log'), 'utf8')}`)));
  });
}

test('after an erasure nothing of an incident, a reporter or a secret is where it may not be', async () => {
  const now = new Date().toISOString();
  const declaration = {
    title: said.title,
    kind: 'credential-leak',
    howItOccurred: said.how,
    severity: 'sev1',
    owner: `${acted.handle}@acme.example`,
    detectedAt: now,
    source: 'audit log',
    affects: ['confidentiality'],
    systems: [said.system],
    isolate: [said.system],
    maliciousSources: [said.address],
    credentials: [{ provider: 'cloudflare-token', ref: said.credential }],
    serviceAffecting: false,
    assessment: {
      personalData: 'yes',
      workspaces: ['ws-1'],
      likelyConsequences: said.consequences,
      individualSteps: ['Change your password'],
      reporter: { name: said.reporterName, contact: 'privacy@example.com', function: 'dpo' },
      dataSets: [
        {
          ...{ id: 'accounts', title: said.dataSet, role: 'controller', categories: ['names'], records: 1 },
          ...{ individuals: 1, residence: { IE: 1 }, risk: 'high', significantHarm: 'no' },
        },
        {
          ...{ id: 'stored', title: 'Customer content', role: 'processor', categories: ['contents'], records: 9 },
          ...{ individuals: 3, risk: 'unlikely', significantHarm: 'no' },
        },
      ],
    },
  };
  writeFileSync(file('in/incident.json'), JSON.stringify(declaration));
  writeFileSync(file(`in/${said.attachment}`), attachmentText);
  const id = JSON.parse(await tocsin('declare', '-f', file('in/incident.json'), '--json')).id as string;
  const by = ['--by', acted.actor, '--command-id', acted.commandId];
  await tocsin('status', id, 'investigating', '--note', said.note, ...by);
  const report = await fetch(`${intake}/security/report`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: reported.text, email: reported.email, name: reported.name }),
  });
  const reportId = ((await report.json()) as { id: string }).id;
  await peopleClose(id);
  mkdirSync(file('exports'));
  mkdirSync(file('backups'));
  await tocsin('report', 'acknowledge', reportId);
  await tocsin('report', 'decline', reportId, '--reason', 'out of scope');
  for (const audience of ['internal', 'authority', 'customer']) {
    await tocsin('register', 'export', '--incident', id, '--for', audience, '-o', file(`exports/${audience}.jsonl`));
  }
  await tocsin('register', 'backup', file('backups/before'));
  const canaries: Record<Kind, string | Buffer> = {
    ...{ ...said, ...acted, ...told, ...reported, ...secrets, attachmentText },
    ...(await madeByTheStack(id)),
  };
  // It finds them where they are, so that an empty answer says something.
  const before = found(canaries);
  expect([...before]).toEqual(
    expect.arrayContaining([
      'Temporal: handle',
      'backup: commandId',
      'backup: dataKey',
      'backup: person',
      'backup: email',
      'export to a customer: title',
      'exports to the authority and internally: reason',
      'mails that went out: owner',
      'mails that went out: person',
      'vault: rolledSecret',
    ]),
  );

  const lawful = ['--lawful-request', 'DSR-1', '--ground', 'gdpr-17-1', '--yes'];
  await tocsin('register', 'erase', id, '--by', 'dpo', '--reason', acted.erasureReason, ...lawful);
  await tocsin('report', 'erase', reportId, '--by', 'dpo', '--yes');
  await tocsin('register', 'backup', file('backups/before'), '--keys-only');
  await tocsin('register', 'backup', file('backups/after'));
  await tocsin('register', 'export', '--incident', id, '-o', file('exports/after.jsonl'));
  const running = new Set([...found(canaries), ...foundInProcesses(canaries)]);
  expect([...running]).toEqual(expect.arrayContaining(['environment of up and worker: mailKey']));
  // What a server holds in memory while it runs is on the disk once it has ended.
  await Promise.all(processes.map(ended));
  const allowed = new Set(ALLOWED.flatMap(({ place, kinds }) => kinds.map((kind) => `${place}: ${kind}`)));
  const all = [...new Set([...running, ...found(canaries)])].sort();
  expect(all.filter((line) => !allowed.has(line))).toEqual([]);
}, 400_000);

/** Keys and passwords that the stack made, as bytes or as they are written. */
async function madeByTheStack(id: string): Promise<Record<Exclude<LateKind, 'attachmentText'>, string | Buffer>> {
  const { databaseUrl, temporal } = stackFile();
  const pool = new pg.Client(databaseUrl);
  await pool.connect();
  const { rows } = await pool.query<{ key: Buffer }>('SELECT key FROM tocsin.register_keys WHERE incident_id = $1', [
    id,
  ]);
  await pool.end();
  const vault = path.join(data, 'vault');
  const [rolled] = readdirSync(vault).map((name) => readFileSync(path.join(vault, name), 'utf8'));
  return {
    dataKey: rows[0]!.key,
    encryptionKey: Buffer.from(temporal.encryptionKeys[0]!.split(':')[1]!, 'base64'),
    sessionKey: temporal.sessionKey,
    databasePassword: decodeURIComponent(new URL(databaseUrl).password),
    rolledSecret: rolled!.trim(),
  };
}

/** People do what the incident waits for; every reason of theirs is a canary. */
async function peopleClose(id: string): Promise<void> {
  const giveUpAt = Date.now() + 150_000;
  let last = '';
  while (Date.now() < giveUpAt) {
    const view = await client.view(id);
    if (view?.state.closedAt) return void (await client.finished(id));
    for (const { message, body } of view ? tasks(view) : []) {
      const mine = { ...body };
      for (const field of ['reason', 'despite', 'incompleteBecause', 'delayReasons'])
        if (field in mine)
          mine[field] = `${said.reason}: two of us went through the access log of that night line by line`;
      if (message === 'review') mine.rootCause = said.rootCause;
      try {
        if (message === 'filed')
          await tocsin('filed', id, String(body.obligation), said.reference, '--attach', file(`in/${said.attachment}`));
        else await client.send(id, message, { by: 'oncall', ...mine } as never);
      } catch (error) {
        const { message: why, problems = [] } = error as Error & { problems?: string[] };
        last = [why, ...problems].join('; ');
      }
    }
    await sleep(250);
  }
  throw new Error(`${id} is not closed: ${last}`);
}
