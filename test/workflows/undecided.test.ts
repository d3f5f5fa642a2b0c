// Of a part of a notice only the mail provider knows whether it went out: the others are told, it is alarmed, a person settles it.
import { commandText } from '../../domain/kernel/command-lines';
import { HOUR_MS, toMs } from '../../domain/kernel/time';
import { assessment, COUNSEL, stored, WorkflowHarness } from '../setup/workflow-harness';

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(async () => {
  harness.world.undecided.clear();
  await harness.endOfScenario();
}, 60_000);

const ID = 'enterprise-notice';
const REASON = 'the log of the provider lists it as delivered';

/** Two workspaces are to be told, of one of them nobody knows. */
async function sending() {
  harness.world.undecided.add('ws-2@owner.example');
  const detectedAt = await harness.now();
  const incident = await harness.declare({
    ...{ detectedAt, declaredAt: detectedAt, awareAt: detectedAt },
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] }),
  });
  incident.stuck = () => true;
  await harness.sleepHours(0.5);
  await incident.send('approve', { obligation: ID });
  await harness.sleepHours(2);
  return incident;
}

test('the others are told, and an alarm names the commands that settle it, once', async () => {
  const incident = await sending();
  expect(incident.mails(ID).map(({ to }) => to)).toEqual(['ws-1@owner.example']);
  const alarms = incident.about('alarm-raised', ID).filter(({ data }) => data.threshold.kind === 'undecided');
  expect(alarms).toHaveLength(1);
  expect(commandText(alarms[0]!.data.commands[0]!)).toContain(`notice settle ${incident.id} ${ID} --accepted`);
  expect((await incident.obligation(ID)).status).toBe('dispatching');
  // How far it is, for whoever looks at the incident, and for the Web UI.
  expect((await incident.obligation(ID)).moved).toMatchObject({ settled: 1, total: 2 });
  const delivery = harness.client.workflow.getHandle(`${incident.id}/${ID}/1`);
  const { currentDetails } = await delivery.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toContain('at least 1 of 2 have an outcome');
  expect(currentDetails).not.toContain('@');
  await incident.send('settle', { obligation: ID, accepted: false, reason: REASON, by: COUNSEL });
  incident.stuck = () => false;
  await incident.quiet();
}, 180_000);

test('accepted: it counts as told when the provider took it, and is not sent again', async () => {
  const incident = await sending();
  const at = new Date(toMs(await harness.now()) - HOUR_MS).toISOString();
  await incident.send('settle', { obligation: ID, accepted: true, at, reason: REASON, by: COUNSEL });
  incident.stuck = () => false;
  await incident.quiet();
  const o = await incident.obligation(ID);
  expect(o).toMatchObject({ status: 'fulfilled', evidence: { told: 2 } });
  expect(toMs(o.fulfilledAt!)).toBeLessThanOrEqual(toMs(at));
  expect(incident.mails(ID)).toHaveLength(1);
  expect(incident.about('batch-settled', ID)).toMatchObject([
    { by: COUNSEL, data: { accepted: true, reason: REASON } },
  ]);
}, 180_000);

test('not accepted: it is sent, once', async () => {
  const incident = await sending();
  await incident.send('settle', { obligation: ID, accepted: false, reason: REASON, by: COUNSEL });
  incident.stuck = () => false;
  await incident.quiet();
  expect((await incident.obligation(ID)).status).toBe('fulfilled');
  expect(
    incident
      .mails(ID)
      .map(({ to }) => to)
      .sort(),
  ).toEqual(['ws-1@owner.example', 'ws-2@owner.example']);
}, 180_000);

test('nothing waits under that key: somebody is told so, and it goes on waiting', async () => {
  const incident = await sending();
  harness.world.fail('settleBatch', () => false);
  harness.world.undecided.clear();
  await incident.send('settle', { obligation: ID, accepted: false, batch: '00000000', reason: REASON, by: COUNSEL });
  incident.stuck = () => false;
  await incident.quiet();
  const last = incident.about('alarm-raised', ID).filter(({ data }) => data.threshold.kind === 'undecided');
  expect(last.map(({ data }) => data.detail)).toContainEqual(expect.stringContaining('Nothing was settled'));
}, 180_000);

test('nobody settles it: it stands still, so the thresholds of its clock ring, and say so', async () => {
  const incident = await sending();
  const rung = () => incident.about('alarm-raised', ID).filter(({ data }) => data.threshold.kind === 'elapsed');
  expect(rung()).toEqual([]);
  await harness.sleepHours(46);
  expect(rung().map(({ data }) => data.todo)).toContain('look-into');
  expect(rung().at(-1)!.data.detail).toMatch(/^it is being sent and not done; 1 are known to have an outcome/);
  await incident.send('settle', { obligation: ID, accepted: false, reason: REASON, by: COUNSEL });
  incident.stuck = () => false;
  await incident.quiet();
}, 180_000);
