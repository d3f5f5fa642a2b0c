// Work that fails for good fails no workflow task: it is alarmed, everything else goes on, and it is done again later.
import { ApplicationFailure } from '@temporalio/common';
import type { AlarmInput } from '../../activities/types';
import { type Alarm, obligationOf } from '../../domain/case/alarm';
import { HOUR_MS } from '../../domain/kernel/time';
import { thresholdName } from '../setup/threshold-name';
import { WorkflowHarness } from '../setup/workflow-harness';

let harness: WorkflowHarness;
/** Which alarms and filing tasks are refused, for good, as long as this holds. */
let refuses: { alarm: (input: AlarmInput) => boolean; filing: boolean; lost: boolean } = {
  alarm: () => false,
  filing: false,
  lost: false,
};
let attempts: AlarmInput[] = [];
const tellsOfAlarms = ({ threshold }: Pick<Alarm, 'threshold'>) =>
  threshold.kind === 'failing' && threshold.work === 'alarm';

beforeAll(async () => {
  harness = await WorkflowHarness.start((_client, world) => ({
    raiseAlarm: async (input) => {
      attempts.push(input);
      if (refuses.alarm(input)) throw ApplicationFailure.nonRetryable('the address is no address', 'Refused');
      await world.activities().raiseAlarm(input);
    },
    sendBatches: async (input) => {
      if (refuses.lost) throw ApplicationFailure.retryable('the artefact is not in the store', 'ArtefactFault');
      return world.activities().sendBatches(input);
    },
    openFilingTask: async (input) => {
      if (refuses.filing) throw ApplicationFailure.nonRetryable('the template is gone', 'Refused');
      await world.activities().openFilingTask(input);
    },
  }));
}, 120_000);
beforeEach(() => {
  refuses = { alarm: () => false, filing: false, lost: false };
  attempts = [];
});
afterEach(() => harness.endOfScenario(), 60_000);

test('an alarm that is refused once: queries, updates and clocks go on, and it is sent later', async () => {
  const incident = await harness.declare({ maliciousSources: [], credentials: [] });
  let refused = 0;
  refuses.alarm = (alarm) =>
    obligationOf(alarm) === 'containment' && thresholdName(alarm.threshold) === '50 %' && refused++ === 0;
  incident.stuck = (key) => key.startsWith('alarm');
  // Half of the two hours for containment.
  await harness.sleepHours(1.01);
  expect(refused).toBe(1);
  expect(incident.alarms('containment')).toEqual([]);
  expect(incident.alarms().filter(tellsOfAlarms)).toHaveLength(1);
  expect((await incident.view()).inFlight).toHaveLength(1);
  const receipt = await incident.send('measure', { text: 'Asked the hoster' });
  expect(receipt.events[0]).toMatchObject({ kind: 'measure-recorded' });
  await harness.sleepHours(0.6);
  expect(incident.alarms('containment').map(({ threshold }) => thresholdName(threshold))).toEqual(['50 %', '75 %']);
  incident.stuck = () => false;
  await incident.quiet();
  expect(incident.mails('status-subscribers')).toHaveLength(2);
}, 60_000);

test('alarms that are all refused for hours: one alarm tells of it, and none is lost when they are taken again', async () => {
  const incident = await harness.declare({ maliciousSources: [], credentials: [] });
  refuses.alarm = () => true;
  incident.stuck = (key) => key.startsWith('alarm');
  await harness.sleepHours(3);
  const raised = incident.entries('alarm-raised');
  expect(raised.filter(({ data }) => tellsOfAlarms(data))).toHaveLength(1);
  expect(raised.length).toBeGreaterThan(4);
  expect(incident.alarms()).toEqual([]);
  // Each is tried every quarter of an hour, not more.
  for (const { seq, at } of raised) {
    const tried = attempts.filter((input) => input.seq === seq).length;
    expect([seq, tried <= 1 + (Date.parse(await harness.now()) - Date.parse(at)) / (HOUR_MS / 4)]).toEqual([seq, true]);
  }
  refuses.alarm = () => false;
  incident.stuck = () => false;
  await harness.sleepHours(0.3);
  expect(incident.alarms().map(({ seq }) => seq)).toEqual(incident.entries('alarm-raised').map(({ seq }) => seq));
}, 90_000);

test('a filing task that is refused is alarmed for its obligation, and opened later', async () => {
  refuses.filing = true;
  const incident = await harness.start({ maliciousSources: [], credentials: [] }, { policy: harness.world.policy });
  incident.stuck = (key) => key.startsWith('filing');
  await incident.quiet();
  const failing = incident.alarms().filter(({ threshold }) => threshold.kind === 'failing');
  expect(failing.map(obligationOf).sort()).toEqual(['gdpr-art33-authority:ie-dpc', 'pipeda-opc-report:opc']);
  expect(failing[0]!.detail).toBe('the template is gone');
  refuses.filing = false;
  incident.stuck = () => false;
  await harness.sleepHours(0.3);
  expect(harness.world.filingTasks.filter(({ input }) => input.incidentId === incident.id)).toHaveLength(2);
}, 60_000);

test('entries that the register refuses are alarmed, and nothing is dropped', async () => {
  const incident = await harness.declare({ maliciousSources: [], credentials: [] });
  harness.world.refuse('appendEntries');
  incident.stuck = (key) => key === 'register';
  await incident.send('measure', { text: 'Asked the hoster' });
  await harness.sleep(60_000);
  expect(incident.alarms().map(({ threshold }) => threshold)).toEqual([{ kind: 'failing', work: 'register' }]);
  expect(incident.entries('measure-recorded')).toEqual([]);
  harness.world.repair();
  incident.stuck = () => false;
  await harness.sleepHours(0.3);
  expect(incident.entries('measure-recorded')).toHaveLength(1);
}, 60_000);

test('entries that a register restored from an older backup has lost are written again, before those that come after', async () => {
  const incident = await harness.declare({ maliciousSources: [], credentials: [] });
  await incident.send('measure', { text: 'Asked the hoster' });
  await incident.quiet();
  const before = [...incident.register()];
  incident.register().splice(3);
  await incident.send('measure', { text: 'Asked again' });
  await incident.quiet();
  expect(incident.register().slice(0, before.length)).toEqual(before);
  expect(incident.entries('measure-recorded')).toHaveLength(2);
  expect(incident.alarms().filter(({ threshold }) => threshold.kind === 'failing')).toEqual([]);
  await incident.assertFold();
}, 60_000);

test('a notice that is not in the store is alarmed at once, and sent when the store has it again', async () => {
  const incident = await harness.declare({ maliciousSources: [], credentials: [] });
  refuses.lost = true;
  incident.stuck = (key) => key.startsWith('dispatch');
  await incident.send('approve', { obligation: 'enterprise-notice' });
  await harness.sleepHours(0.2);
  const failing = incident.alarms('enterprise-notice').filter(({ threshold }) => threshold.kind === 'failing');
  expect(failing.map(({ detail }) => detail)).toEqual(['the artefact is not in the store']);
  expect(incident.mails('enterprise-notice')).toEqual([]);
  refuses.lost = false;
  await harness.sleepHours(0.3);
  incident.stuck = () => false;
  await incident.quiet();
  expect(incident.mails('enterprise-notice').length).toBeGreaterThan(0);
}, 60_000);
