// The API on a running incident: declare, act, ask, with tokens of a real issuer; and each example as it stands.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import { transformSync } from 'esbuild';
import { TocsinClient } from '../../client/tocsin-client';
import { openTriage } from '../../detection/intake/inbox/open-triage';
import { judge } from '../../domain/detection/judgement';
import { packageRoot } from '../../platform/package-root';
import { refusalOf } from '../../server/api/failures';
import { temporaryDir } from '../setup/helpers';
import { type SealedServer, startSealedServer } from '../setup/sealed-server';
import { until } from '../setup/until';
import { TestIncident } from '../setup/workflow-harness';
import { detection, RULES } from '../unit/domain/helpers/detections';

const run = promisify(execFile);
let server: SealedServer;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  server = await startSealedServer();
  for (const role of ['owner', 'responder', 'auditor', 'service']) tokens[role] = await server.issuer.token(role);
  tokens.ann = await server.issuer.signed({ roles: ['owner'] });
}, 120_000);

const DECLARATION = JSON.parse(readFileSync('examples/api/incident.json', 'utf8'));

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it answers
  json: any;
}

async function ask(as: string, route: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${server.url}${route}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${tokens[as]}`, ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, json: text ? JSON.parse(text) : undefined };
}

const key = (value: string) => ({ 'idempotency-key': value });

test('declare, act and ask; entries name who the token names', async () => {
  const declared = await ask('ann', '/v1/incidents', DECLARATION, key('one'));
  const { id } = declared.json;
  expect([declared.status, declared.json.created, declared.headers.get('location')]).toEqual([
    201,
    true,
    `/v1/incidents/${id}`,
  ]);
  const incident = new TestIncident(id, server.client.workflow.getHandle(id), server.world);
  await incident.quiet();

  const said = await ask('service', `/v1/incidents/${id}/status`, { status: 'identified' }, key('two'));
  expect([said.status, said.json.events]).toEqual([200, [expect.objectContaining({ kind: 'status-changed' })]]);
  // The same again is the same receipt; the same key of another sender is another message.
  expect((await ask('service', `/v1/incidents/${id}/status`, { status: 'identified' }, key('two'))).json).toEqual(
    said.json,
  );
  await ask('responder', `/v1/incidents/${id}/status`, { status: 'contained' }, key('two'));
  // Other content under a used key is an error, and nothing of it is done; also when the answer is not waited for.
  const other = await ask('service', `/v1/incidents/${id}/status`, { status: 'resolved' }, key('two'));
  expect([other.status, other.json.type]).toEqual([422, 'urn:tocsin:problem:key-used']);
  const unheard = { ...key('two'), prefer: 'respond-async' };
  expect((await ask('service', `/v1/incidents/${id}/status`, { status: 'resolved' }, unheard)).status).toBe(202);
  await incident.quiet();
  const changes = incident.entries('status-changed').map(({ by, data }) => [by, data.status]);
  expect(changes).toEqual([
    ['tool-service', 'identified'],
    ['tool-responder', 'contained'],
  ]);
  expect(incident.entries('declared')[0]).toMatchObject({ by: 'ann@acme.dev' });

  const stands = await ask('auditor', `/v1/incidents/${id}`);
  expect([stands.status, stands.json]).toEqual([200, expect.objectContaining({ id, kind: 'incident' })]);
  expect(stands.json.state).toMatchObject({ title: DECLARATION.title, status: 'contained' });
  expect((await ask('auditor', `/v1/incidents/${id}/timeline`)).json.items.length).toBeGreaterThan(2);
  expect((await ask('auditor', `/v1/incidents/${id}/explain`)).json.items.length).toBeGreaterThan(2);
});

test('an incident lists its detections; a merge of a closed case is undone, and refused where it cannot be', async () => {
  const incident = (await ask('ann', '/v1/incidents', DECLARATION, key('listing'))).json.id;
  const found = detection({ at: new Date().toISOString(), indicators: [] });
  const judgement = judge(found, RULES.rules);
  if (judgement.action === 'ignore') throw new Error('a rule ignores it');
  const { caseId } = await openTriage(new TocsinClient(server.client), found, judgement, RULES);
  const at = `/v1/triage-cases/${caseId}`;
  const triage = async (status: string) =>
    until(`the case is ${status}`, async () => (await ask('auditor', at)).json.state?.status === status);
  const listed = async () => (await ask('auditor', `/v1/incidents/${incident}`)).json.state.detections;
  await triage('waiting');

  expect((await ask('auditor', `${at}/unmerge`, { reason: 'x' })).status).toBe(403);
  expect((await ask('responder', `${at}/merge`, { into: 'INC-NOWHERE' })).status).toBe(409);
  expect((await ask('responder', `${at}/merge`, { into: incident })).status).toBe(200);
  await triage('merged');
  expect(await listed()).toMatchObject([{ caseId, how: 'merged', source: 'monitoring', by: 'tool-responder' }]);
  await until('it is closed', async () => (await ask('auditor', `${at}/standing`)).json.standing === 'closed');

  const undo = { reason: 'another actor' };
  const other = await ask('responder', `${at}/unmerge`, { ...undo, from: 'INC-NOWHERE' });
  expect([other.status, other.json.errors]).toEqual([
    409,
    [{ field: 'from', problem: expect.stringMatching(/not in INC-NOWHERE, but in/) }],
  ]);
  const undone = await ask('responder', `${at}/unmerge`, undo, key('undo'));
  expect([undone.status, undone.json.note]).toEqual([200, expect.stringContaining('takes nothing back by itself')]);
  await triage('waiting');
  // The same again is the same receipt.
  expect((await ask('responder', `${at}/unmerge`, undo, key('undo'))).json.repeated ?? true).toBe(true);
  expect(await listed()).toMatchObject([{ caseId, left: { by: 'tool-responder', reason: 'another actor' } }]);
}, 120_000);

test('the same declaration under one key is one incident; other words under it are told, and change nothing', async () => {
  const [one, two] = await Promise.all([1, 2].map(() => ask('ann', '/v1/incidents', DECLARATION, key('three'))));
  expect([one!.json.id, [one!.status, two!.status].sort()]).toEqual([two!.json.id, [200, 201]]);
  const other = await ask('ann', '/v1/incidents', { ...DECLARATION, title: 'Something else' }, key('three'));
  expect([other.status, other.json.errors]).toEqual([
    422,
    [{ field: 'title', problem: 'differs from what was declared' }],
  ]);
  const mine = await ask('service', '/v1/incidents', DECLARATION, key('three'));
  expect([mine.status, mine.json.id === one!.json.id]).toEqual([201, false]);
  const own = await ask('ann', '/v1/incidents', { ...DECLARATION, id: one!.json.id });
  expect([own.status, own.json.errors[0].field]).toEqual([422, 'id']);
  await ask('ann', '/v1/incidents', { ...DECLARATION, id: 'INC-CHOSEN' });
  const taken = await ask('service', '/v1/incidents', { ...DECLARATION, id: 'INC-CHOSEN' });
  expect([taken.status, taken.json.errors]).toEqual([
    409,
    [{ field: 'declaredBy', problem: 'differs from what was declared' }],
  ]);
});

test('an ETag spares the state to whoever has it, and tells nothing to whoever may not see it', async () => {
  const { id } = (await ask('ann', '/v1/incidents', DECLARATION)).json;
  await new TestIncident(id, server.client.workflow.getHandle(id), server.world).quiet();
  const first = await ask('auditor', `/v1/incidents/${id}`);
  const etag = first.headers.get('etag')!;
  expect(first.headers.get('cache-control')).toBe('no-store');
  const again = await ask('auditor', `/v1/incidents/${id}`, undefined, { 'if-none-match': etag });
  expect([again.status, again.json]).toEqual([304, undefined]);
  tokens.nobody ??= await server.issuer.token('nobody');
  const refused = await ask('nobody', `/v1/incidents/${id}`, undefined, { 'if-none-match': etag });
  expect([refused.status, refused.headers.get('etag')]).toEqual([403, null]);
  await ask('ann', `/v1/incidents/${id}/status`, { status: 'investigating' });
  const changed = await ask('auditor', `/v1/incidents/${id}`, undefined, { 'if-none-match': etag });
  expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
});

test('what the case refuses is told with its field; what runs under another id is no incident', async () => {
  const { id } = (await ask('ann', '/v1/incidents', DECLARATION)).json;
  const refused = await ask('ann', `/v1/incidents/${id}/approve`, { obligation: 'no-such-notice' });
  expect([refused.status, refused.json.type, refused.json.errors[0].field]).toEqual([
    409,
    'urn:tocsin:problem:refused',
    'obligation',
  ]);
  await server.client.workflow.start('audit-watch', { taskQueue: 'nobody', workflowId: 'not-a-case', args: [] });
  for (const route of ['/v1/incidents/not-a-case', '/v1/incidents/INC-none'])
    expect([route, (await ask('ann', route)).status]).toEqual([route, 404]);
  expect((await ask('ann', '/v1/incidents/not-a-case/status', { status: 'contained' })).status).toBe(404);
});

test('one that has stopped says so, whichever message is sent to it', async () => {
  const { id } = (await ask('ann', '/v1/incidents', DECLARATION)).json;
  await new TestIncident(id, server.client.workflow.getHandle(id), server.world).quiet();
  await server.client.workflow.getHandle(id).terminate('by mistake');
  for (const [name, body] of [
    ['measure', { text: 'All sessions ended' }],
    ['follow-up', { text: 'The authority asked back' }],
    ['reopen', { reason: 'The key was used again' }],
  ] as const) {
    const answer = await ask('ann', `/v1/incidents/${id}/${name}`, body);
    expect([name, answer.status, answer.json.detail]).toEqual([
      name,
      409,
      expect.stringMatching(/is open but has stopped: its workflow (was terminated|failed)/),
    ]);
  }
});

test('in a namespace that Temporal has not nothing is said of any case', async () => {
  const { connection } = server.client;
  const nowhere = new TocsinClient(new Client({ connection, namespace: 'nowhere' }));
  for (const call of [() => nowhere.find('INC-1'), () => nowhere.list(), () => nowhere.stands('INC-1')])
    expect(refusalOf(await call().catch((error: unknown) => error))).toMatchObject({
      kind: 'not-done',
      detail: expect.stringContaining('Temporal has no namespace "nowhere"'),
    });
});

test('the list has each incident once over its pages', async () => {
  const ids = new Set<string>();
  await until('visibility', async () => {
    ids.clear();
    let next = '';
    do {
      const { json } = await ask('auditor', `/v1/incidents?limit=2${next && `&cursor=${next}`}`);
      for (const { id } of json.items) {
        expect(ids.has(id)).toBe(false);
        ids.add(id);
      }
      next = json.next ?? '';
    } while (next);
    return ids.size >= 5;
  });
});

const has = (tool: string) => {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

test.each(
  [
    ['sh', 'examples/api/declare.sh'],
    [process.execPath, 'examples/api/declare.ts'],
    ['python3', 'examples/api/declare.py'],
    ['go', 'examples/api/declare.go'],
  ].filter(([tool]) => has(tool!)),
)(
  '%s %s declares, says how it stands and reads it back; twice is once',
  async (tool, example) => {
    let file = path.join(packageRoot(), example);
    if (example.endsWith('.ts')) {
      const { code } = transformSync(readFileSync(file, 'utf8'), { loader: 'ts', format: 'cjs' });
      file = path.join(temporaryDir(), 'declare.cjs');
      writeFileSync(file, code);
    }
    const env = { ...process.env, TOCSIN_URL: server.url, TOCSIN_TOKEN: tokens.service };
    const args = [...(tool === 'go' ? ['run'] : []), file, `finding-${path.extname(example).slice(1)}`];
    const outputs: string[] = [];
    for (const _ of [1, 2]) outputs.push((await run(tool, args, { env, cwd: packageRoot() })).stdout);
    for (const stdout of outputs) {
      expect(stdout).toContain('identified');
      expect(stdout).toContain(DECLARATION.title);
    }
    const idsIn = (stdout: string) => [...new Set(stdout.match(/INC-[0-9a-f]{16}/g))];
    expect(idsIn(outputs[0]!)).toHaveLength(1);
    expect(idsIn(outputs[1]!)).toEqual(idsIn(outputs[0]!));
  },
  240_000,
);
