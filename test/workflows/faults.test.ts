// What fails outside stops no clock: containment, the register, drafting, publishing, mail, a pressed "cancel".

import { HOUR_MS, toMs } from '../../domain/kernel/time';
import { thresholdName } from '../setup/threshold-name';
import { PROMPT_MS, WorkflowHarness } from '../setup/workflow-harness';

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

type Measure = { measure: { action: string } };

test('containment that fails is retried and alarmed, delays no clock, and takes effect once when it works', async () => {
  const detectedAt = await harness.now();
  harness.world.fail('applyMeasure', (input) => (input as Measure).measure.action === 'block-source');
  const incident = await harness.start(
    { detectedAt, declaredAt: detectedAt, awareAt: detectedAt },
    { policy: harness.world.policy },
  );
  incident.stuck = (key) => key.startsWith('contain block-source');
  await harness.sleep(60_000);

  const alarms = incident.alarms().filter((alarm) => alarm.threshold.kind === 'failing');
  expect(alarms).toHaveLength(1);
  expect(alarms[0]!.about).toEqual({ kind: 'measure', measure: 'block-source 203.0.113.9' });
  expect(harness.world.rules.has(`${incident.id} rotate-credential postgres-role/deploy`)).toBe(true);

  await harness.sleepHours(2);
  expect(incident.alarms('containment').map((alarm) => thresholdName(alarm.threshold))).toEqual([
    '50 %',
    '75 %',
    '90 %',
    'due',
  ]);
  expect(toMs(incident.mails('status-subscribers')[0]!.at) - toMs(detectedAt) - 1.5 * HOUR_MS).toBeLessThan(
    2 * PROMPT_MS,
  );

  harness.world.repair('applyMeasure');
  await harness.sleepHours(1);
  expect(incident.entries('containment-step').map((e) => e.data.outcome)).toEqual(['verified', 'verified']);
  expect(harness.world.rules.get(`${incident.id} block-source 203.0.113.9`)).toEqual({ times: 1, undone: false });
}, 60_000);

test('containment that never works is given up as failed after about a day, with an alarm, and may be asked for again', async () => {
  harness.world.fail('applyMeasure', (input) => (input as Measure).measure.action === 'block-source');
  const incident = await harness.start({ serviceAffecting: false }, { policy: harness.world.policy });
  incident.stuck = (key) => key.startsWith('contain block-source');
  await harness.sleepHours(30);
  expect((await incident.state()).containment['block-source 203.0.113.9']!.state).toBe('failed');
  expect(incident.alarms().filter((a) => a.threshold.kind === 'failed')).toHaveLength(1);
  harness.world.repair();
  await incident.send('contain', { measure: { action: 'block-source', source: '203.0.113.9' } });
  incident.stuck = () => false;
  await incident.quiet();
  expect((await incident.state()).containment['block-source 203.0.113.9']!.state).toBe('verified');
}, 60_000);

test('the register is away for ten minutes: notices go out on time, the entries arrive afterwards, once, in order', async () => {
  const detectedAt = await harness.now();
  const incident = await harness.declare({ detectedAt, declaredAt: detectedAt });
  // From 85 to 95 minutes: the status notices go out at 90.
  await harness.sleep(85 * 60_000);
  const written = incident.register().length;
  harness.world.fail('appendEntries');
  incident.stuck = (key) => key === 'register';
  await harness.sleep(10 * 60_000);
  expect(incident.register()).toHaveLength(written);
  expect(incident.mails('status-subscribers')).toHaveLength(2);
  expect(incident.published()).toHaveLength(1);
  expect(toMs(incident.mails('status-subscribers')[0]!.at) - toMs(detectedAt) - 1.5 * HOUR_MS).toBeLessThan(
    2 * PROMPT_MS,
  );
  expect((await incident.view()).registerBacklog).toBeGreaterThanOrEqual(4);

  await incident.send('measure', { text: 'Asked the hoster for the logs' });
  harness.world.repair('appendEntries');
  incident.stuck = () => false;
  await harness.sleep(60_000);
  expect(incident.register().length).toBeGreaterThan(written + 4);
  expect(incident.entries('measure-recorded')).toHaveLength(1);
  await incident.assertFold();
}, 60_000);

test('an incident does not close before the register has every entry', async () => {
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
  harness.world.fail('appendEntries');
  incident.stuck = (key) => key === 'register';
  await incident.send('close', {});
  await harness.sleep(10 * 60_000);
  expect((await incident.handle.describe()).status.name).toBe('RUNNING');
  expect(incident.entries('closed')).toEqual([]);
  harness.world.repair();
  incident.stuck = () => false;
  await incident.handle.result();
  expect(incident.entries('closed')).toHaveLength(1);
}, 60_000);

test.each(['draftNotice', 'openDelivery', 'sendBatches', 'publishStatus'] as const)(
  '%s fails for twenty minutes: every notice goes out once when it works again',
  async (activity) => {
    const incident = await harness.declare({ assessment: undefined });
    harness.world.fail(activity);
    incident.stuck = () => true;
    await incident.send('status', { status: 'identified' });
    await harness.sleep(95 * 60_000);
    await harness.sleep(20 * 60_000);
    harness.world.repair();
    incident.stuck = () => false;
    await harness.sleep(5 * 60_000);
    expect(incident.mails('status-subscribers').map((mail) => [mail.round, mail.to])).toEqual([
      [1, 'sub-1@subscriber.example'],
      [1, 'sub-2@subscriber.example'],
    ]);
    expect(incident.published()).toHaveLength(1);
    expect((await incident.obligation('status-page-update')).status).toBe('fulfilled');
  },
  60_000,
);

test('alarms that cannot be delivered are delivered later, each once', async () => {
  const incident = await harness.declare({ assessment: undefined, serviceAffecting: false });
  harness.world.fail('raiseAlarm');
  incident.stuck = (key) => key.startsWith('alarm');
  await harness.sleepHours(3);
  expect(incident.alarms()).toEqual([]);
  harness.world.repair();
  incident.stuck = () => false;
  await harness.sleep(60_000);
  expect(incident.alarms('containment').map((alarm) => thresholdName(alarm.threshold))).toEqual([
    '50 %',
    '75 %',
    '90 %',
    'due',
  ]);
}, 60_000);

test('a cancel request does not stop the clocks: it is alarmed, and what is due is done', async () => {
  const incident = await harness.declare();
  await harness.sleepHours(1);
  await incident.handle.cancel();
  await harness.sleep(1_000);
  await incident.handle.cancel();
  await harness.sleep(1_000);
  expect(incident.alarms().filter((alarm) => alarm.threshold.kind === 'cancel-requested')).toHaveLength(1);
  await incident.send('measure', { text: 'Looked at who pressed it' });
  await harness.sleepHours(45);
  expect((await incident.handle.describe()).status.name).toBe('RUNNING');
  expect(incident.mails('status-subscribers')).toHaveLength(2);
  expect(incident.mails('enterprise-notice')).toHaveLength(3);
  expect(incident.alarms('containment').length).toBeGreaterThan(5);
  expect(incident.entries('measure-recorded')).toHaveLength(1);
}, 60_000);

test('a cancel request while containment and the register are down cuts neither', async () => {
  harness.world.fail('applyMeasure');
  harness.world.fail('appendEntries');
  const incident = await harness.start({}, { policy: harness.world.policy });
  incident.stuck = () => true;
  await harness.sleep(30_000);
  await incident.handle.cancel();
  await harness.sleep(30_000);
  harness.world.repair();
  incident.stuck = () => false;
  await harness.sleep(10 * 60_000);
  expect(incident.entries('containment-step').map((e) => e.data.outcome)).toEqual(['verified', 'verified']);
  expect(incident.alarms().filter((alarm) => alarm.threshold.kind === 'cancel-requested')).toHaveLength(1);
}, 60_000);
