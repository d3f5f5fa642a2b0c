/** An audit log is altered: Tocsin finds it, declares an incident, and runs it up to where a person must decide. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readAuditLines } from '../../detection/audit/read';
import { verifyAuditLog } from '../../detection/audit/verify';
import { readIncidentEvents } from '../../register/read-incident';
import { verifyRegister } from '../../register/verify';
import { aLog, bytesOf } from '../detection/audit/helpers';
import { peopleClose } from '../faults/people';
import { AUDIENCE, of, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';

let world: RealWorld;
let worker: WorkerChild;
let file: string;
const log = aLog(40);

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  file = path.join(world.dir, 'platform.jsonl');
  writeFileSync(file, bytesOf(log.slice(0, 20)));
  worker = await world.startWorker({
    env: { TOCSIN_AUDIT_LOGS: `platform=${file},db`, TOCSIN_AUDIT_EVERY: 'PT2S' },
  });
}, 120_000);

const headOf = async (name: string) => {
  const sql = 'SELECT seq FROM tocsin.audit_heads WHERE log = $1 ORDER BY id DESC LIMIT 1';
  const { rows } = await world.pool.query<{ seq: string }>(sql, [name]);
  return rows[0] && Number(rows[0].seq);
};
const seen = () => worker.output().slice(-2_000);
const detections = async () => {
  const { rows } = await world.pool.query<{ payload: Buffer; case_id: string; state: string }>(
    `SELECT payload, case_id, state FROM tocsin.inbox WHERE source = 'audit-log' ORDER BY id`,
  );
  return rows;
};

test('a sound log that grows raises nothing; its heads are noted', async () => {
  await until('the first round', async () => (await headOf('platform')) === 20, 60_000, seen);
  writeFileSync(file, bytesOf(log.slice(0, 30)));
  await until('a later round', async () => (await headOf('platform')) === 30, 60_000, seen);
  expect(await detections()).toEqual([]);
}, 150_000);

let incidentId: string;

test('a deleted entry becomes an incident without a human command, and the register says why', async () => {
  writeFileSync(file, bytesOf([...log.slice(0, 32), ...log.slice(33)]));
  const [detected] = await until(
    'the detection is handed to its case',
    async () => {
      const rows = await detections();
      return rows[0]?.case_id ? rows : undefined;
    },
    60_000,
    seen,
  );
  expect(JSON.parse(detected!.payload.toString('utf8'))).toMatchObject({
    type: 'audit.damaged',
    systems: ['platform'],
    facts: { log: 'platform', line: 33, kind: 'deletion', entries: 32 },
  });
  incidentId = detected!.case_id.replace(/^TRG-/, 'INC-');
  const events = await until(
    'the incident stands in the register with its obligations',
    async () => {
      const entries = await readIncidentEvents(world.pool, incidentId).catch(() => []);
      return of(entries, 'obligation-armed').length >= 5 ? entries : undefined;
    },
    60_000,
    seen,
  );
  expect(of(events, 'declared')[0]!.data.declaration).toMatchObject({ severity: 'sev1', kind: 'audit-log-damage' });
  expect(events.filter(({ by }) => by !== 'tocsin')).toEqual([]);
  expect((await readIncidentEvents(world.pool, detected!.case_id)).filter(({ by }) => by !== 'tocsin')).toEqual([]);
  expect(await verifyRegister(world.pool, { incidentId: detected!.case_id })).toMatchObject({ ok: true });
}, 150_000);

test('the rounds that find the same damage again change nothing', async () => {
  const rounds = await until('three more rounds', async () => {
    const done = await world.temporal.workflow.count('WorkflowType = "auditWatch" AND ExecutionStatus = "Completed"');
    return done.count >= 5 ? done.count : undefined;
  });
  expect(rounds).toBeGreaterThanOrEqual(5);
  expect(await detections()).toHaveLength(1);
}, 90_000);

test('people assess, approve and review; the incident is sound to its end', async () => {
  const stored = wholeBreach.dataSets![1]!;
  const assessment = { ...wholeBreach, dataSets: [stored] };
  await world.client.send(incidentId, 'assess', { by: 'oncall', commandId: 'assess-1', assessment } as never);
  await peopleClose(world, incidentId, 120_000);
  await world.expectSound(incidentId, { 'enterprise-notice': AUDIENCE['enterprise-notice']! });
}, 180_000);

test("what people did stands in Tocsin's own audit log, each action once; so does the configuration", async () => {
  const events = await readIncidentEvents(world.pool, incidentId);
  const theirs = events.filter(({ by }) => by !== 'tocsin').map(({ seq, kind, by }) => `${by} ${kind} ${seq}`);
  const lines: Buffer[] = [];
  for await (const chunk of readAuditLines(world.pool)) lines.push(chunk);
  expect(await verifyAuditLog(lines, { canonical: true })).toMatchObject({ ok: true });
  const entries = Buffer.concat(lines)
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { actor: string; action: string; target: string; data: { entry: number } });
  const actions = entries.filter(({ target }) => target === incidentId);
  expect(actions.map(({ actor, action, data }) => `${actor} ${action} ${data.entry}`).sort()).toEqual(theirs.sort());
  const configuration = entries.filter(({ action }) => action === 'configuration.changed').map(({ target }) => target);
  expect(configuration.sort()).toEqual(['detection rules platform-detections', 'policy', 'settings']);
  expect(readFileSync(file, 'utf8')).not.toBe(''); // the watched log itself is left as it is
}, 60_000);
