// A person stops a notice that is being mailed: between two calls, before its delivery has begun, after its last batch, while it
// is gone or its worker is, twice, in an exercise, while another goes on. Nobody is mailed twice, and what is said is true.

import type { TestIncident } from '../setup/workflow-harness';
import { assessment, COUNSEL, ONCALL, stored, WorkflowHarness } from '../setup/workflow-harness';

// Each scenario has a server of its own, as in `escalation`: the time-skipping server may refuse a task that cancels a timer which
// has just fired, and then stands still for whatever comes after.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
let harness: WorkflowHarness;
beforeEach(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(async () => {
  await harness.endOfScenario().finally(() => harness.stop());
}, 90_000);

const ID = 'enterprise-notice';
const WHY = 'the letter names the wrong product';
const WORKSPACES = ['ws-1', 'ws-2', 'ws-3', 'ws-4', 'ws-5'];
const STOP = { obligation: ID, reason: WHY, by: ONCALL };

async function drafted(workspaces = WORKSPACES): Promise<TestIncident> {
  const detectedAt = await harness.now();
  const perWorkspace = { stored: Object.fromEntries(workspaces.map((ws) => [ws, { individuals: 10, records: 30 }])) };
  const incident = await harness.declare({
    ...{ detectedAt, declaredAt: detectedAt, awareAt: detectedAt },
    assessment: assessment({ dataSets: [stored()], workspaces, perWorkspace }),
  });
  await harness.sleepHours(0.2);
  return incident;
}

/** Two are mailed a call; the third call of this incident waits until it is let go. */
function held(incident: TestIncident, obligation = ID): { reached: Promise<void>; letGo(): void } {
  harness.world.mailsPerCall = 2;
  let letGo = (): void => {};
  let reach = (): void => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  let calls = 0;
  harness.world.fail('sendBatches', async (input) => {
    const { incidentId, obligation: of } = input as { incidentId: string; obligation: string };
    if (incidentId !== incident.id || of !== obligation || ++calls < 2) return false;
    reach();
    await gate;
    return false;
  });
  return { reached, letGo };
}

/** Each call of an activity waits until it is let go. */
function waiting(activity: 'openDelivery' | 'summariseDelivery'): () => void {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  harness.world.fail(activity, async () => {
    await gate;
    return false;
  });
  return open;
}

const told = (incident: TestIncident) => incident.mails(ID).map(({ to }) => to);
const everybody = (workspaces = WORKSPACES) => workspaces.map((ws) => `${ws}@owner.example`);

async function stopped(incident: TestIncident): Promise<void> {
  const gate = held(incident);
  incident.stuck = () => true;
  await incident.send('approve', { obligation: ID });
  await gate.reached;
  await incident.send('stop-sending', STOP);
  await ledgerTold(incident);
  gate.letGo();
  incident.stuck = () => false;
  await incident.quiet();
}

/** The ledger has been asked to stop the present round. */
async function ledgerTold(incident: TestIncident): Promise<void> {
  const { round } = await incident.obligation(ID);
  const isOurs = (input: unknown) => {
    const given = input as { incidentId: string; round: number };
    return given.incidentId === incident.id && given.round === round;
  };
  await until(async () =>
    harness.world.attempts.some(({ activity, input }) => activity === 'stopDelivery' && isOurs(input)),
  );
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + 20_000; !(await holds()); ) {
    if (Date.now() > giveUpAt) throw new Error('it does not come to that');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('between two batches: who was mailed stays told, the same text then goes to the rest alone', async () => {
  const incident = await drafted();
  await stopped(incident);
  expect(told(incident)).toHaveLength(2);
  expect(await incident.obligation(ID)).toMatchObject({
    ...{ status: 'drafted', round: 2, purpose: 'new-recipients' },
    stopped: { by: ONCALL, reason: WHY },
    tally: { mailed: ['ws-1', 'ws-2'] },
  });
  expect(incident.about('delivery-counted', ID)).toMatchObject([
    { data: { stopped: true, counted: { numbers: { told: 2, untold: 3 } } } },
  ]);
  // Whatever time passes, nothing more goes out, and it rings.
  await harness.sleepHours(100);
  expect(told(incident)).toHaveLength(2);
  expect(incident.alarms(ID).length).toBeGreaterThan(2);
  harness.world.repair();
  harness.world.mailsPerCall = Number.POSITIVE_INFINITY;
  await incident.send('approve', { obligation: ID });
  await incident.quiet();
  expect(told(incident).sort()).toEqual(everybody());
  expect(await incident.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { told: 5, of: 5 } });
}, 120_000);

test('the wrong people: those who fall out of the list hear nothing once it goes on', async () => {
  const incident = await drafted();
  await stopped(incident);
  await incident.send('assess', {
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-5'], perWorkspace: {} }),
    reason: 'another cluster',
  });
  await incident.quiet();
  harness.world.repair();
  await incident.send('approve', { obligation: ID });
  await incident.quiet();
  expect(told(incident)).toEqual(['ws-1@owner.example', 'ws-2@owner.example', 'ws-5@owner.example']);
  // Whoever was told it wrongly is told so.
  expect(await incident.obligation(ID)).toMatchObject({
    purpose: 'supplement',
    changed: expect.arrayContaining(['a customer who is not affected']),
  });
}, 120_000);

test('before its delivery has begun, nobody is mailed', async () => {
  const incident = await drafted();
  const open = waiting('openDelivery');
  incident.stuck = () => true;
  await incident.send('approve', { obligation: ID });
  await incident.send('stop-sending', STOP);
  open();
  incident.stuck = () => false;
  await incident.quiet();
  expect(told(incident)).toEqual([]);
  expect(await incident.obligation(ID)).toMatchObject({ status: 'drafted', round: 2, purpose: 'first' });
  harness.world.repair();
  await incident.send('approve', { obligation: ID });
  await incident.quiet();
  expect(told(incident).sort()).toEqual(everybody());
}, 120_000);

test('after its last batch, everybody was told, and the record says that', async () => {
  const incident = await drafted(['ws-1', 'ws-2']);
  const open = waiting('summariseDelivery');
  incident.stuck = () => true;
  await incident.send('approve', { obligation: ID });
  await until(async () => told(incident).length === 2);
  await incident.send('stop-sending', STOP);
  open();
  incident.stuck = () => false;
  await incident.quiet();
  const o = await incident.obligation(ID);
  expect(o).toMatchObject({ status: 'fulfilled', round: 1, evidence: { told: 2 } });
  expect(o.stopped).toBeUndefined();
}, 120_000);

test('the ledger cannot be told at first: it is told again until it knows', async () => {
  const incident = await drafted();
  let attempts = 0;
  harness.world.fail('stopDelivery', () => ++attempts < 2);
  await stopped(incident);
  expect(attempts).toBeGreaterThan(1);
  const { status, tally, stopped: by } = await incident.obligation(ID);
  expect(tally!.mailed).toHaveLength(told(incident).length);
  expect(['drafted', 'fulfilled']).toContain(status);
  expect(status === 'drafted').toBe(by !== undefined);
}, 120_000);

test('the ledger is restored to before the stop while batches are on their way: it is told again, and nothing more goes out', async () => {
  const incident = await drafted();
  const gate = held(incident);
  incident.stuck = () => true;
  await incident.send('approve', { obligation: ID });
  await gate.reached;
  await incident.send('stop-sending', STOP);
  // By the incident and by the delivery.
  const times = () =>
    harness.world.attempts.filter(
      ({ activity, input }) =>
        activity === 'stopDelivery' && (input as { incidentId: string }).incidentId === incident.id,
    ).length;
  await until(async () => times() >= 2);
  harness.world.forgetStops();
  gate.letGo();
  incident.stuck = () => false;
  await incident.quiet();
  // The call that was under way claimed once more.
  expect(told(incident)).toHaveLength(4);
  expect(await incident.obligation(ID)).toMatchObject({ status: 'drafted', round: 2, stopped: { by: ONCALL } });
}, 120_000);

test('stopped twice, approved twice: nobody is mailed twice', async () => {
  const incident = await drafted();
  await stopped(incident);
  await incident.send('stop-sending', STOP);
  expect(incident.about('sending-stopped', ID)).toHaveLength(1);
  await stopped(incident);
  expect(told(incident)).toHaveLength(4);
  harness.world.repair();
  await incident.send('approve', { obligation: ID, by: COUNSEL });
  await incident.quiet();
  expect(told(incident).sort()).toEqual(everybody());
  expect(await incident.obligation(ID)).toMatchObject({ status: 'fulfilled', round: 3 });
}, 120_000);

test('another incident that is mailed meanwhile goes on', async () => {
  const other = await drafted(['ws-7', 'ws-8', 'ws-9']);
  const incident = await drafted();
  const gate = held(incident);
  incident.stuck = () => true;
  await incident.send('approve', { obligation: ID });
  await gate.reached;
  await other.send('approve', { obligation: ID });
  await incident.send('stop-sending', STOP);
  await ledgerTold(incident);
  gate.letGo();
  incident.stuck = () => false;
  await Promise.all([incident.quiet(), other.quiet()]);
  expect(told(incident)).toHaveLength(2);
  expect(await other.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { told: 3 } });
}, 120_000);

// The last: the server's clock skips no more once a workflow with an activity under way was terminated.
test('the delivery was terminated: the stop holds all the same, and nothing more goes out', async () => {
  const incident = await drafted();
  const gate = held(incident);
  incident.stuck = () => true;
  await incident.send('approve', { obligation: ID });
  await gate.reached;
  await harness.client.workflow.getHandle(`${incident.id}/${ID}/1`).terminate('lost');
  await incident.send('stop-sending', STOP);
  await ledgerTold(incident);
  gate.letGo();
  incident.stuck = () => false;
  await incident.quiet();
  expect(told(incident)).toHaveLength(2);
  expect(await incident.obligation(ID)).toMatchObject({ status: 'drafted', round: 2, stopped: { by: ONCALL } });
}, 120_000);
