// The Temporal of `tocsin up` as an attacker on this machine finds it: a page of another site, another account, a stranger.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { runCommand } from '../../cli/program';
import { Shell } from '../../cli/shell';
import { SealingCodec } from '../../client/codec';
import { incidentStart, startOptions } from '../../client/start-options';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import { DeclarationSchema } from '../../domain/incident/incident';
import { packageRoot } from '../../platform/package-root';
import type { SealedTemporal } from '../../stack/sealed-temporal';
import type { FakeWorld } from '../setup/fake-world';
import { fromSetup, temporaryDir } from '../setup/helpers';
import { SESSION_KEY, startSealedWorld } from '../setup/sealed-world';
import { until } from '../setup/until';
import { declaration, ONCALL, TestIncident } from '../setup/workflow-harness';
import { wordsOf } from '../unit/cli/emitted-commands';

const run = promisify(execFile);
let temporal: SealedTemporal;
let client: Client;
let world: FakeWorld;
/** Answers to containment wait for this. */
let contained: Promise<void> = Promise.resolve();
/** What containment fails with, while it does. */
let failing: string | undefined;
let databaseFolder: string;

beforeAll(async () => {
  ({ temporal, client, world, databaseFolder } = await startSealedWorld((usual) => ({
    applyMeasure: async (input) => {
      if (failing) throw new Error(failing);
      await contained;
      return usual.applyMeasure(input);
    },
  })));
}, 120_000);

let nth = 0;
async function declare(over = {}): Promise<TestIncident> {
  const id = `INC-SEALED-${++nth}`;
  const stated = declaration(id, Date.now(), { serviceAffecting: false, ...over });
  const start = incidentStart({ declaration: stated, policy: world.policy }, DeclarationSchema.parse(stated), false);
  await client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, ...startOptions(start) });
  return new TestIncident(id, client.workflow.getHandle(id), world);
}

test('a dependency check that a person asks for is done: it is asked for under the seal', async () => {
  const told = { out: '', err: '' };
  const sink = (to: 'out' | 'err') => ({ write: (text: string) => (told[to] += text) });
  const TOCSIN_ENCRYPTION_KEYS = temporal.encryptionKeys!.join(',');
  const env = { TEMPORAL_ADDRESS: temporal.server.address, TOCSIN_ENCRYPTION_KEYS, TOCSIN_DATA_DIR: temporaryDir() };
  const code = await runCommand(['deps', 'check', '--json'], new Shell(env, sink('out'), sink('err')));
  expect({ code, err: told.err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(told.out)).toMatchObject({ inventories: expect.any(Array), findings: expect.any(Object) });
}, 60_000);

/** The plain `temporal` command. */
const command = (...args: string[]) => commandWith({}, ...args);

async function commandWith(set: NodeJS.ProcessEnv, ...args: string[]): Promise<{ code: number; text: string }> {
  const env = { ...process.env, TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml', ...set };
  const all = ['workflow', ...args, '--address', temporal.server.address];
  return run(fromSetup('TEMPORAL_CLI_PATH'), all, { env }).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, text: stdout + stderr }),
  );
}

/** What the documentation says to add to the plain command. */
const throughCodec = (id: string) => [
  ...['--codec-endpoint', `${temporal.gateway!.url}/codec/${id}`],
  ...['--codec-auth', `Bearer ${SESSION_KEY}`],
];
const identified = ['--name', 'status', '--input', JSON.stringify({ status: 'identified', by: ONCALL })];

/** Signals with these payloads as they are, as whoever reaches the server can. */
const signalRaw = (id: string, payloads: Payload[], signalName = 'status') =>
  client.workflowService.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: id },
    signalName,
    input: { payloads },
  });

describe('a message that nobody with the keys sealed for this incident', () => {
  test('is rejected in the register, and an update says so; through the codec endpoint it counts', async () => {
    const incident = await declare();
    await incident.quiet();
    expect(await command('signal', '-w', incident.id, ...identified)).toMatchObject({ code: 0 });
    await incident.quiet();
    const problem = expect.stringMatching(/^message: is not sealed; send it with the tocsin command.* codec endpoint$/);
    expect(incident.entries('rejected').map(({ data }) => data)).toEqual([{ message: 'status', problems: [problem] }]);
    const update = await command('update', 'execute', '-w', incident.id, ...identified);
    expect(update.code).not.toBe(0);
    expect((await incident.state()).status).toBe('declared');

    expect(await command('signal', '-w', incident.id, ...identified, ...throughCodec(incident.id))).toMatchObject({
      code: 0,
    });
    await incident.quiet();
    expect((await incident.state()).status).toBe('identified');
    const shown = await command('query', '-w', incident.id, '--name', 'state', ...throughCodec(incident.id));
    expect(shown.text).toContain('Leaked deploy key');
  });

  test('with a missing or wrong key the plain command is told so and nothing is sent; the right one may be in the environment', async () => {
    const incident = await declare();
    await incident.quiet();
    const TEMPORAL_CODEC_ENDPOINT = `${temporal.gateway!.url}/codec/${incident.id}`;
    const signal = (TEMPORAL_CODEC_AUTH?: string) =>
      commandWith({ TEMPORAL_CODEC_ENDPOINT, TEMPORAL_CODEC_AUTH }, 'signal', '-w', incident.id, ...identified);
    for (const key of [undefined, 'Bearer wrong', SESSION_KEY]) {
      const { code, text } = await signal(key);
      expect(code).not.toBe(0);
      expect(text).toMatch(/Unauthorized: the codec needs the key .*TEMPORAL_CODEC_AUTH or --codec-auth/);
    }
    await incident.quiet();
    expect(incident.entries('rejected')).toEqual([]);
    expect((await incident.state()).status).toBe('declared');
    expect(await signal(`Bearer ${SESSION_KEY}`)).toMatchObject({ code: 0 });
    await incident.quiet();
    expect((await incident.state()).status).toBe('identified');
  });

  test('is rejected when it was sealed for another one, altered, or sealed with a key that nobody has', async () => {
    const [one, other] = [await declare(), await declare()];
    const codec = new SealingCodec(temporal.encryptionKeys!);
    const message = { data: Buffer.from(JSON.stringify({ status: 'identified', by: ONCALL })) };
    const plain = { metadata: { encoding: Buffer.from('json/plain') }, ...message };
    const context = (workflowId: string) => ({ type: 'workflow', namespace: 'default', workflowId }) as const;
    const [moved] = await codec.encode([plain], context(other.id));
    const [altered] = await codec.encode([plain], context(one.id));
    altered!.data![20]! ^= 1;
    const stolen = new SealingCodec([`mine:${Buffer.alloc(32).toString('base64')}`]);
    const [foreign] = await stolen.encode([plain], context(one.id));
    const relabelled = {
      ...moved!,
      metadata: { ...moved!.metadata, 'encryption-binding': altered!.metadata!['encryption-binding']! },
    };
    const [unbound] = await codec.encode([plain]);
    for (const payload of [moved!, altered!, foreign!, relabelled, unbound!]) await signalRaw(one.id, [payload]);
    await one.quiet();
    expect(one.entries('rejected').map(({ data }) => data.problems.join().split(';')[0])).toEqual([
      'message: was sealed for another workflow',
      'message: was altered after it was sealed',
      'message: is sealed with the key "mine", which is not in TOCSIN_ENCRYPTION_KEYS',
      'message: was altered after it was sealed',
      'message: was sealed for another workflow',
    ]);
    expect((await one.state()).status).toBe('declared');
  });

  test('counts once, though it has no id: again, or under another name, it changes nothing', async () => {
    const incident = await declare();
    const codec = new SealingCodec(temporal.encryptionKeys!);
    const message = { data: Buffer.from(JSON.stringify({ status: 'identified', by: ONCALL })) };
    const plain = { metadata: { encoding: Buffer.from('json/plain') }, ...message };
    const [sealed] = await codec.encode([plain], { type: 'workflow', namespace: 'default', workflowId: incident.id });
    await signalRaw(incident.id, [sealed!]);
    await incident.quiet();
    await client.workflow.getHandle(incident.id).signal('status', { status: 'monitoring', by: ONCALL });
    await incident.quiet();
    const before = world.register(incident.id).length;
    await signalRaw(incident.id, [sealed!]);
    await signalRaw(incident.id, [sealed!], 'close');
    await incident.quiet();
    expect((await incident.state()).status).toBe('monitoring');
    expect(world.register(incident.id)).toHaveLength(before);
  });

  test('opens no case: a start that nobody sealed ends at once', async () => {
    const input = JSON.stringify({ declaration: declaration('INC-FORGED', Date.now()) });
    const start = ['start', '--type', INCIDENT_WORKFLOW, '--task-queue', TASK_QUEUE, '-w', 'INC-FORGED'];
    expect(await command(...start, '--input', input)).toMatchObject({ code: 0 });
    const failed = await client.workflow
      .getHandle('INC-FORGED')
      .result()
      .catch((error) => error.cause.message);
    expect(failed).toMatch('input: is not sealed');
    expect(world.register('INC-FORGED')).toEqual([]);
  });

  test('nor is the answer to an activity believed that no worker gave', async () => {
    const { incident, activityId, release } = await containing();
    const forged = { outcome: 'verified', detail: 'forged' };
    await answerWith(incident.id, activityId, {
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.from(JSON.stringify(forged)),
    });
    expect(await failed(incident)).toMatch(/^the answer to an activity is not sealed/);
    expect(incident.entries('containment-step').filter(({ data }) => data.detail === 'forged')).toEqual([]);
    release();
  }, 60_000);

  test('nor is the true answer to one activity believed as that to another of the same incident', async () => {
    const { incident, activityId, release } = await containing();
    await answerWith(incident.id, activityId, await sealedIn(incident, answersIn));
    expect(await failed(incident)).toMatch(/^the answer to an activity was given to another call/);
    expect(incident.entries('containment-step')).toEqual([]);
    release();
  }, 60_000);

  test('nor is what the workflow itself sealed for an activity believed as its answer', async () => {
    const { incident, activityId, release } = await containing();
    await answerWith(incident.id, activityId, await sealedIn(incident, questionsIn));
    expect(await failed(incident)).toMatch(/^the answer to an activity was given to another call/);
    expect(incident.entries('containment-step')).toEqual([]);
    release();
  }, 60_000);

  test('nor is it believed that an activity failed for good, when no worker said so', async () => {
    const { incident, activityId, release } = await containing();
    await client.workflowService.respondActivityTaskFailedById({
      namespace: 'default',
      workflowId: incident.id,
      activityId,
      failure: {
        message: 'forged',
        applicationFailureInfo: { type: 'ContainmentRejected', nonRetryable: true },
      },
    });
    expect(await failed(incident)).toMatch(/^the failure of an activity was not given by a worker to this call/);
    expect(incident.entries('containment-step')).toEqual([]);
    release();
  }, 60_000);
});

type HistoryEvent = NonNullable<
  NonNullable<Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>['history']>['events']
>[number];
const answersIn = (event: HistoryEvent) => event.activityTaskCompletedEventAttributes?.result?.payloads;
const questionsIn = (event: HistoryEvent) => event.activityTaskScheduledEventAttributes?.input?.payloads;

/** The latest such payload that Temporal keeps of it. */
async function sealedIn({ id }: TestIncident, of: typeof answersIn): Promise<Payload> {
  const kept = { namespace: 'default', execution: { workflowId: id } };
  const latest = async () => {
    const { history } = await client.workflowService.getWorkflowExecutionHistory(kept);
    return (history?.events ?? []).flatMap((event) => of(event) ?? []).at(-1) as Payload | undefined;
  };
  // The measure may be on its way before any other activity has answered.
  return until('such a payload in the history', latest, LONG_MS);
}

/** Less than a test may take: what does not come about is told as that. */
const LONG_MS = 40_000;

/** An incident whose measure is being applied, and goes on when it is released. */
async function containing() {
  let release = () => {};
  contained = new Promise((resolve) => {
    release = resolve;
  });
  const incident = await declare();
  const started = async () => (await incident.handle.describe()).raw.pendingActivities?.find(isApplying);
  await until('the measure is being applied', started, LONG_MS);
  return { incident, activityId: (await started())!.activityId!, release };
}

const answerWith = (workflowId: string, activityId: string, payload: Payload) =>
  client.workflowService.respondActivityTaskCompletedById({
    namespace: 'default',
    workflowId,
    activityId,
    result: { payloads: [payload] },
  });

/** What the first alarm about failing work says. */
async function failed(incident: TestIncident): Promise<string | undefined> {
  const failing = () => incident.alarms().filter(({ threshold }) => threshold.kind === 'failing');
  await until('an alarm about work that fails', () => failing().length > 0, LONG_MS);
  return failing()[0]!.detail;
}

/** All that the server keeps on disk, its write-ahead log too. */
const stored = () =>
  readdirSync(databaseFolder)
    .filter((name) => statSync(path.join(databaseFolder, name)).isFile())
    .map((name) => readFileSync(path.join(databaseFolder, name), 'latin1'))
    .join('');

describe('what the plain command shows of a sealed incident', () => {
  test('with the codec where it stands in words, without it no word; each timer and activity says what it is for', async () => {
    const incident = await declare();
    await incident.quiet();
    const asked = (verb: string, ...more: string[]) => command(verb, '-w', incident.id, ...more);
    const opened = async (verb: string, ...more: string[]) => {
      const { code, text } = await asked(verb, ...more, ...throughCodec(incident.id));
      expect(code).toBe(0);
      expect(text).not.toMatch(/binary\/encrypted|Encoded failure/);
      return text;
    };
    const details = (await opened('metadata')).split('Current Details:')[1]!;
    expect(details.indexOf('**Next (owner ')).toBeLessThan(details.indexOf('| What | Due (UTC) | State |'));
    expect(details).toMatch(/^1\. \*\*Containment\*\*, by \S+ \S+ UTC: .*`npx tocsin status INC-/m);
    // It is read at any time: what is true only when it is written is not in it.
    expect(details).not.toMatch(/\d (left|overdue)/);
    expect(await opened('describe')).toContain('Leaked deploy key');
    expect((await asked('describe')).text).not.toContain('Leaked deploy key');

    const shown = await opened('show', '--output', 'json');
    const { events } = JSON.parse(shown) as {
      events: Array<{ eventType: string; userMetadata?: { summary?: unknown } }>;
    };
    const named = events.filter(({ eventType }) =>
      /(TIMER_STARTED|ACTIVITY_TASK_SCHEDULED|START_CHILD_WORKFLOW_EXECUTION_INITIATED)$/.test(eventType),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ userMetadata }) => !userMetadata?.summary)).toEqual([]);
  }, 60_000);

  test('every command of the page does what it says', async () => {
    const page = readFileSync(path.join(packageRoot(), 'docs', 'temporal.md'), 'utf8');
    const block = /set as above:\n\n```sh\n(.*?)```/s.exec(page)![1]!;
    const incident = await declare();
    await incident.quiet();
    const answers: string[] = [];
    for (const line of block.trim().split('\n')) {
      const [, words] = /^temporal workflow (.*?)(?: {2,}#.*)?$/.exec(line)!;
      const { code, text } = await command(
        ...wordsOf(words!.replaceAll('INC-…', incident.id)),
        ...throughCodec(incident.id),
      );
      expect([line, code]).toEqual([line, 0]);
      answers.push(text);
    }
    expect(answers[0]).toContain(incident.id);
    for (const text of answers.slice(1, 5)) expect(text).toContain('Leaked deploy key');
    expect((await incident.state()).status).toBe('identified');
  }, 60_000);
});

describe('what the server keeps on disk', () => {
  test('holds no title, no text of a failure or refusal and no mail address, which clients read as before', async () => {
    failing = 'canary-of-a-failure for 198.51.100.77';
    const incident = await declare({ title: 'canary-of-a-title', owner: 'oncall@canary-of-an-owner.acme.dev' });
    const alarmed = () => incident.alarms().filter(({ threshold }) => threshold.kind === 'failing');
    const seen = async () => JSON.stringify((await incident.handle.describe()).raw.pendingActivities ?? []);
    const isSeen = async () => (await seen()).includes('Encoded failure') || alarmed().length > 0;
    await until('a failure whose text is sealed', isSeen, LONG_MS);
    const refused = await incident.handle
      .executeUpdate('status', { args: [{ status: 'canary-of-a-status', by: ONCALL }] })
      .catch((error) => error.cause.message);
    expect(refused).toMatch(/status/);
    expect(refused).not.toMatch('Encoded failure');
    // The Web UI shows what was sealed of a failure by asking the codec endpoint for it, which needs the session key.
    // Of the activities that wait now, one has failed; between two attempts none may.
    const sealed = async () =>
      ((await incident.handle.describe()).raw.pendingActivities ?? []).find(
        ({ lastFailure }) => lastFailure?.encodedAttributes,
      )?.lastFailure?.encodedAttributes ?? undefined;
    const sealedFailure = await until('the sealed text of a failure', sealed, LONG_MS);
    expect(Buffer.from(sealedFailure.data!).toString('latin1')).not.toContain('canary-of-a-failure');
    const opened = await fetch(`${temporal.gateway!.url}/codec/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${SESSION_KEY}` },
      body: JSON.stringify({ payloads: [asJson(sealedFailure as Payload)] }),
    });
    const { payloads } = (await opened.json()) as { payloads: { data: string }[] };
    expect(Buffer.from(payloads[0]!.data, 'base64').toString()).toContain('canary-of-a-failure for 198.51.100.77');
    failing = undefined;
    await incident.quiet();
    const kept = stored();
    expect(kept).toContain(incident.id);
    expect(kept).toContain('Encoded failure');
    for (const canary of [
      'canary-of-a-failure',
      '198.51.100.77',
      'canary-of-a-title',
      'canary-of-an-owner',
      'canary-of-a-status',
    ])
      expect([canary, kept.includes(canary)]).toEqual([canary, false]);
  }, 60_000);
});

/** A payload as it goes to a codec server: bytes in base64. */
function asJson({ metadata, data }: Payload) {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const entries = Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)]);
  return { metadata: Object.fromEntries(entries), data: base64(data!) };
}

const isApplying = ({ activityType, state }: { activityType?: { name?: string | null } | null; state?: unknown }) =>
  activityType?.name === 'applyMeasure' && state === 2;

describe('a page of another site', () => {
  const signal = (id: string) => `/api/v1/namespaces/default/workflows/${id}/signal/status`;
  const order = {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'content-type': 'text/plain' },
    body: '{}',
  };

  test('commands nothing by any port of 127.0.0.1, under any name', async () => {
    const { id } = await declare();
    const answers = [];
    for (const port of portsOf(temporal.server.pid!)) {
      for (const host of ['127.0.0.1', 'localhost', 'evil.example']) {
        const headers = { ...order.headers, host: `${host}:${port}` };
        const status = await statusOf(`http://127.0.0.1:${port}${signal(id)}`, headers, 'POST', '{}');
        if (status !== undefined) answers.push(status);
      }
    }
    // The HTTP API is there, and lets nobody in.
    expect(answers).toContain(403);
    expect(answers.filter((status) => status < 400)).toEqual([]);
  });

  test('gets past the gateway neither without the key nor, from another origin, with it', async () => {
    const { url } = temporal.gateway!;
    const to = (page: string, init: RequestInit = {}) => fetch(`${url}${page}`, { redirect: 'manual', ...init });
    expect((await to('/')).status).toBe(401);
    expect((await to('/?key=guess')).status).toBe(401);
    expect((await to('/codec/decode', { method: 'POST', body: '{"payloads":[]}' })).status).toBe(401);
    const authorization = `Bearer ${SESSION_KEY}`;
    expect((await to('/', { headers: { authorization, origin: 'https://evil.example' } })).status).toBe(403);
    expect(await statusOf(`${url}/`, { authorization, host: 'evil.example' })).toBe(421);

    const entered = await to(`/namespaces/default/workflows?query=a&key=${SESSION_KEY}`);
    expect(entered.status).toBe(303);
    expect(entered.headers.get('location')).toBe('/namespaces/default/workflows?query=a');
    const cookie = entered.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const page = await to('/namespaces/default/workflows', { headers: { cookie: cookie.split(';')[0]! } });
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch('<html');
    const list = await to('/api/v1/namespaces', { headers: { cookie: cookie.split(';')[0]! } });
    expect(list.status).toBe(200);
  });
});

/** The status of an answer; `undefined` where nothing answers in HTTP. With `host`, which `fetch` does not send. */
function statusOf(
  url: string,
  headers: Record<string, string>,
  method = 'GET',
  body = '',
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = request(url, { method, headers, timeout: 2_000 }, (answer) => resolve(answer.resume().statusCode));
    asked.on('error', () => resolve(undefined)).on('timeout', () => asked.destroy());
    asked.end(body);
  });
}

/** The ports on which a process listens, on any loopback address. */
function portsOf(pid: number): number[] {
  const lines = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return state === '0A' ? [Number.parseInt(local!.split(':')[1]!, 16)] : [];
  });
}
