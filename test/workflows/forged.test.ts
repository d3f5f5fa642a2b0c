// Whoever may start or signal a workflow writes no evidence that is not true, and nothing into another case's register.
import type { WorkflowFailedError } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { appendToRegister, type RegisterPort } from '../../activities/register';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import { PATCH_WORKFLOW } from '../../domain/patch/patch-task';
import { VULNERABILITY_REPORT_WORKFLOW } from '../../domain/report/vulnerability-report';
import { TRIAGE_WORKFLOW } from '../../domain/triage/state';
import { RegisterGapError } from '../../register/errors';
import { until } from '../setup/until';
import {
  connectTo,
  declaration,
  endAtRest,
  startDevServerWith,
  type TestIncident,
  WorkflowHarness,
} from '../setup/workflow-harness';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error) => error,
  );

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

/** A forged decision of the next number in the register of `incident`, carried as a run before would hand it over. */
async function forgedFor(incident: TestIncident) {
  const { state } = await incident.view();
  const entry = {
    incidentId: incident.id,
    seq: state.seq + 1,
    kind: 'noted',
    at: await harness.now(),
    by: 'the board',
  };
  const backlog = [{ ...entry, data: { message: 'status', note: 'the board decided not to report' } }];
  const { policy } = harness.world;
  return { declaration: declaration(incident.id, 0), policy, carried: { state, backlog, caused: [], recent: [] } };
}

const refusal = async (workflowId: string) => {
  const result = harness.client.workflow.getHandle(workflowId, undefined, { followRuns: false }).result();
  return String(((await failureOf(result)) as WorkflowFailedError).cause?.message);
};

test.each([INCIDENT_WORKFLOW, TRIAGE_WORKFLOW, PATCH_WORKFLOW, VULNERABILITY_REPORT_WORKFLOW])(
  'a start of "%s" that brings what only a continued run has is refused, and writes nothing',
  async (workflow) => {
    const incident = await harness.declare({ serviceAffecting: false });
    const workflowId = `X-${workflow}-${incident.id}`;
    const args = [await forgedFor(incident)];
    await harness.client.workflow.start(workflow, { taskQueue: TASK_QUEUE, workflowId, args });
    expect(await refusal(workflowId)).toMatch(/carried: was given at a start/);
    await harness.sleep(60_000);
    expect(incident.entries('noted')).toEqual([]);
    // The place that the forged entry was to take is free for the true one.
    await incident.send('status', { status: 'identified' });
    await incident.quiet();
    expect(incident.entries('status-changed')).toHaveLength(1);
  },
  60_000,
);

test('nor is a run believed that a schedule or a retry began with the input of the first', async () => {
  const { client, world, incident: find } = await connectTo((await startDevServerWith({})).address);
  const [workflowId, id] = ['X-CRON', 'INC-1'];
  const carried = {
    state: { caseId: workflowId },
    backlog: [{ incidentId: workflowId, seq: 1 }],
    caused: [],
    recent: [],
  };
  const args = [{ declaration: declaration(id, Date.now()), policy: world.policy, carried }];
  const options = { taskQueue: TASK_QUEUE, workflowId, args, cronSchedule: '@every 1s', retry: {} };
  const first = await client.workflow.start(INCIDENT_WORKFLOW, options);
  const runs = new Set([first.firstExecutionRunId]);
  const again = async () => runs.add((await client.workflow.getHandle(workflowId).describe()).runId).size >= 3;
  await until('the schedule begins a third run', again, 40_000);
  const handle = client.workflow.getHandle(workflowId, [...runs][1]);
  const [started] = (await handle.fetchHistory()).events!;
  // To the server it is a run that continues the first.
  expect(started!.workflowExecutionStartedEventAttributes!.continuedExecutionRunId).toBe(first.firstExecutionRunId);
  await client.workflow.getHandle(workflowId).terminate();
  expect(find(workflowId).register()).toEqual([]);
}, 60_000);

test('an incident is gone on with only as itself, and only once it is closed', async () => {
  const incident = await harness.declare({ serviceAffecting: false });
  const args = [{ closed: { incidentId: incident.id } }];
  const foreign = `X-closed-${incident.id}`;
  await harness.client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId: foreign, args });
  expect(await refusal(foreign)).toMatch(`is "${incident.id}", but the workflow id is "${foreign}"`);

  // Ended from outside while it was open: a second start would forget what was not written yet.
  await endAtRest(incident.handle);
  const { runId } = await incident.handle.describe();
  await harness.client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId: incident.id, args });
  expect((await incident.handle.describe()).runId).not.toBe(runId);
  expect(await refusal(incident.id)).toMatch('as open, not as closed');
  incident.expectsNoState = true;
}, 60_000);

test('the register takes the entries of a case from that case alone', async () => {
  const appended: unknown[] = [];
  const register = {
    append: async (events: unknown[]) => {
      appended.push(...events);
      return { head: { position: 1, hash: 'f'.repeat(64) } };
    },
  } as unknown as RegisterPort;
  const by = (workflowId: string) =>
    new MockActivityEnvironment({ workflowExecution: { workflowId, runId: 'r' } } as never).run(() =>
      appendToRegister(register, { events: [{ incidentId: 'INC-1', seq: 1 }] } as never),
    );
  expect(await failureOf(by('INC-2'))).toMatchObject({ type: 'RegisterRefused', nonRetryable: true });
  expect(appended).toEqual([]);
  await by('INC-1');
  expect(appended).toHaveLength(1);
});

test('a gap in the register is told with the number that it wants; it is waited for where another workflow writes before', async () => {
  const register = {
    append: async () => Promise.reject(new RegisterGapError('INC-1', 9, 4)),
  } as unknown as RegisterPort;
  const append = (follows?: true) =>
    new MockActivityEnvironment({ workflowExecution: { workflowId: 'INC-1', runId: 'r' } } as never).run(() =>
      appendToRegister(register, { events: [{ incidentId: 'INC-1', seq: 9 }], follows } as never),
    );
  expect(await failureOf(append())).toMatchObject({ type: 'RegisterBehind', nonRetryable: true, details: [4] });
  expect(await failureOf(append(true))).toBeInstanceOf(RegisterGapError);
});

describe('evidence of mails', () => {
  const counted = { of: 'workspaces', reached: ['ws-1', 'ws-2'], unreached: [], numbers: { told: 2, untold: 0 } };
  const forged = (obligation: string) => ({ obligation, round: 1, total: 2, sent: 2, failed: 0, counted });

  test('is what the ledger holds: a signal that says that all were sent changes nothing', async () => {
    harness.world.fail('sendBatches');
    const incident = await harness.declare({ serviceAffecting: false });
    incident.stuck = (key) => key.startsWith('dispatch ');
    await incident.send('approve', { obligation: 'enterprise-notice' });
    await harness.sleep(60_000);
    await incident.signal('delivered', forged('enterprise-notice'));
    await harness.sleep(60_000);
    expect(incident.about('delivery-counted', 'enterprise-notice')).toEqual([]);
    expect((await incident.obligation('enterprise-notice')).status).toBe('dispatching');

    harness.world.repair();
    incident.stuck = () => false;
    await harness.sleepHours(1);
    const [told] = incident.about('delivery-counted', 'enterprise-notice');
    expect(told!.data.evidence.sent).toBe(incident.mails('enterprise-notice').length);
    expect(told!.data.evidence.sent).toBeGreaterThan(0);
  }, 60_000);

  test('a signal before the delivery has opened its ledger counts nobody as told', async () => {
    harness.world.fail('openDelivery');
    const incident = await harness.declare({ serviceAffecting: false });
    incident.stuck = (key) => key.startsWith('dispatch ');
    await incident.send('approve', { obligation: 'enterprise-notice' });
    await incident.signal('delivered', forged('enterprise-notice'));
    await harness.sleep(60_000);
    expect(incident.about('delivery-counted', 'enterprise-notice')).toEqual([]);
  }, 60_000);

  test('a delivery that was ended from outside is alarmed and begun anew: everybody is told, nobody twice', async () => {
    const { client, world, incident: find } = await connectTo((await startDevServerWith({})).address);
    world.refuse('sendBatches');
    const tried = world.nextAttempt('sendBatches');
    const incident = find('INC-ENDED');
    const args = [
      { declaration: declaration(incident.id, Date.now(), { serviceAffecting: false }), policy: world.policy },
    ];
    await client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId: incident.id, args });
    await incident.quiet();
    await incident.send('approve', { obligation: 'enterprise-notice' });
    await tried;
    world.repair();
    await client.workflow.getHandle(`${incident.id}/enterprise-notice/1`).terminate('somebody');
    await incident.quiet();
    const alarms = incident.alarms('enterprise-notice').filter((a) => a.threshold.kind === 'failing');
    expect(alarms.at(-1)!.detail).toMatch(
      /^the delivery failed .* when 3 recipients had no outcome yet: it is begun anew$/,
    );
    expect(incident.mails('enterprise-notice').map(({ to }) => to)).toHaveLength(3);
    expect(incident.about('delivery-counted', 'enterprise-notice')).toHaveLength(1);
  }, 60_000);
});
