import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { SealingCodec } from '../../client/codec';
import { TocsinClient } from '../../client/tocsin-client';
import { openTriage } from '../../detection/intake/inbox/open-triage';
import { triageCaseId } from '../../detection/intake/inbox/triage-case-id';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import { TRIAGE_WORKFLOW } from '../../domain/triage/state';
import { findings } from '../../domain/watch/finding';
import type { RegisteredCase } from '../../domain/watch/registered-case';
import type { SealedTemporal } from '../../stack/sealed-temporal';
import { TemporalEye } from '../../watchdog/temporal-eye';
import type { FakeWorld } from '../setup/fake-world';
import { startSealedWorld } from '../setup/sealed-world';
import { declaration, ONCALL, TestIncident } from '../setup/workflow-harness';
import { detection, judged, RULES } from '../unit/domain/helpers/detections';

let temporal: SealedTemporal;
let client: Client;
let world: FakeWorld;
/** Answers to containment wait for this. */
let contained: Promise<void> = Promise.resolve();
/** The audit watch waits for this. */
let audited: Promise<void> = Promise.resolve();
/** What containment fails with, while it does. */
let failing: string | undefined;

beforeAll(async () => {
  ({ temporal, client, world } = await startSealedWorld((usual) => ({
    auditLogs: async () => {
      await audited;
      return [];
    },
    applyMeasure: async (input) => {
      if (failing) throw new Error(failing);
      await contained;
      return usual.applyMeasure(input);
    },
  })));
}, 120_000);

let nth = 0;
/** An incident whose declaration was sealed an hour ago, as by a clock that is wrong: it begins all the same. */
async function declare(over = {}): Promise<TestIncident> {
  const id = `INC-REPLAYED-${++nth}`;
  const given = {
    declaration: declaration(id, Date.now(), { serviceAffecting: false, ...over }),
    policy: world.policy,
  };
  await startRaw(id, INCIDENT_WORKFLOW, [await sealedLongAgo(id, given)]);
  const incident = new TestIncident(id, client.workflow.getHandle(id), world);
  await until(async () => (await incident.view())?.state);
  return incident;
}

/** Signals with these payloads as they are, as whoever reaches the server can. */
const signalRaw = (id: string, payloads: Payload[], signalName = 'status') =>
  client.workflowService.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: id },
    signalName,
    input: { payloads },
  });

const codec = () => new SealingCodec(temporal.encryptionKeys!);
const sealFor = async (workflowId: string, value: unknown): Promise<Payload> => {
  const plain = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(JSON.stringify(value)) };
  return (await codec().encode([plain], { type: 'workflow', namespace: 'default', workflowId }))[0]!;
};

/** The same, as it was sealed an hour ago. */
async function sealedLongAgo(workflowId: string, value: unknown): Promise<Payload> {
  const now = Date.now();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(now - 3_600_000);
  try {
    return await sealFor(workflowId, value);
  } finally {
    clock.mockRestore();
  }
}

async function history(workflowId: string, runId?: string) {
  const { history: found } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: 'default',
    execution: { workflowId, ...(runId && { runId }) },
  });
  return found!.events!;
}

async function until<T>(look: () => Promise<T | undefined | false>, ms = 20_000): Promise<T | undefined> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return undefined;
}

/** Starts as whoever reaches the server can. */
const startRaw = (workflowId: string, type: string, payloads: Payload[], queue = TASK_QUEUE) =>
  client.workflowService.startWorkflowExecution({
    namespace: 'default',
    workflowId,
    workflowType: { name: type },
    taskQueue: { name: queue },
    input: { payloads },
    requestId: `${workflowId} ${Math.random()}`,
  });

/** Takes the workflow task of a workflow on a queue of one's own, and answers it with commands. No key is needed. */
async function answerTask(queue: string, commands: object[]) {
  const task = await client.withDeadline(Date.now() + 20_000, () =>
    client.workflowService.pollWorkflowTaskQueue({
      namespace: 'default',
      taskQueue: { name: queue },
      identity: 'mallory',
    }),
  );
  await client.workflowService.respondWorkflowTaskCompleted({
    namespace: 'default',
    taskToken: task.taskToken!,
    commands: commands as never,
    identity: 'mallory',
  });
}

const block = 'block-source 203.0.113.9';
const applied = (id: string) =>
  world.attempts.filter(
    ({ activity, input }) => activity === 'applyMeasure' && (input as { incidentId: string }).incidentId === id,
  ).length;

/** Whether the latest run under an id has ended, of which nothing comes any more. */
const isOver = async (id: string) => (await client.workflow.getHandle(id).describe()).status.name !== 'RUNNING';

/** Whether the latest run under an id asked for a measure, done or not. */
const asksForMeasures = async (id: string) =>
  (await history(id)).some(({ activityTaskScheduledEventAttributes: a }) => a?.activityType?.name === 'applyMeasure');

/** An incident whose measures were taken back by a person. */
async function undone() {
  const incident = await declare();
  await incident.quiet();
  await client.workflow.getHandle(incident.id).signal('contain', { undo: block, by: ONCALL });
  await until(async () => world.rules.get(`${incident.id} ${block}`)?.undone);
  await incident.quiet();
  expect(world.rules.get(`${incident.id} ${block}`)?.undone).toBe(true);
  return incident;
}

test('a start that was seen in the store is not begun again, and the measures of an incident with it', async () => {
  const incident = await undone();
  const before = applied(incident.id);
  const recorded = await history(incident.id);
  const input = recorded[0]!.workflowExecutionStartedEventAttributes!.input!.payloads! as Payload[];
  await incident.handle.terminate('somebody');
  await startRaw(incident.id, INCIDENT_WORKFLOW, input);
  expect(await until(() => isOver(incident.id), 15_000)).toBe(true);
  expect(await asksForMeasures(incident.id)).toBe(false);
  expect([applied(incident.id), world.rules.get(`${incident.id} ${block}`)?.undone]).toEqual([before, true]);
}, 60_000);

test('a message of a person counts once, also in a run that was begun again with the input of the first', async () => {
  const incident = await declare({ maliciousSources: [], credentials: [] });
  await incident.quiet();
  const source = '198.51.100.23';
  const key = `block-source ${source}`;
  await client.workflow
    .getHandle(incident.id)
    .signal('contain', { measure: { action: 'block-source', source }, by: ONCALL });
  await until(async () => world.rules.get(`${incident.id} ${key}`));
  await incident.quiet();
  await client.workflow.getHandle(incident.id).signal('contain', { undo: key, by: ONCALL });
  await until(async () => world.rules.get(`${incident.id} ${key}`)?.undone);
  await incident.quiet();
  const before = applied(incident.id);
  const recorded = await history(incident.id);
  const input = recorded[0]!.workflowExecutionStartedEventAttributes!.input!.payloads! as Payload[];
  const said = recorded.find(({ workflowExecutionSignaledEventAttributes: s }) => s?.signalName === 'contain')!;
  await incident.handle.terminate('somebody');
  await startRaw(incident.id, INCIDENT_WORKFLOW, input);
  await signalRaw(incident.id, said.workflowExecutionSignaledEventAttributes!.input!.payloads as Payload[], 'contain');
  expect(await until(() => isOver(incident.id), 15_000)).toBe(true);
  expect(await asksForMeasures(incident.id)).toBe(false);
  expect([applied(incident.id), world.rules.get(`${incident.id} ${key}`)?.undone]).toEqual([before, true]);
}, 60_000);

test('an activity is done for a workflow of the workers alone: what one asked for is not done again for whoever asks', async () => {
  const incident = await undone();
  const before = applied(incident.id);
  const recorded = await history(incident.id);
  const asked = recorded.find(
    ({ activityTaskScheduledEventAttributes: a }) => a?.activityType?.name === 'applyMeasure',
  )!;
  await incident.handle.terminate('somebody');
  await startRaw(incident.id, 'mine', [], 'mallory');
  await answerTask('mallory', [
    {
      commandType: 1,
      scheduleActivityTaskCommandAttributes: {
        activityId: '1',
        activityType: { name: 'applyMeasure' },
        taskQueue: { name: TASK_QUEUE },
        input: asked.activityTaskScheduledEventAttributes!.input,
        scheduleToCloseTimeout: { seconds: 60 },
        startToCloseTimeout: { seconds: 60 },
      },
    },
  ]);
  const refused = async () =>
    (await history(incident.id)).find(({ activityTaskFailedEventAttributes: a }) => a)
      ?.activityTaskFailedEventAttributes;
  expect((await until(refused, 15_000))?.failure?.applicationFailureInfo?.type).toBe('NotAsked');
  expect([applied(incident.id), world.rules.get(`${incident.id} ${block}`)?.undone]).toEqual([before, true]);
}, 60_000);

test('what a run handed over once is not taken over again from a run that nobody with keys made', async () => {
  const incident = await declare();
  await incident.quiet();
  // Stands for the input of a continued run, as Temporal keeps it.
  const { state } = await incident.view();
  const handed = await sealedLongAgo(incident.id, {
    policy: world.policy,
    carried: { state, backlog: [], caused: [], recent: [] },
  });
  await client.workflow.getHandle(incident.id).signal('contain', { undo: block, by: ONCALL });
  await until(async () => world.rules.get(`${incident.id} ${block}`)?.undone);
  await client.workflow.getHandle(incident.id).signal('status', { status: 'identified', by: ONCALL });
  await incident.quiet();
  await incident.handle.terminate('somebody');
  await startRaw(incident.id, 'mine', [], 'mallory2');
  await answerTask('mallory2', [
    {
      commandType: 10,
      continueAsNewWorkflowExecutionCommandAttributes: {
        workflowType: { name: INCIDENT_WORKFLOW },
        taskQueue: { name: TASK_QUEUE },
        input: { payloads: [handed] },
        workflowRunTimeout: { seconds: 0 },
        workflowTaskTimeout: { seconds: 10 },
      },
    },
  ]);
  expect(await until(() => isOver(incident.id), 15_000)).toBe(true);
  const believed = await incident.view().then(
    (view) => view?.state,
    () => undefined,
  );
  expect(believed && { status: believed.status, contained: believed.containment[block]?.state }).toBeUndefined();
}, 60_000);

test('what a delivery says of a problem counts once', async () => {
  const incident = await declare();
  await incident.quiet();
  const said = await sealFor(incident.id, {
    obligation: 'enterprise-notice',
    problem: 'Nobody knows whether this batch was accepted',
    undecided: true,
  });
  for (let times = 0; times < 3; times++) await signalRaw(incident.id, [said], 'delivery-problem');
  await incident.quiet();
  expect(incident.alarms().filter(({ threshold }) => threshold.kind === 'undecided')).toHaveLength(1);
}, 60_000);

test('a start that nobody sealed keeps no detection from opening its case', async () => {
  const given = detection({ at: new Date().toISOString(), source: 'attacked' });
  const judgement = judged(given);
  const id = triageCaseId(judgement, given.at);
  await startRaw(id, TRIAGE_WORKFLOW, []);
  await client.workflow
    .getHandle(id)
    .result()
    .catch(() => undefined);
  const opened = await openTriage(new TocsinClient(client), given, judgement, RULES).catch((error) => String(error));
  await until(async () => world.register(id).length > 0, 10_000);
  expect([opened, world.register(id).length > 0]).toEqual([expect.objectContaining({ late: false }), true]);
}, 60_000);

test('an incident that is declared from a case begins, whatever ended under its id before', async () => {
  const given = detection({ at: new Date().toISOString(), source: 'attacked-2' });
  const judgement = judged(given);
  const { caseId } = await openTriage(new TocsinClient(client), given, judgement, RULES);
  await until(async () => world.register(caseId).length > 0);
  const incidentId = caseId.replace('TRG-', 'INC-');
  await startRaw(incidentId, INCIDENT_WORKFLOW, []);
  await client.workflow
    .getHandle(incidentId)
    .result()
    .catch(() => undefined);
  await client.workflow.getHandle(caseId).executeUpdate('declare', { args: [{ by: 'anna' }] });
  await until(async () => world.register(caseId).some(({ kind }) => (kind as string) === 'incident-started'), 15_000);
  await until(async () => world.register(incidentId).length > 0, 5_000);
  const says = world.register(caseId).map(({ kind }) => kind as string);
  expect({ started: says.includes('incident-started'), isThere: world.register(incidentId).length > 0 }).toEqual({
    started: true,
    isThere: true,
  });
}, 60_000);

test('an incident whose workflow was ended stays in the list, whatever was started under its id since', async () => {
  const incident = await declare();
  await incident.quiet();
  await incident.handle.terminate('somebody');
  await startRaw(incident.id, INCIDENT_WORKFLOW, []);
  await client.workflow
    .getHandle(incident.id)
    .result()
    .catch(() => undefined);
  const tocsin = new TocsinClient(client);
  const found = await until(async () => (await tocsin.list()).find(({ id }) => id === incident.id), 10_000);
  expect([found?.stopped?.how, await tocsin.stands(incident.id)]).not.toEqual([undefined, 'never opened']);
}, 60_000);

test('nor by a workflow of another type that ran to its end under its id', async () => {
  const incident = await declare();
  await incident.quiet();
  await incident.handle.terminate('somebody');
  const tocsin = new TocsinClient(client);
  const how = async () =>
    (await until(async () => {
      const stands = await tocsin.stands(incident.id);
      return typeof stands === 'object' && stands;
    }, 10_000)) as { how: string } | undefined;
  // An escalation to which no alarm comes ends by itself.
  await client.workflow.start('escalation', {
    taskQueue: TASK_QUEUE,
    workflowId: incident.id,
    args: [{ caseId: incident.id }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
  expect(await how()).toMatchObject({ how: 'terminated' });
  await client.workflow.getHandle(incident.id).result();
  expect(await how()).toMatchObject({ how: 'terminated' });
  const found = await until(async () => (await tocsin.list()).find(({ id }) => id === incident.id), 10_000);
  expect(found).toMatchObject({ open: true, stopped: { how: 'terminated' } });
}, 120_000);

test('the watch of audit logs does not end by a failure that nobody of the workers gave', async () => {
  let release = () => {};
  audited = new Promise((resolve) => {
    release = resolve;
  });
  const handle = await client.workflow.start('auditWatch', {
    taskQueue: TASK_QUEUE,
    workflowId: 'audit-held',
    args: [{}],
  });
  const { activityId } = (await until(async () =>
    (await handle.describe()).raw.pendingActivities?.find(({ state }) => state === 2),
  ))!;
  await client.workflowService.respondActivityTaskFailedById({
    namespace: 'default',
    workflowId: 'audit-held',
    activityId: activityId!,
    failure: { message: 'forged', applicationFailureInfo: { type: 'Forged', nonRetryable: true } },
  });
  release();
  const ended = await handle.result().catch((error) => `${error.cause?.message}: ${error.cause?.cause?.message}`);
  expect(ended).not.toMatch(/forged/);
}, 60_000);

test('the text of a failure is that of the worker', async () => {
  let release = () => {};
  contained = new Promise((resolve) => {
    release = resolve;
  });
  failing = 'the provider is away';
  const incident = await declare({ maliciousSources: [] });
  const pending = async () =>
    (await incident.handle.describe()).raw.pendingActivities?.find(
      ({ activityType }) => activityType?.name === 'applyMeasure',
    );
  const once = (await until(async () => {
    const p = await pending();
    return p?.lastFailure ? p : undefined;
  }))!;
  failing = undefined;
  const details = once.lastFailure!.applicationFailureInfo!.details!;
  for (let attempt = 2; attempt <= 4; attempt++) {
    const p = await until(async () => {
      const p = await pending();
      return p?.state === 2 && p.attempt === attempt ? p : undefined;
    });
    if (!p) break;
    await client.workflowService.respondActivityTaskFailedById({
      namespace: 'default',
      workflowId: incident.id,
      activityId: p.activityId!,
      failure: {
        message: 'forged: the data was published at evil.example',
        applicationFailureInfo: { type: once.lastFailure!.applicationFailureInfo!.type!, nonRetryable: false, details },
      },
    });
  }
  const alarm = await until(async () => incident.alarms().find(({ threshold }) => threshold.kind === 'failing'));
  release();
  expect(alarm?.detail).not.toMatch('evil.example');
}, 60_000);

test('one workflow of somebody without keys does not keep the list from anybody', async () => {
  const incident = await declare();
  await incident.quiet();
  await client.workflowService.startWorkflowExecution({
    namespace: 'default',
    workflowId: 'INC-OF-NOBODY',
    workflowType: { name: INCIDENT_WORKFLOW },
    taskQueue: { name: 'nowhere' },
    requestId: 'list',
    memo: { fields: { title: { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"forged"') } } },
  });
  const tocsin = new TocsinClient(client);
  const listed = await until(async () => {
    const found = await tocsin.list().catch((error) => `the list fails: ${error}`);
    return (typeof found === 'string' || found.some(({ id }) => id === 'INC-OF-NOBODY')) && [found];
  });
  expect(listed?.map((each) => (typeof each === 'string' ? each : each.map(({ id }) => id)))).toEqual([
    expect.arrayContaining([incident.id]),
  ]);
}, 60_000);

test('the same, with a start that nobody sealed', async () => {
  const incident = await declare();
  await incident.quiet();
  await startRaw(`${incident.id}/enterprise-notice/1`, 'delivery', []);
  await client.workflow.getHandle(incident.id).signal('approve', { obligation: 'enterprise-notice', by: ONCALL });
  await until(async () => incident.mails('enterprise-notice').length > 0, 75_000);
  expect({ mails: incident.mails('enterprise-notice').length > 0 }).toEqual({ mails: true });
}, 120_000);

test('nor does it blind the watchdog, or hide how a case stands whose workflow was ended', async () => {
  const incident = await declare();
  await incident.quiet();
  await incident.handle.terminate('somebody');
  await client.workflowService.startWorkflowExecution({
    namespace: 'default',
    workflowId: incident.id,
    workflowType: { name: INCIDENT_WORKFLOW },
    taskQueue: { name: 'nowhere' },
    requestId: 'watched',
    memo: { fields: { title: { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"forged"') } } },
  });
  const eye = new TemporalEye(client, TASK_QUEUE);
  const listed = await until(async () => {
    const found = await eye.listed().catch((error) => String(error));
    return (typeof found === 'string' || found.some(({ id }) => id === incident.id)) && [found];
  });
  const runs = await eye.runs([{ id: incident.id, workflow: INCIDENT_WORKFLOW }]).catch((error) => String(error));
  expect([typeof listed?.[0] === 'string' ? listed[0] : 'listed', typeof runs === 'string' ? runs : 'seen']).toEqual([
    'listed',
    'seen',
  ]);
}, 60_000);

describe('what runs under the id of a case and acts on no deadline,', () => {
  const inItsPlace = async (over: object) => {
    const incident = await declare();
    await incident.quiet();
    await incident.handle.terminate('somebody');
    await client.workflowService.startWorkflowExecution({
      namespace: 'default',
      workflowId: incident.id,
      workflowType: { name: INCIDENT_WORKFLOW },
      taskQueue: { name: TASK_QUEUE },
      requestId: `in place of ${incident.id}`,
      ...over,
    });
    const eye = new TemporalEye(client, TASK_QUEUE);
    const runs = await eye.runs([{ id: incident.id, workflow: INCIDENT_WORKFLOW }]);
    const seen = runs.get(incident.id)!;
    const cases = [{ id: incident.id, open: true, exercise: false } as RegisteredCase];
    return findings({ at: new Date().toISOString(), cases, runs: new Map([[incident.id, seen]]), parts: [] });
  };

  test('by a start that is put off for years, a queue of somebody else or another type, is found by the watchdog', async () => {
    const putOff = { workflowStartDelay: { seconds: 10 * 365 * 86_400 } };
    expect(await inItsPlace(putOff)).toMatchObject([{ kind: 'astray', how: expect.stringMatching(/does not begin/) }]);
    const elsewhere = { taskQueue: { name: 'mallory' } };
    expect(await inItsPlace(elsewhere)).toMatchObject([{ kind: 'astray', how: expect.stringMatching(/another task/) }]);
    const other = { workflowType: { name: 'mine' } };
    expect(await inItsPlace(other)).toMatchObject([{ kind: 'astray', how: expect.stringMatching(/another type/) }]);
  });

  test('or is set aside for a version of workers that nobody has', async () => {
    const incident = await declare();
    await incident.quiet();
    const eye = new TemporalEye(client, TASK_QUEUE);
    const cases = [{ id: incident.id, workflow: INCIDENT_WORKFLOW }];
    expect((await eye.runs(cases)).get(incident.id)).not.toHaveProperty('astray');
    await client.workflowService.updateWorkflowExecutionOptions({
      namespace: 'default',
      workflowExecution: { workflowId: incident.id },
      workflowExecutionOptions: {
        versioningOverride: { pinned: { behavior: 1, version: { deploymentName: 'mallory', buildId: '1' } } },
      },
      updateMask: { paths: ['versioning_override'] },
    });
    expect((await eye.runs(cases)).get(incident.id)).toMatchObject({ astray: expect.stringMatching(/one version/) });
  });
});

test('what nobody sealed fills no register: the first messages are told one by one, then each time there were twice as many', async () => {
  const incident = await declare();
  await incident.quiet();
  const plain = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{}') };
  for (let n = 0; n < 90; n++) await signalRaw(incident.id, [plain], n % 2 ? 'status' : `nothing-${n}`);
  const rejected = () => world.register(incident.id).filter(({ kind }) => (kind as string) === 'rejected');
  await until(async () => rejected().length >= 22);
  await incident.quiet();
  expect(rejected()).toHaveLength(22);
  expect(JSON.stringify(rejected().at(-1)!.data)).toContain('39 more messages of nobody who can be named');
  // Whoever has the keys is heard as before.
  await client.workflow.getHandle(incident.id).signal('status', { status: 'no-such-status', by: ONCALL });
  await until(async () => rejected().length > 22);
  expect(rejected()).toHaveLength(23);
}, 60_000);

test('a case is resumed once by what a person asked for: the same start begins nothing later', async () => {
  const incident = await declare();
  await incident.quiet();
  const asked = { caseId: incident.id, by: 'alice', found: 'terminated', entries: world.register(incident.id).length };
  const resumes = () => world.register(incident.id).filter(({ kind }) => (kind as string) === 'resumed').length;
  const sealed = await sealedLongAgo(incident.id, { resumed: asked });
  await incident.handle.terminate('somebody');
  await startRaw(incident.id, INCIDENT_WORKFLOW, [sealed]);
  await until(async () => resumes() > 0);
  expect(resumes()).toBe(1);
  await client.workflow.getHandle(incident.id).terminate('somebody');
  await startRaw(incident.id, INCIDENT_WORKFLOW, [sealed]);
  expect(await until(() => isOver(incident.id), 10_000)).toBe(true);
  expect(resumes()).toBe(1);
}, 60_000);
