// An incident driven by the plain `temporal` command alone, as any shell or tool would.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { TocsinClient } from '../../client/tocsin-client';
import type { IncidentView } from '../../domain/incident/contract';
import type { IncidentEvent } from '../../domain/incident/events';
import type { Explanation } from '../../domain/incident/explain';
import { policyRef } from '../../domain/policy/policy';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { afterFile, createTestDatabase, fromSetup } from '../setup/helpers';
import { connectTo, declaration, ONCALL, startDevServerWith, type TestIncident } from '../setup/workflow-harness';
import { tocsin } from '../unit/cli/helpers';

const run = promisify(execFile);
let address: string;
let server: Awaited<ReturnType<typeof connectTo>>;

beforeAll(async () => {
  ({ address } = await startDevServerWith({}));
  server = await connectTo(address);
}, 120_000);

interface Answer {
  code: number;
  out: string;
  text: string;
}

/** Runs `temporal workflow …`; never throws. */
async function temporal(...args: string[]): Promise<Answer> {
  const env = { ...process.env, TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' };
  try {
    const all = ['workflow', ...args, '--address', address, '--output', 'json'];
    const { stdout, stderr } = await run(fromSetup('TEMPORAL_CLI_PATH'), all, { env, maxBuffer: 1 << 26 });
    return { code: 0, out: stdout, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, text: stdout + stderr };
  }
}

async function start(id: string, over: Record<string, unknown> = {}): Promise<TestIncident> {
  const input = JSON.stringify({ declaration: { ...declaration(id, Date.now() - 60_000), ...over } });
  const answer = await temporal(
    'start',
    '--type',
    'incident',
    '--task-queue',
    'tocsin',
    '--workflow-id',
    id,
    '--input',
    input,
  );
  expect(answer).toMatchObject({ code: 0 });
  const incident = server.incident(id);
  await incident.quiet();
  return incident;
}

const signal = (id: string, name: string, ...input: string[]) =>
  temporal('signal', '--workflow-id', id, '--name', name, ...input.flatMap((text) => ['--input', text]));

async function query<T>(id: string, type: string): Promise<T> {
  const answer = await temporal('query', '--workflow-id', id, '--type', type);
  expect(answer).toMatchObject({ code: 0 });
  const { queryResult } = JSON.parse(answer.out) as { queryResult: T[] | T };
  return (Array.isArray(queryResult) && queryResult.length === 1 ? queryResult[0] : queryResult) as T;
}

test('start, signal, update, query: an incident without a policy takes the pack of its worker', async () => {
  const incident = await start('INC-CLI-1');
  const view = await query<IncidentView>(incident.id, 'state');
  expect(view.state.policy).toEqual(policyRef(server.world.policy));
  expect(view.state.status).toBe('declared');

  expect(await signal(incident.id, 'status', JSON.stringify({ status: 'contained', by: ONCALL }))).toMatchObject({
    code: 0,
  });
  await incident.quiet();
  expect((await incident.obligation('containment')).status).toBe('fulfilled');

  const message = JSON.stringify({ obligation: 'enterprise-notice', by: 'counsel@example.com' });
  const update = await temporal(
    'update',
    'execute',
    '--workflow-id',
    incident.id,
    '--name',
    'approve',
    '--input',
    message,
  );
  expect(update).toMatchObject({ code: 0 });
  expect(update.out).toContain('notice-approved');
  await incident.quiet();
  expect(incident.mails('enterprise-notice')).toHaveLength(3);

  const timeline = await query<IncidentEvent[]>(incident.id, 'timeline');
  // The command prints an empty list as null, so the whole events are not compared.
  const marks = (events: IncidentEvent[]) => events.map(({ seq, at, kind, by }) => ({ seq, at, kind, by }));
  expect(marks(timeline)).toEqual(marks(incident.register()));
  const explanations = await query<Explanation[]>(incident.id, 'explain');
  expect(explanations.find((e) => e.rule === 'enterprise-notice')).toMatchObject({
    applies: 'yes',
    citation: expect.stringContaining('Art. 33(2)'),
  });
  await incident.check();
}, 120_000);

test('malformed, duplicate and unknown: each is in the register, and the incident lives on', async () => {
  const incident = await start('INC-CLI-2');
  const duplicate = JSON.stringify({ text: 'Rotated by hand', by: ONCALL, commandId: 'shell-1' });
  for (const [name, ...input] of [
    ['status', JSON.stringify({ status: 'vanished', by: ONCALL })],
    ['status', JSON.stringify({ status: 'contained', by: ONCALL, colour: 'red' })],
    ['status', '"contained"'],
    ['status'],
    ['status', JSON.stringify({ status: 'contained', by: ONCALL }), '"a second argument"'],
    ['containd', '{}'],
    ['delivered', '{"obligation": 5}'],
    ['measure', duplicate],
    ['measure', duplicate],
  ] as [string, ...string[]][]) {
    expect(await signal(incident.id, name, ...input)).toMatchObject({ code: 0 });
  }
  // No JSON at all is refused by the command itself.
  expect(await signal(incident.id, 'status', '{not json')).not.toMatchObject({ code: 0 });
  await incident.quiet();

  const rejected = incident.entries('rejected');
  expect(rejected.map((entry) => entry.data.message)).toEqual([
    'status',
    'status',
    'status',
    'status',
    'containd',
    'delivered',
  ]);
  expect(rejected[1]!.data.problems).toEqual(['message: unknown field colour']);
  expect(rejected[0]!.by).toBe(ONCALL);
  expect(incident.entries('measure-recorded')).toHaveLength(1);
  expect((await incident.state()).status).toBe('contained');
  await incident.check();
}, 120_000);

test('a message that cannot even be decoded is rejected, and the incident lives on', async () => {
  const incident = await start('INC-CLI-7');
  for (const encoding of ['nonsense', 'binary/encrypted', 'json/protobuf']) {
    const poison = ['--name', 'measure', '--input', '{"text":"x","by":"y"}', '--input-meta', `encoding=${encoding}`];
    expect(await temporal('signal', '--workflow-id', incident.id, ...poison)).toMatchObject({ code: 0 });
  }
  await incident.quiet();
  expect(incident.entries('rejected').map((entry) => entry.data.message)).toEqual(['measure', 'measure', 'measure']);
  expect(incident.entries('measure-recorded')).toEqual([]);
  expect(await signal(incident.id, 'status', JSON.stringify({ status: 'contained', by: ONCALL }))).toMatchObject({
    code: 0,
  });
  await incident.quiet();
  expect((await incident.state()).status).toBe('contained');
  await incident.check();
}, 60_000);

test('an update with bad input is refused with all its problems, and leaves no entry', async () => {
  const incident = await start('INC-CLI-3');
  const before = incident.register().length;
  const bad = JSON.stringify({ obligation: 'enterprise-notice', reason: '', until: 'tomorrow' });
  const answer = await temporal('update', 'execute', '--workflow-id', incident.id, '--name', 'hold', '--input', bad);
  expect(answer.code).not.toBe(0);
  for (const field of ['by:', 'reason:', 'until:']) expect(answer.text).toContain(field);
  await incident.quiet();
  expect(incident.register()).toHaveLength(before);
}, 60_000);

test('a bad declaration fails clearly, with the list of its problems', async () => {
  const id = 'INC-CLI-4';
  const input = JSON.stringify({ declaration: { id, title: '', severity: 'high', detectedAt: 'yesterday' } });
  const common = ['--type', 'incident', '--task-queue', 'tocsin', '--workflow-id', id];
  const answer = await temporal('execute', ...common, '--input', input);
  expect(answer.code).not.toBe(0);
  for (const field of ['title', 'severity', 'detectedAt', 'kind', 'owner', 'affects'])
    expect(answer.text).toContain(`declaration.${field}`);
  expect(answer.text).toContain('The declaration is not valid');
  expect(server.world.register(id)).toEqual([]);
}, 60_000);

test('a start without any input fails clearly as well', async () => {
  const answer = await temporal(
    'execute',
    '--type',
    'incident',
    '--task-queue',
    'tocsin',
    '--workflow-id',
    'INC-CLI-5',
  );
  expect(answer.code).not.toBe(0);
  expect(answer.text).toContain('The declaration is not valid');
}, 60_000);

test('starting the same incident twice is one incident', async () => {
  const incident = await start('INC-CLI-6');
  const input = JSON.stringify({ declaration: declaration(incident.id, Date.now()) });
  const again = ['--type', 'incident', '--task-queue', 'tocsin', '--workflow-id', incident.id, '--input', input];
  await temporal('start', ...again);
  await incident.quiet();
  expect(incident.entries('declared')).toHaveLength(1);
  expect(await temporal('start', ...again, '--fail-existing')).not.toMatchObject({ code: 0 });
}, 60_000);

test('what the register holds of it folds to the state that the workflow answers, running and closed', async () => {
  const incident = await start('INC-CLI-DIFF');
  const database = await createTestDatabase();
  const pool = createPool(database.url);
  afterFile(() => pool.end());
  const client = new TocsinClient(server.client);
  const diff = () =>
    tocsin(['register', 'diff-state', incident.id], client, {
      DATABASE_URL: database.url,
      TOCSIN_DATA_DIR: '/nowhere',
    });
  await appendEntries(pool, incident.register());
  expect(await diff()).toMatchObject({ exitCode: 0, out: expect.stringContaining('agree') });

  expect(await signal(incident.id, 'measure', JSON.stringify({ text: 'Rotated by hand', by: ONCALL }))).toMatchObject({
    code: 0,
  });
  await incident.quiet();
  const behind = await diff();
  expect(behind).toMatchObject({ exitCode: 1, out: expect.stringContaining('/measures/0') });
  await appendEntries(pool, incident.register());
  expect(await diff()).toMatchObject({ exitCode: 0 });

  // A workflow that was ended still answers, as long as its history is there.
  await temporal('terminate', '--workflow-id', incident.id);
  expect(await diff()).toMatchObject({ exitCode: 0, out: expect.stringContaining('agree') });
  expect(await client.find(incident.id)).toMatchObject({ workflow: 'incident', open: false, status: 'TERMINATED' });
  expect(await client.find('INC-CLI-1')).toMatchObject({ workflow: 'incident', open: true });
  expect(await client.find('INC-NEVER')).toBeUndefined();
}, 120_000);
