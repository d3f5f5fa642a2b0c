// Detections wait for a person, at real durations, on policy/detection.yaml; silence is never the end of one.
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { TocsinClient } from '../../client/tocsin-client';
import { DAY_MS, HOUR_MS, toInstant, toMs } from '../../domain/kernel/time';
import { belongsTo } from '../../domain/triage/belongs';
import { DETECTED_SIGNAL } from '../../domain/triage/state';
import { TriageCase } from '../setup/triage-case';
import { until } from '../setup/until';
import { declaration, WorkflowHarness } from '../setup/workflow-harness';
import { detection } from '../unit/domain/helpers/detections';

const MINUTE_MS = 60_000;
const AUDIT = { source: 'audit', format: 'audit-log', type: 'audit.damage', severity: undefined };
const DAMAGE = { ...AUDIT, indicators: [] };

let harness: WorkflowHarness;
let cases: TriageCase[] = [];
let counter = 0;

beforeAll(async () => {
  harness = await WorkflowHarness.start();
});
afterEach(async () => {
  try {
    for (const each of cases) await each.check();
  } finally {
    for (const each of cases) await each.end();
    cases = [];
    await harness.endOfScenario();
  }
});

/** Each test has a source of its own, so that no two share a case. */
async function detect(over: Record<string, unknown> = {}): Promise<TriageCase> {
  const opened = await TriageCase.detect(harness, { source: `source-${++counter}`, ...over });
  cases.push(opened.case);
  return opened.case;
}

async function refusal(sent: Promise<unknown>): Promise<string> {
  const error = await sent.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  return String((error as WorkflowUpdateFailedError).cause?.message);
}

test('a severe one that nobody looks at: alarms at their exact instants, then it declares itself, and the incident is real', async () => {
  const at = await harness.now();
  const it = await detect({ at, severity: 'sev1', indicators: ['203.0.113.9', 'asn:64500'] });
  await it.sleep(31 * MINUTE_MS);
  await it.expectAlarms([
    ['start', 0],
    ['50 %', 15 * MINUTE_MS],
    ['75 %', 22.5 * MINUTE_MS],
    ['declared', 30 * MINUTE_MS],
  ]);
  const { decision, closedAt, openedAt } = await it.state();
  const incidentId = it.id.replace('TRG', 'INC');
  expect(decision).toMatchObject({ decision: 'declared', by: 'tocsin', incidentId });
  expect(closedAt).toBeDefined();
  expect(it.kinds().slice(-3)).toEqual(['triage-declared', 'alarm-raised', 'incident-started']);

  const { state } = await it.incident(incidentId);
  expect(state.declaration).toMatchObject({
    id: incidentId,
    detectedAt: at,
    severity: 'sev1',
    declaredBy: 'tocsin',
    maliciousSources: ['203.0.113.9'],
  });
  const lateMs = toMs(state.declaration.declaredAt) - toMs(openedAt) - 30 * MINUTE_MS;
  expect(lateMs >= 0 && lateMs < 2_000).toBe(true);
  // Awareness is a person's statement; nobody made one.
  expect(state.declaration.awareAt).toBeUndefined();
  expect(state.anchors).toEqual({ detected: at, declared: state.declaration.declaredAt });
  expect(state.containment['block-source 203.0.113.9']?.state).toBe('verified');
});

test('a minor one alarms at its limit and ever after, until a person dismisses it with a reason; it stays dismissed', async () => {
  const it = await detect({ severity: 'sev4' });
  await it.sleep(3 * DAY_MS + MINUTE_MS);
  const overdue = Array.from(
    { length: 16 },
    (_, n) => [`overdue ${n + 1}`, (12 + 4 * n) * HOUR_MS] as [string, number],
  );
  await it.expectAlarms([['start', 0], ['50 %', 4 * HOUR_MS], ['75 %', 6 * HOUR_MS], ['due', 8 * HOUR_MS], ...overdue]);
  expect((await it.state()).status).toBe('waiting');

  expect(await refusal(it.send('dismiss'))).toMatch(/reason/);
  expect(await refusal(it.send('dismiss', { reason: 'x', by: undefined }))).toMatch(/by/);
  const receipt = await it.send('dismiss', { reason: 'The load test of Tuesday', commandId: 'd1' });
  expect(receipt.events.map(({ kind }) => kind)).toEqual(['triage-dismissed']);
  await it.quiet();
  expect(await it.state()).toMatchObject({
    status: 'dismissed',
    decision: { by: 'anna', reason: 'The load test of Tuesday' },
  });
  await it.handle.result();

  // The same detection again, in the same window: it is counted with the decision, the first is told, and so it stays.
  const [first] = it.register();
  const again = { source: `source-${counter}`, severity: 'sev4', at: first!.at };
  for (const eventId of ['later', 'later', 'later still', 'later']) {
    expect(await TriageCase.detect(harness, { ...again, eventId })).toMatchObject({ late: true, case: { id: it.id } });
    await it.handle.result();
  }
  expect(await it.state()).toMatchObject({ status: 'dismissed', count: 3, late: { count: 2 } });
  expect(it.alarms().filter(({ threshold }) => threshold === 'after-decision')).toHaveLength(1);
  await it.check();
});

test('what comes in the moment of the decision, sent while nothing was decided, is judged anew: the inbox gets it back', async () => {
  const it = await detect({ severity: 'sev4' });
  const { firstAt: at } = await it.state();
  // The run is not over before its entries are written.
  harness.world.fail('appendEntries');
  harness.world.fail('handBackDetections', () => harness.world.attempts.length % 2 === 0);
  await it.send('dismiss', { reason: 'The load test of Tuesday' });
  const own = { source: `source-${counter}`, at };
  const signal = (eventId: string, over: object = {}) =>
    it.handle.signal(DETECTED_SIGNAL, { detection: detection({ ...own, eventId, ...over }), severity: 'sev4' });
  const elsewhere = Array.from({ length: 25 }, (_, n) => `elsewhere-${n}`);
  harness.world.wasBefore = ({ systems }) => systems.includes('payments');
  await Promise.all(elsewhere.map((eventId) => signal(eventId, { systems: ['payments'] })));
  // One whose sender had looked at the decision; and one that was counted before it.
  await signal('looked');
  await signal('event-1');
  await harness.sleep(2 * MINUTE_MS);
  harness.world.repair();
  await it.handle.result();
  const back = harness.world.handedBack.filter(({ caseId }) => caseId === it.id);
  expect(new Set(back.map(({ detection }) => detection.eventId))).toEqual(new Set(elsewhere));
  // Of the two the one that had been counted before is known.
  expect(await it.state()).toMatchObject({ status: 'dismissed', count: 2, late: { count: 1 }, systems: ['api'] });
  await it.check();
});

test('what comes after a case joined an incident is told to it; once that is closed, it opens a case', async () => {
  const client = new TocsinClient(harness.client);
  const incident = await harness.declare();
  const it = await detect({ at: await harness.now() });
  await client.send(it.id, 'merge', { by: 'anna', into: incident.id });
  await it.handle.result();
  const { firstAt } = await it.state();
  const again = { source: `source-${counter}`, at: firstAt };
  // More than the register gets one by one: the run gathers the rest, and ends with an exact count.
  for (let n = 0; n < 8; n++) {
    expect(await TriageCase.detect(harness, { ...again, eventId: `late-${n}` })).toMatchObject({ late: true });
    // The run that counts them is under way, and shows itself as closed, as the case is.
    if (n === 0) await until('closed', async () => (await client.find(it.id))?.caseStatus === 'closed');
  }
  await harness.sleep(2 * MINUTE_MS);
  await it.handle.result();
  await incident.quiet();
  expect(await it.state()).toMatchObject({ status: 'merged', count: 9, late: { count: 8 } });
  expect(it.register().filter(({ kind }) => kind === 'detections-counted').length).toBeLessThan(8);
  expect((await incident.state()).detections).toMatchObject([{ caseId: it.id, count: 9, by: 'anna' }]);

  await harness.client.workflow.getHandle(incident.id).terminate('as if it were closed');
  const next = await TriageCase.detect(harness, { ...again, eventId: 'after-that' });
  cases.push(next.case);
  expect([next.late, next.case.id === it.id]).toEqual([false, false]);
  expect(await next.case.state()).toMatchObject({ status: 'waiting', count: 1 });
});

test('a rule that declares does so at once, without anybody', async () => {
  const it = await detect(DAMAGE);
  const { decision, status } = await it.state();
  expect([status, decision?.by]).toEqual(['declared', 'tocsin']);
  const { state } = await it.incident(decision!.incidentId!);
  expect(state.declaration).toMatchObject({ severity: 'sev1', kind: 'audit-log-damage', owner: 'security-lead' });
  expect(it.alarms().map(({ threshold }) => threshold)).toEqual(['declared']);
  expect((await it.handle.result()) as object).toMatchObject({ caseId: it.id, status: 'declared', entries: 4 });
});

test('a person declares, twice and with a repeat of the command: one incident, with what the person said', async () => {
  const it = await detect();
  await it.sleep(10 * MINUTE_MS);
  const awareAt = await harness.now();
  const said = {
    title: 'Data was copied',
    severity: 'sev1',
    owner: 'bob',
    systems: ['api', 'db'],
    isolate: ['db'],
    awareAt,
  };
  const [one, two] = await Promise.all([
    it.send('declare', { ...said, commandId: 'c1' }),
    it.send('declare', { ...said, commandId: 'c1' }),
  ]);
  expect([one, two].map(({ events }) => events.length).sort()).toEqual([0, 1]);
  await it.quiet();
  const { state } = await it.incident(it.id.replace('TRG', 'INC'));
  expect(state.declaration).toMatchObject({ ...said, declaredBy: 'anna' });
  expect(state.anchors.aware).toBe(awareAt);
  expect(it.kinds().filter((kind) => kind === 'triage-declared')).toHaveLength(1);
  expect(it.kinds().filter((kind) => kind === 'incident-started')).toHaveLength(1);
});

test('an incident of that id that runs already is the same one', async () => {
  const it = await detect();
  const id = it.id.replace('TRG', 'INC');
  const args = [{ declaration: declaration(id, toMs(await harness.now())), policy: harness.world.policy }];
  await harness.client.workflow.start('incident', { taskQueue: 'tocsin', workflowId: id, args });
  await it.incident(id);
  await it.send('declare');
  await it.quiet();
  expect(it.register().at(-1)).toMatchObject({ kind: 'incident-started', data: { incidentId: id, already: true } });
  const { state } = await it.incident(id);
  expect(state.declaration.title).toBe('Leaked deploy key');
  expect(state.detections).toMatchObject([{ caseId: it.id, how: 'declared', by: 'anna' }]);
});

test('merged into an incident that runs: it blocks what the detections showed; into one that does not: it waits again', async () => {
  const incident = await harness.declare({ maliciousSources: [] });
  const it = await detect({ indicators: ['198.51.100.7'] });
  await it.send('merge', { into: 'INC-NOWHERE' });
  await it.quiet();
  expect((await it.state()).status).toBe('waiting');
  expect(it.kinds().slice(-3)).toEqual(['triage-merged', 'merge-failed', 'alarm-raised']);
  expect(it.alarms().at(-1)!.text).toMatch(/could not be merged into INC-NOWHERE: INC-NOWHERE took no message/);

  expect(await refusal(it.send('merge', { into: it.id }))).toMatch(/not of a triage case/);
  await it.send('merge', { into: incident.id });
  await it.quiet();
  expect(await it.state()).toMatchObject({ status: 'merged', decision: { incidentId: incident.id, by: 'anna' } });
  await incident.quiet();
  const { containment, measures, detections } = await incident.state();
  expect(containment['block-source 198.51.100.7']?.state).toBe('verified');
  expect(detections).toMatchObject([
    { caseId: it.id, how: 'merged', source: `source-${counter}`, count: 1, by: 'anna' },
  ]);
  // No measure was taken by that: notices would tell of it.
  expect(measures).toEqual([]);
});

test('a merge is undone: the incident lets it go, the closed case waits again with its own limit, and silence declares', async () => {
  const client = new TocsinClient(harness.client);
  const [first, second] = [await harness.declare({ maliciousSources: [] }), await harness.declare()];
  const it = await detect({ severity: 'sev1', indicators: ['198.51.100.8'] });
  const { dueAt, firstAt } = await it.state();
  await client.send(it.id, 'merge', { by: 'anna', into: first.id });
  await it.handle.result();

  // Also into a second one, though the case is closed.
  await client.sendEvenIfClosed(it.id, 'merge', { by: 'anna', into: second.id });
  await it.handle.result();
  expect(belongsTo(await it.state()).map(({ incidentId }) => incidentId)).toEqual([first.id, second.id]);
  const undo = { by: 'bob', reason: 'another actor' };
  await expect(client.sendEvenIfClosed(it.id, 'unmerge', undo)).rejects.toMatchObject({
    problems: [expect.stringMatching(/several incidents/)],
  });
  const { note } = await client.sendEvenIfClosed(it.id, 'unmerge', { ...undo, from: second.id });
  expect(note).toMatch(/takes nothing back by itself/);
  await it.handle.result();
  expect(await it.state()).toMatchObject({ status: 'merged', decision: { incidentId: first.id } });

  await client.sendEvenIfClosed(it.id, 'unmerge', undo);
  await it.quiet();
  expect(await it.state()).toMatchObject({ status: 'waiting', dueAt, firstAt });
  expect(it.alarms().at(-1)).toMatchObject({ threshold: 'unmerged' });
  for (const incident of [first, second]) {
    await incident.quiet();
    const { detections, anchors, declaration } = await incident.state();
    expect(detections).toMatchObject([{ caseId: it.id, left: { by: 'bob', reason: 'another actor' } }]);
    expect(anchors.detected).toBe(declaration.detectedAt);
  }
  // What was blocked for it is not undone by itself.
  expect((await first.state()).containment['block-source 198.51.100.8']?.state).toBe('verified');

  await it.sleepUntil(toInstant(toMs(dueAt) + MINUTE_MS));
  const declared = (await it.state()).decision;
  expect(declared).toMatchObject({ decision: 'declared', by: 'tocsin' });
  const { state } = await it.incident(declared!.incidentId!);
  expect(state.declaration.detectedAt).toBe(firstAt);
  expect(state.detections).toMatchObject([{ caseId: it.id, how: 'declared', by: 'tocsin' }]);
});

test('an incident that recorded a merge, and was ended before the case had its answer, took it: the case is not told that it failed', async () => {
  const [incident, other] = [await harness.declare(), await harness.declare()];
  const it = await detect();
  const { firstAt } = await it.state();
  const detections = {
    ...{ caseId: it.id, how: 'merged', source: 'ftagent', title: 'x', severity: 'sev2', count: 1 },
    ...{ firstAt, lastAt: firstAt },
  };
  // The answer goes to a run that is gone.
  await it.handle.terminate('killed');
  await harness.client.workflow.getHandle(incident.id).signal('detections-joined', { by: 'anna', detections });
  await incident.quiet();
  expect((await incident.state()).detections).toMatchObject([{ caseId: it.id }]);
  for (const { id } of [incident, other]) await harness.client.workflow.getHandle(id).terminate('killed');
  await harness.client.workflow.start('triage', {
    taskQueue: 'tocsin',
    workflowId: it.id,
    args: [{ resumed: { caseId: it.id, by: 'anna', found: 'terminated' } }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
  await it.quiet();
  await it.send('merge', { into: other.id });
  await it.quiet();
  expect(it.kinds().slice(-3)).toEqual(['triage-merged', 'merge-failed', 'alarm-raised']);
  await it.send('merge', { into: incident.id });
  await it.quiet();
  expect(await it.state()).toMatchObject({ status: 'merged', decision: { incidentId: incident.id } });
  expect(it.kinds().slice(-1)).toEqual(['merge-delivered']);
});

test('a merge into an incident that was closed is not undone: a person is told to reopen it', async () => {
  const client = new TocsinClient(harness.client);
  const incident = await harness.declare();
  const it = await detect();
  await client.send(it.id, 'merge', { by: 'anna', into: incident.id });
  await it.handle.result();
  await incident.quiet();
  await harness.client.workflow.getHandle(incident.id).terminate('as if it were closed');
  const undo = client.sendEvenIfClosed(it.id, 'unmerge', { by: 'bob', reason: 'another actor' });
  await expect(undo).rejects.toThrow(/is open but has stopped.*npx tocsin resume/);
  // Sent past the check, the incident takes nothing: the case stays where it is.
  const late = await harness.client.workflow.start('triage', {
    taskQueue: 'tocsin',
    workflowId: it.id,
    args: [{ closed: { caseId: it.id } }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
  await late.executeUpdate('unmerge', { args: [{ by: 'bob', reason: 'another actor' }] });
  await late.result();
  expect(it.kinds().slice(-3)).toEqual(['triage-unmerged', 'unmerge-failed', 'alarm-raised']);
  expect(await it.state()).toMatchObject({ status: 'merged', decision: { incidentId: incident.id } });
});

test('a long weekend with a change of clocks moves nothing: a day is 24 hours, a week 168', async () => {
  // The Thursday before the last Sunday of March, when clocks change in Europe; in 2027 that Sunday is Easter.
  const year = new Date(await harness.now()).getUTCFullYear() + 1;
  const lastOfMarch = new Date(Date.UTC(year, 2, 31));
  const sundayMs = lastOfMarch.getTime() - lastOfMarch.getUTCDay() * DAY_MS;
  const thursday = toInstant(sundayMs - 3 * DAY_MS + 16 * HOUR_MS);
  await harness.sleepUntil(thursday);

  const week = await detect({ format: 'github', type: 'github.dependabot_alert', severity: 'sev3', phase: 'start' });
  const day = await detect({
    format: 'github',
    type: 'github.dependabot_alert',
    phase: 'start',
    facts: { severity: 'critical' },
  });
  await week.sleepUntil(toInstant(toMs(thursday) + 8 * DAY_MS + HOUR_MS));
  await day.quiet();
  const { openedAt, dueAt } = await week.state();
  expect(toMs(dueAt) - toMs(openedAt)).toBe(168 * HOUR_MS);
  const local = (at: string) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit' }).format(new Date(at));
  expect(Number(local(dueAt)) - Number(local(openedAt))).toBe(1); // on the wall clock it is an hour later
  await week.expectAlarms([
    ['50 %', 3.5 * DAY_MS],
    ['90 %', 6.3 * DAY_MS],
    ['due', 7 * DAY_MS],
    ['overdue 1', 8 * DAY_MS],
  ]);
  const alarms = day.alarms();
  expect(alarms.slice(0, 4).map(({ threshold }) => threshold)).toEqual(['start', '50 %', '75 %', 'due']);
  expect(alarms).toHaveLength(4 + (7 * 24) / 4);
});

test('a thousand repeats at once are one case, with a handful of entries and an exact count', async () => {
  const it = await detect({ severity: 'sev4' });
  const source = `source-${counter}`;
  const { openedAt } = await it.state();
  const ids = Array.from({ length: 1000 }, (_, n) => `flood-${n}`);
  for (let n = 0; n < ids.length; n += 50) {
    // Every fifth is delivered twice.
    const batch = ids.slice(n, n + 50).flatMap((id, i) => (i % 5 === 0 ? [id, id] : [id]));
    const sent = batch.map((eventId) =>
      TriageCase.detect(harness, { source, severity: 'sev4', eventId, at: openedAt }),
    );
    for (const each of await Promise.all(sent)) expect(each.case.id).toBe(it.id);
  }
  const counts = it.register().flatMap((event) => (event.kind === 'detections-counted' ? [event.data.count] : []));
  expect(counts).toEqual([2, 3, 10, 100, 1000]);
  await it.send('dismiss', { reason: 'A test' });
  await it.quiet();
  expect((await it.state()).count).toBe(1001);
  expect(it.kinds().slice(-2)).toEqual(['detections-counted', 'triage-dismissed']);
}, 120_000);

test('what cannot be read is rejected, recorded and harmless', async () => {
  const it = await detect();
  await it.handle.signal('detected', { detection: { nonsense: true } });
  await it.handle.signal('declare', 'nonsense');
  await it.handle.signal('dismiss', { by: 'anna' });
  await it.handle.signal('forget', { by: 'anna' });
  await it.quiet();
  const rejected = it.register().flatMap((event) => (event.kind === 'rejected' ? [event.data.message] : []));
  expect(rejected).toEqual(['detected', 'declare', 'dismiss', 'forget']);
  expect((await it.state()).status).toBe('waiting');
});

test('a start that makes no sense fails at once and says why', async () => {
  const start = (id: string, args: unknown[]) =>
    harness.client.workflow.execute('triage', { taskQueue: 'tocsin', workflowId: id, args });
  await expect(start('TRG-none', [])).rejects.toMatchObject({ cause: { type: 'InvalidInput' } });
  await expect(start('TRG-000000000000', [{ caseId: 'TRG-0' }])).rejects.toMatchObject({
    cause: { type: 'InvalidInput' },
  });
});

test('while the register is away alarms and decisions go on; afterwards it has everything', async () => {
  harness.world.fail('appendEntries');
  const given = { source: `source-${++counter}`, severity: 'sev1', at: await harness.now() };
  const { case: it } = await TriageCase.detect(harness, given, { wait: false });
  cases.push(it);
  await harness.sleep(31 * MINUTE_MS);
  expect(it.register()).toEqual([]);
  harness.world.repair();
  await harness.sleep(2 * MINUTE_MS);
  await it.quiet();
  expect(it.kinds().slice(-3)).toEqual(['triage-declared', 'alarm-raised', 'incident-started']);
  const { openedAt, decision } = await it.state();
  expect(toMs(decision!.at) - toMs(openedAt)).toBeLessThan(30 * MINUTE_MS + 2_000);
});
