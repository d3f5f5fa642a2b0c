// Messages: a bad one never stops an incident, a repeated one counts once, an early one is not lost.
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { COUNSEL, ONCALL, type TestIncident, WorkflowHarness } from '../setup/workflow-harness';

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

const declareSmall = () =>
  harness.declare({ assessment: undefined, serviceAffecting: false, maliciousSources: [], credentials: [] });

/** The problems for which an update was refused. */
async function refusal(update: Promise<unknown>): Promise<string> {
  const error = await update.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  return (error as WorkflowUpdateFailedError).cause!.message;
}

async function expectAlive(incident: TestIncident): Promise<void> {
  const receipt = await incident.send('measure', { text: `still here ${Date.now()}` });
  expect(receipt.events.map((e) => e.kind)).toContain('measure-recorded');
  await incident.quiet();
}

test.each([
  ['nothing', []],
  ['null', [null]],
  ['a text', ['contained']],
  ['a list', [[]]],
  ['a number', [42]],
  ['no sender', [{ status: 'contained' }]],
  ['an unknown status', [{ status: 'vanished', by: ONCALL }]],
  ['an unknown field', [{ status: 'contained', by: ONCALL, surprise: true }]],
  ['an instant in the future', [{ status: 'contained', by: ONCALL, at: '2999-01-01T00:00:00Z' }]],
  ['a sender that is no text', [{ status: 'contained', by: { name: 'x' } }]],
])('a signal "status" with %s is recorded as rejected, and the incident lives on', async (_what, args) => {
  const incident = await declareSmall();
  await incident.signal('status', ...args);
  await expectAlive(incident);
  const [rejected] = incident.entries('rejected');
  expect(rejected!.data).toMatchObject({ message: 'status', problems: expect.any(Array) });
  expect(rejected!.data.problems.length).toBeGreaterThan(0);
  expect(incident.entries('status-changed')).toEqual([]);
});

test('every message rejects an empty object by signal', async () => {
  const incident = await declareSmall();
  const names = [
    'assess',
    'status',
    'contain',
    'measure',
    'approve',
    'hold',
    'release',
    'waive',
    'filed',
    'review',
    'close',
  ];
  for (const name of names) await incident.signal(name, {});
  await expectAlive(incident);
  expect(incident.entries('rejected').map((e) => e.data.message)).toEqual(names);
});

test.each([
  ['delivered', []],
  ['delivered', [null]],
  ['delivered', [{ obligation: 'enterprise-notice', round: 'one' }]],
  ['delivered', [{ obligation: '__proto__', round: 1, total: 1, sent: 1, failed: 0 }]],
  ['delivery-problem', []],
  ['delivery-problem', ['x']],
  ['pace', []],
  ['pace', [{ until: 'tomorrow' }]],
])('the internal signal "%s" with %j stops nothing', async (name, args) => {
  const incident = await declareSmall();
  await incident.signal(name, ...args);
  await expectAlive(incident);
  expect(incident.entries('obligation-fulfilled').map((e) => e.data.obligation)).not.toContain('enterprise-notice');
});

test('a signal of a name that does not exist is recorded as rejected', async () => {
  const incident = await declareSmall();
  await incident.signal('statsu', { status: 'contained', by: ONCALL });
  await expectAlive(incident);
  expect(incident.entries('rejected')[0]!.data).toMatchObject({
    message: 'statsu',
    problems: [expect.stringContaining('status')],
  });
});

test('a command id counts once, by signal and by update, whatever comes between', async () => {
  const incident = await declareSmall();
  const message = { status: 'contained', by: ONCALL, commandId: 'detector-17' };
  await incident.signal('status', message);
  const receipt = await incident.send('status', message);
  expect(receipt).toMatchObject({ events: [], note: 'this command was already handled' });
  await incident.send('status', { status: 'monitoring' });
  await incident.signal('status', message);
  await incident.signal('measure', { text: 'under an id in use', by: ONCALL, commandId: 'detector-17' });
  await expectAlive(incident);
  expect(incident.entries('status-changed').map((e) => e.data.status)).toEqual(['contained', 'monitoring']);
  expect(incident.register().filter((e) => e.commandId === 'detector-17')).not.toHaveLength(0);
  expect((await incident.state()).status).toBe('monitoring');
});

test('a malformed message with a command id is recorded once', async () => {
  const incident = await declareSmall();
  for (let i = 0; i < 3; i++) await incident.signal('status', { status: 'vanished', by: ONCALL, commandId: 'bad-1' });
  await expectAlive(incident);
  expect(incident.entries('rejected')).toHaveLength(1);
});

test('an update with bad input is refused with its problems by the validator, and leaves no entry', async () => {
  const incident = await declareSmall();
  const before = incident.register().length;
  expect(await refusal(incident.send('status', { status: 'vanished', surprise: 1 }))).toMatch(
    /status: .*\n.*unknown field surprise/s,
  );
  expect(await refusal(incident.send('approve', { obligation: 'nothing-like-this' }))).toContain(
    'no "nothing-like-this"',
  );
  expect(await refusal(incident.send('filed', { obligation: 'containment', reference: 'x' }))).toContain(
    'is not filed with an authority',
  );
  expect(await refusal(incident.send('close', {}))).toContain('it is not resolved yet');
  await harness.sleep(60_000);
  expect(incident.register()).toHaveLength(before);
  const history = await incident.handle.fetchHistory();
  expect((history.events ?? []).filter((e) => e.workflowExecutionUpdateAcceptedEventAttributes)).toEqual([]);
});

test('an update says what it caused, and why nothing changed', async () => {
  const incident = await declareSmall();
  const receipt = await incident.send('status', { status: 'contained' });
  expect(receipt.events.map((e) => e.kind)).toEqual(['status-changed', 'contained', 'obligation-fulfilled']);
  const again = await incident.send('status', { status: 'contained' });
  expect(again.note).toBe('the status is already contained');
});

test('messages that come before the policy snapshot is there are not lost, nor is their order', async () => {
  harness.world.fail('snapshotPolicy');
  const tried = harness.world.nextAttempt('snapshotPolicy');
  const incident = await harness.start({ assessment: undefined, serviceAffecting: false });
  await incident.signal('status', { status: 'identified', by: ONCALL });
  await incident.signal('status', { nonsense: true });
  await incident.signal('measure', { text: 'Locked the build server', by: ONCALL });
  await incident.signal('pace', { until: null });
  const counted = { of: 'people', groups: [{ listed: 1, told: 1 }] };
  await incident.signal('delivered', { obligation: 'x', round: 1, total: 1, sent: 1, failed: 0, counted });
  await incident.signal('delivery-problem', { obligation: 'x', problem: 'y' });
  const update = incident.send('status', { status: 'contained', despite: 'what is not blocked is off', by: COUNSEL });
  expect(await incident.view()).toBeUndefined();
  await tried;
  harness.world.repair();
  await harness.sleep(60_000);
  await update;
  await incident.quiet();
  const kinds = incident.register().filter((e) => ['status-changed', 'rejected', 'measure-recorded'].includes(e.kind));
  expect(kinds.map((e) => e.kind)).toEqual(['status-changed', 'rejected', 'measure-recorded', 'status-changed']);
  expect((await incident.state()).status).toBe('contained');
});

test('a message after the incident was closed is refused, and the close is final', async () => {
  const incident = await harness.declare({ assessment: { personalData: 'no' }, serviceAffecting: false });
  await incident.send('not-owed', {
    all: true,
    reason: 'two of us went through the access log of that night line by line',
  });
  await incident.send('status', { status: 'contained' });
  await incident.send('status', { status: 'resolved' });
  await incident.quiet();
  await incident.send('review', { rootCause: 'x', controls: ['y'], shareSummary: false });
  await incident.quiet();
  await incident.send('close', {});
  await incident.handle.result();
  await expect(incident.send('status', { status: 'monitoring' })).rejects.toThrow();
});

test('starting the same incident twice is one incident', async () => {
  const incident = await declareSmall();
  const input = { declaration: (await incident.state()).declaration, policy: harness.world.policy };
  const again = harness.client.workflow.start('incident', {
    taskQueue: 'tocsin',
    workflowId: incident.id,
    args: [input],
  });
  await expect(again).rejects.toMatchObject({ name: 'WorkflowExecutionAlreadyStartedError' });
  expect(incident.entries('declared')).toHaveLength(1);
});

test('a bad declaration fails clearly, with every problem in it', async () => {
  const incident = await harness.start({ severity: 'sev9' as 'sev1', systems: [], isolate: ['api'], title: ' ' });
  incident.expectsNoState = true;
  const error = await incident.handle.result().catch((reason) => reason);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  const { message, type } = (error as WorkflowFailedError).cause as Error & { type: string };
  expect(type).toBe('InvalidInput');
  for (const field of ['severity', 'title']) expect(message).toContain(`declaration.${field}`);
  expect(incident.register()).toEqual([]);
});

test('an incident is started under its own id, so that it is one workflow', async () => {
  const { declaration } = await (await declareSmall()).state();
  const input = { declaration: { ...declaration, id: 'INC-other' } };
  const handle = await harness.client.workflow.start('incident', {
    taskQueue: 'tocsin',
    workflowId: 'by-mistake',
    args: [input],
  });
  const error = await handle.result().catch((reason) => reason);
  expect((error as WorkflowFailedError).cause!.message).toContain("start it under the incident's id");
});
