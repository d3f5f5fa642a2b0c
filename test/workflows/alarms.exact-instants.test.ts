// Nobody acts: every obligation raises its alarms at their exact instants, and no others.

import { HOUR_MS, toMs } from '../../domain/kernel/time';
import { thresholdName } from '../setup/threshold-name';
import { accounts, assessment, PROMPT_MS, type TestIncident, WorkflowHarness } from '../setup/workflow-harness';

const DAY = 24;
let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

/** Asserts the alarms of an obligation: each threshold at its hours after `from`, in this order and no others. */
function expectAlarms(
  incident: TestIncident,
  obligation: string,
  from: string,
  expected: Array<[string, number]>,
): void {
  const alarms = incident.alarms(obligation);
  expect({ obligation, thresholds: alarms.map((a) => thresholdName(a.threshold)) }).toEqual({
    obligation,
    thresholds: expected.map(([threshold]) => threshold),
  });
  expected.forEach(([threshold, hours], index) => {
    const exactMs = toMs(from) + Math.round(hours * HOUR_MS);
    const delivered = harness.world.alarms.find(
      ({ input }) => input.incidentId === incident.id && input.seq === alarms[index]!.seq,
    )!;
    for (const at of [alarms[index]!.at, delivered.at]) {
      const lateMs = toMs(at) - exactMs;
      if (lateMs < 0 || lateMs > PROMPT_MS) {
        throw new Error(`${obligation}: alarm ${threshold} is ${lateMs} ms off its exact instant, T+${hours} h`);
      }
    }
  });
}

test('containment, status, enterprise, authority and individual notices: alarms of the first hundred hours', async () => {
  const detectedAt = await harness.now();
  const incident = await harness.declare({ detectedAt, declaredAt: detectedAt, awareAt: detectedAt });
  await harness.sleepHours(100);

  const repeats = Array.from({ length: 24 }, (_, i): [string, number] => [`overdue ${i + 1}`, 2 + 4 * (i + 1)]);
  expectAlarms(incident, 'containment', detectedAt, [
    ['50 %', 1],
    ['75 %', 1.5],
    ['90 %', 1.8],
    ['due', 2],
    ...repeats,
  ]);
  // Sent by themselves at 1.5 h: no alarm after that.
  expectAlarms(incident, 'status-page-update', detectedAt, [['50 %', 1]]);
  expectAlarms(incident, 'status-subscribers', detectedAt, [['50 %', 1]]);
  // Sent by itself at 12 h, and told so before.
  expectAlarms(incident, 'enterprise-notice', detectedAt, []);
  expectAlarms(incident, 'gdpr-art33-2-controllers', detectedAt, [['25 %', 6]]);
  for (const authority of ['gdpr-art33-authority:ie-dpc', 'pipeda-opc-report:opc']) {
    expectAlarms(incident, authority, detectedAt, [
      ['50 %', 36],
      ['75 %', 54],
      ['90 %', 64.8],
      ['due', 72],
      ['overdue 1', 84],
      ['overdue 2', 96],
    ]);
  }
  for (const individuals of ['gdpr-art34-individuals', 'pipeda-individuals']) {
    expectAlarms(incident, individuals, detectedAt, [
      ['50 %', 48],
      ['75 %', 72],
      ['margin', 84],
      ['90 %', 86.4],
      ['due', 96],
    ]);
  }
}, 120_000);

test('the register groups R2 to R6 that nobody completes: alarms when their time is over', async () => {
  const declaredAt = await harness.now();
  const incident = await harness.start({
    detectedAt: declaredAt,
    declaredAt,
    howItOccurred: undefined,
    assessment: undefined,
    maliciousSources: [],
    credentials: [],
    serviceAffecting: false,
  });
  await incident.quiet();
  await harness.sleepHours(15 * DAY);
  for (const group of ['register-nature', 'register-data', 'register-consequences', 'register-measures']) {
    expectAlarms(incident, group, declaredAt, [['due', 72]]);
  }
  expectAlarms(incident, 'register-notifications', declaredAt, [['due', 14 * DAY]]);
}, 120_000);

test('after the resolution: the review, its summary and the verified register', async () => {
  const incident = await harness.declare({ assessment: assessment({ personalData: 'no', dataSets: [] }) });
  harness.world.registerDamaged = true;
  incident.stuck = (key) => key === 'verify-register';
  await incident.send('status', { status: 'contained' });
  await incident.send('status', { status: 'resolved' });
  const { resolved } = (await incident.state()).anchors;
  await harness.sleepHours(25);
  expectAlarms(incident, 'register-available', resolved!, [['due', 24]]);
  expect(incident.alarms().filter((alarm) => alarm.threshold.kind === 'register-damaged').length).toBeGreaterThan(0);
  harness.world.registerDamaged = false;
  await harness.sleepHours(21 * DAY);
  const { status, lateByMs } = await incident.obligation('register-available');
  expect(status).toBe('fulfilled');
  expect(lateByMs).toBeGreaterThan(HOUR_MS);
  expect(lateByMs).toBeLessThan(2.1 * HOUR_MS);
  expectAlarms(incident, 'post-incident-review', resolved!, [
    ['50 %', 7 * DAY],
    ['75 %', 10.5 * DAY],
    ['90 %', 12.6 * DAY],
    ['due', 14 * DAY],
    ['overdue 1', 21 * DAY],
  ]);

  await incident.send('review', { rootCause: 'x', controls: ['y'], shareSummary: true, summary: 'z' });
  const { reviewed } = (await incident.state()).anchors;
  await harness.sleepHours(7.5 * DAY);
  expectAlarms(incident, 'review-summary', reviewed!, [
    ['50 %', 3.5 * DAY],
    ['75 %', 5.25 * DAY],
    ['margin', 6 * DAY],
    ['due', 7 * DAY],
  ]);
}, 120_000);

test('a chained clock takes its alarms along: individuals within 24 h after the authority', async () => {
  const detectedAt = await harness.now();
  const incident = await harness.declare({
    detectedAt,
    declaredAt: detectedAt,
    awareAt: detectedAt,
    assessment: assessment({ dataSets: [accounts({ residence: { IE: 2 }, significantHarm: 'no' })] }),
  });
  await harness.sleepHours(20);
  await incident.send('filed', { obligation: 'gdpr-art33-authority:ie-dpc', reference: 'IN-26-1' });
  const filedAt = (await incident.obligation('gdpr-art33-authority:ie-dpc')).fulfilledAt!;
  await harness.sleepHours(25);
  // Half of the clock and the margin fall on the same instant: the higher one rings.
  expectAlarms(incident, 'gdpr-art34-individuals', filedAt, [
    ['margin', 12],
    ['75 %', 18],
    ['90 %', 21.6],
    ['due', 24],
  ]);
}, 120_000);

test('an alarm whose reason is gone when its time comes does not ring', async () => {
  const detectedAt = await harness.now();
  const incident = await harness.declare({ detectedAt, declaredAt: detectedAt });
  await harness.sleepHours(0.9);
  await incident.send('status', { status: 'contained' });
  await incident.quiet();
  await incident.send('approve', { obligation: 'status-page-update' });
  await harness.sleepHours(2);
  expect(incident.alarms('containment')).toEqual([]);
  expect(incident.alarms('status-page-update')).toEqual([]);
});
