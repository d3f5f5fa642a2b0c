// Patch tasks at their real durations: found, alarmed, waived, said to be patched, patched, found again.

import { Client, type WorkflowHandle } from '@temporalio/client';
import { findingKey } from '../../detection/dependencies/match';
import { evolveCase } from '../../domain/case/advance';
import { alarmText } from '../../domain/case/alarm-text';
import type { CaseView, Receipt } from '../../domain/case/contract';
import { TASK_QUEUE } from '../../domain/incident/contract';
import { commandText } from '../../domain/kernel/command-lines';
import { DAY_MS, HOUR_MS, type Instant, minuteText, toInstant, toMs } from '../../domain/kernel/time';
import type { CheckSummary } from '../../domain/patch/dependencies';
import { PATCH_WORKFLOW, patchTaskLifecycle } from '../../domain/patch/patch-task';
import type { PatchEvent, PatchState } from '../../domain/patch/state';
import { thresholdName } from '../setup/threshold-name';
import { endAtRest, PROMPT_MS, plain, WorkflowHarness } from '../setup/workflow-harness';
import { MINIMIST, record } from '../unit/detection/dependencies/records';

let harness: WorkflowHarness;
let checks = 0;
/** An inventory of its own for each test: tasks of one finding have one id, for ever. */
let web = 'web';
let tests = 0;
/** A plain client: waiting for a result with the harness's own lets time pass. */
let client: Client;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
  client = new Client({ connection: harness.client.connection });
}, 120_000);
beforeEach(() => {
  web = `web-${++tests}`;
});
afterEach(async () => {
  harness.world.repair();
  for (const id of taskIds()) await endAtRest(handleOf(id));
  const { dependencies } = harness.world;
  dependencies.inventories.clear();
  dependencies.records = [];
  dependencies.tasks.rows.clear();
});

const taskIds = () =>
  [...harness.world.dependencies.tasks.rows.values()].map(
    ({ row }) => `PATCH-${row.finding.key.slice(0, 12)}${row.round > 1 ? `-${row.round}` : ''}`,
  );

/** Runs a check to its end. */
async function check(): Promise<CheckSummary> {
  const handle = await client.workflow.start('dependencyCheck', {
    taskQueue: TASK_QUEUE,
    workflowId: `dependency-check-${++checks}`,
  });
  return handle.result();
}

const handleOf = (id: string): WorkflowHandle => client.workflow.getHandle(id);
const stateOf = async (id: string) => (await handleOf(id).query<CaseView<PatchState>>('state')).state;
const register = (id: string) => harness.world.register(id) as unknown as PatchEvent[];
const kinds = (id: string) => register(id).map(({ kind }) => kind);
const alarmsOf = (id: string) => harness.world.alarms.filter(({ input }) => input.incidentId === id);
const send = (id: string, name: string, message: object) =>
  handleOf(id).executeUpdate<Receipt, [unknown]>(name, { args: [{ by: 'oncall', ...message }] });

async function quiet(id: string): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  for (;;) {
    const view = await handleOf(id).query<CaseView<PatchState> | undefined>('state');
    if (view && view.inFlight.length === 0 && view.registerBacklog === 0) return;
    if (Date.now() > giveUpAt) throw new Error(`${id} does not come to rest: ${JSON.stringify(view?.inFlight)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function sleep(ms: number, id: string): Promise<void> {
  await harness.sleep(ms);
  await quiet(id);
}

/** Has a critical vulnerability found, and answers its task and the instant of the check. */
async function findOne(version = '1.2.5'): Promise<{ id: string; foundAt: Instant }> {
  const { dependencies } = harness.world;
  dependencies.install(web, { minimist: version });
  dependencies.records = [MINIMIST];
  const { at } = await check();
  const [id] = taskIds();
  await quiet(id!);
  return { id: id!, foundAt: at };
}

/** Every alarm came when it was due, and not before. */
function expectAlarms(id: string, expected: Array<[threshold: string, at: number]>): void {
  const raised = alarmsOf(id);
  expect(raised.map(({ input }) => thresholdName(input.threshold))).toEqual(expected.map(([threshold]) => threshold));
  raised.forEach(({ at }, i) => {
    const lateMs = toMs(at) - expected[i]![1];
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(PROMPT_MS);
  });
}

/** The register tells the whole story: nothing missing, in order, and its fold is the state. */
function expectFold(id: string, state: PatchState): void {
  const events = register(id);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  const folded = events.reduce<PatchState | undefined>(
    (before, event) => evolveCase(patchTaskLifecycle, before, event),
    undefined,
  );
  const { handled: _handled, ...rest } = plain(state);
  expect({ ...plain(folded), handled: undefined }).toEqual({ ...rest, handled: undefined });
}

// First those that let time pass: after a signal from one workflow to another this test server's clock skips no more.

test('a critical finding: two days, alarms at once, at 50, 75, 90 and 100 %, then every day', async () => {
  const { id, foundAt } = await findOne();
  await sleep(4 * DAY_MS + HOUR_MS, id);
  const from = toMs(foundAt);
  expectAlarms(id, [
    ['start', from],
    ['50 %', from + DAY_MS],
    ['75 %', from + 36 * HOUR_MS],
    ['90 %', from + 0.9 * 2 * DAY_MS],
    ['due', from + 2 * DAY_MS],
    ['overdue 1', from + 3 * DAY_MS],
    ['overdue 2', from + 4 * DAY_MS],
  ]);
  const [first] = alarmsOf(id);
  expect(first!.input).toMatchObject({
    to: 'security-lead',
    severity: 'critical',
  });
  expect(first!.input.commands.map(commandText)).toEqual([
    `npx tocsin deps show ${id}`,
    `npx tocsin deps patched ${id} --by you@example.com`,
  ]);
  expect(alarmText(first!.input, first!.input.at).text).toBe(
    `minimist 1.2.5 in ${web} is vulnerable (GHSA-xvch-5gv4-984h, critical): fixed in 1.2.6; patch it by ${minuteText(toInstant(from + 2 * DAY_MS))} UTC. To do: patch it, or waive it with a reason.`,
  );
  expectFold(id, await stateOf(id));
}, 40_000);

test('a waiver silences until its end, to the minute; then it is due again and alarmed every day', async () => {
  const { id, foundAt } = await findOne();
  const until = toInstant(toMs(foundAt) + 30 * DAY_MS);
  await send(id, 'waive', { reason: 'not reachable in our build', until });
  await quiet(id);
  expect((await stateOf(id)).status).toBe('waived');
  await sleep(29 * DAY_MS, id);
  expect(alarmsOf(id)).toHaveLength(1);
  await sleep(2.5 * DAY_MS, id);
  const from = toMs(foundAt);
  expectAlarms(id, [
    ['start', from],
    ['waiver-ended', from + 30 * DAY_MS],
    ['overdue 29', from + 31 * DAY_MS],
  ]);
  expect((await stateOf(id)).status).toBe('open');
  expectFold(id, await stateOf(id));
}, 40_000);

test('a waiver that ends before the deadline leaves the alarms before it', async () => {
  const { id, foundAt } = await findOne();
  const from = toMs(foundAt);
  await send(id, 'waive', { reason: 'the release is frozen', until: toInstant(from + 30 * HOUR_MS) });
  await sleep(2 * DAY_MS + HOUR_MS, id);
  expectAlarms(id, [
    ['start', from],
    ['waiver-ended', from + 30 * HOUR_MS],
    ['75 %', from + 36 * HOUR_MS],
    ['90 %', from + 0.9 * 2 * DAY_MS],
    ['due', from + 2 * DAY_MS],
  ]);
}, 40_000);

test('rated worse: less time from now on, an alarm, and no waiver for the lesser risk; rated better: more time', async () => {
  const { dependencies } = harness.world;
  const rated = (severity: string) => [record('X-1', 'a', [{ introduced: '0' }], { database_specific: { severity } })];
  dependencies.install(web, { a: '1.0.0' });
  dependencies.records = rated('LOW');
  const { at: foundAt } = await check();
  const id = taskIds()[0]!;
  await quiet(id);
  await send(id, 'waive', { reason: 'low', until: await harness.in(24 * 60) });
  await sleep(10 * DAY_MS, id);
  dependencies.records = rated('CRITICAL');
  await check();
  await quiet(id);
  const state = await stateOf(id);
  expect(state).toMatchObject({ severity: 'critical', status: 'open' });
  expect(toMs(state.dueAt) - toMs(foundAt)).toBeGreaterThanOrEqual(12 * DAY_MS);
  expect(toMs(state.dueAt) - toMs(foundAt)).toBeLessThan(12 * DAY_MS + 2 * PROMPT_MS);
  expect(alarmsOf(id).map(({ input }) => input.threshold.kind)).toEqual(['severity-changed']);

  dependencies.records = rated('MODERATE');
  await check();
  await quiet(id);
  expect(toMs((await stateOf(id)).dueAt)).toBe(toMs(foundAt) + 30 * DAY_MS);
  expectFold(id, await stateOf(id));
}, 40_000);

test.each([
  ['high', 7, 'HIGH'],
  ['medium', 30, 'MODERATE'],
  ['low', 90, 'LOW'],
  ['unknown', 7, 'who knows'],
])(
  '%s: %s days',
  async (severity, days, word) => {
    const { dependencies } = harness.world;
    dependencies.install(web, { a: '1.0.0' });
    dependencies.records = [record('X-1', 'a', [{ introduced: '0' }], { database_specific: { severity: word } })];
    const { at } = await check();
    const [id] = taskIds();
    const { dueAt, finding } = await stateOf(id!);
    expect(finding.severity).toBe(severity);
    expect(toMs(dueAt) - toMs(at)).toBe(days * DAY_MS);
  },
  60_000,
);

test('a check twice opens one task and raises one detection; a worker that was away raises the last alarm only', async () => {
  const before = harness.world.detections.length;
  const { id } = await findOne();
  await check();
  await Promise.all([check(), check()]);
  await quiet(id);
  expect(kinds(id)).toEqual(['patch-due', 'alarm-raised']);
  expect(harness.world.detections.slice(before)).toEqual([
    expect.objectContaining({
      source: 'dependencies',
      format: 'dependencies',
      type: 'dependency.vulnerable',
      severity: 'sev2',
      facts: expect.objectContaining({ patchTask: id }),
    }),
  ]);
}, 40_000);

test('a later check that finds the fixed version closes it; one that finds it again opens another', async () => {
  const { id } = await findOne();
  const { dependencies } = harness.world;
  dependencies.install(web, { minimist: '1.2.6' });
  await check();
  expect(await handleOf(id).result()).toMatchObject({ caseId: id, status: 'fixed' });
  expect(register(id).at(-1)).toMatchObject({
    kind: 'patch-closed',
    by: 'tocsin',
    data: { outcome: 'fixed', reason: 'fixed version 1.2.6 installed' },
  });
  await check();
  expect(taskIds()).toEqual([id]);

  const { id: again, foundAt } = await findOne('1.2.3');
  expect(again).toBe(`${id}-2`);
  const state = await stateOf(again);
  expect(state.dueAt).toBe(toInstant(toMs(foundAt) + 2 * DAY_MS));
  expect(state.finding.versions).toEqual(['1.2.3']);
  expect(kinds(again)).toEqual(['patch-due', 'alarm-raised']);
}, 40_000);

test('an advisory that was withdrawn closes the task with that reason', async () => {
  const { id } = await findOne();
  harness.world.dependencies.records = [
    { ...MINIMIST, modified: '2026-03-01T00:00:00Z', withdrawn: '2026-03-01T00:00:00Z' },
  ];
  await check();
  expect(await handleOf(id).result()).toMatchObject({ status: 'withdrawn' });
}, 40_000);

test('what cannot be read or judged closes nothing', async () => {
  const { id } = await findOne();
  const { dependencies } = harness.world;
  dependencies.records = [];
  const summary = await check();
  expect(summary.advisories).toBe(0);
  dependencies.records = [MINIMIST];
  dependencies.inventories.set(web, undefined);
  expect((await check()).problems).toEqual([`inventory ${web}: it does not exist`]);
  expect((await stateOf(id)).status).toBe('open');
  expect(harness.world.detections.at(-1)).toMatchObject({ type: 'dependency.check-incomplete' });
}, 40_000);

test.each([
  ['in the past', -1, /is past/],
  ['for longer than the policy allows', 181, /at the latest, by policy/],
])(
  'a waiver %s is refused',
  async (_name, days, problem) => {
    const { id, foundAt } = await findOne();
    const until = toInstant(toMs(foundAt) + days * DAY_MS);
    await expect(send(id, 'waive', { reason: 'x', until })).rejects.toMatchObject({
      cause: { message: expect.stringMatching(problem) },
    });
    expect((await stateOf(id)).waiver).toBeUndefined();
  },
  60_000,
);

test('said to be patched: checked at once; closed when it is so, refuted with an alarm when it is not', async () => {
  const { id } = await findOne();
  await send(id, 'patched', { note: 'merged' });
  await quiet(id);
  expect(kinds(id)).toEqual(['patch-due', 'alarm-raised', 'patch-claimed', 'claim-refuted', 'alarm-raised']);
  const { input: refuted } = alarmsOf(id).at(-1)!;
  expect(refuted.threshold).toEqual({ kind: 'refuted', by: 'oncall' });
  expect(alarmText(refuted, refuted.at).text).toContain(
    `oncall said that it is patched, but the check still finds minimist 1.2.5 in ${web}`,
  );

  harness.world.dependencies.install(web, { minimist: '1.2.8' });
  await send(id, 'patched', {});
  expect(await handleOf(id).result()).toMatchObject({ status: 'fixed' });
  expect(register(id).at(-1)).toMatchObject({ data: { reason: 'fixed version 1.2.8 installed' } });
  expect([...harness.world.dependencies.tasks.rows.values()][0]!.row.settledAt).toBeDefined();
}, 40_000);

test('said to be patched where no check can say: of an inventory that is gone it is taken, else it stays open', async () => {
  const { id } = await findOne();
  harness.world.dependencies.records = [];
  await send(id, 'patched', {});
  await quiet(id);
  expect(register(id).at(-1)).toMatchObject({ kind: 'claim-unconfirmed' });
  expect((await stateOf(id)).status).toBe('said to be patched');
  // A worker that lacks its settings shows nothing.
  harness.world.dependencies.inventories.clear();
  await send(id, 'patched', {});
  await quiet(id);
  expect((await stateOf(id)).status).toBe('said to be patched');
  harness.world.dependencies.install('another/package-lock.json', { other: '1.0.0' });
  await send(id, 'patched', {});
  expect(await handleOf(id).result()).toMatchObject({ status: 'stated' });
}, 40_000);

test('many at once: each its own task; the register takes all', async () => {
  const { dependencies } = harness.world;
  const names = Array.from({ length: 60 }, (_, i) => `pkg-${i}`);
  dependencies.install(web, Object.fromEntries(names.map((name) => [name, '1.0.0'])));
  dependencies.records = names.map((name, i) => record(`X-${i}`, name, [{ introduced: '0' }]));
  const summary = await check();
  expect(summary.findings.unknown).toBe(60);
  expect(new Set(taskIds()).size).toBe(60);
  for (const id of taskIds()) await quiet(id);
  dependencies.install(web, { other: '1.0.0' });
  await check();
  for (const id of taskIds()) expect(await handleOf(id).result()).toMatchObject({ status: 'fixed' });
}, 40_000);

test('a task of a finding is opened, whatever ended under its id before', async () => {
  // By whichever of its names the finding is known.
  const names = [MINIMIST.id, ...MINIMIST.aliases];
  const ids = names.map((name) => `PATCH-${findingKey(name, 'npm', 'minimist', web).slice(0, 12)}`);
  for (const workflowId of ids) {
    const forged = await client.workflow.start(PATCH_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId, args: [{}] });
    await expect(forged.result()).rejects.toThrow();
  }
  const { id } = await findOne();
  expect(ids).toContain(id);
  expect(kinds(id)[0]).toBe('patch-due');
});

test('under another id than that of its finding it opens nothing: no incident and no other case is taken for it', async () => {
  const { id } = await findOne();
  const { finding, plan, foundAt } = await stateOf(id);
  for (const workflowId of ['INC-20260401-9f3a', `${id}0`, 'PATCH-0123456789ab']) {
    const other = await client.workflow.start(PATCH_WORKFLOW, {
      ...{ taskQueue: TASK_QUEUE, workflowId, args: [{ finding, plan, foundAt }] },
    });
    await expect(other.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining(`finding.key: is "${id}", but the workflow id is "${workflowId}"`) },
    });
  }
});
