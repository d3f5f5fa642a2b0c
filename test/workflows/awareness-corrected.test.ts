// The awareness is corrected before and after filing, both ways, at real durations: deadlines, alarms, and both values of lateness.

import { HOUR_MS, type Instant, toMs } from '../../domain/kernel/time';
import { thresholdName } from '../setup/threshold-name';
import { COUNSEL, ONCALL, PROMPT_MS, type TestIncident, WorkflowHarness } from '../setup/workflow-harness';

const IE = 'gdpr-art33-authority:ie-dpc';
const SECOND = { by: COUNSEL };

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

/** Detected ten hours ago, aware from now on. */
async function begin() {
  const awareAt = await harness.now();
  const incident = await harness.declare({ detectedAt: await harness.in(-10), awareAt, serviceAffecting: false });
  const hours = (at: Instant) => (toMs(at) - toMs(awareAt)) / HOUR_MS;
  const correct = async (hour: number, reason: string) => {
    const corrected = new Date(toMs(awareAt) + hour * HOUR_MS).toISOString();
    await incident.send('assess', { awareAt: corrected, reason, by: ONCALL });
    await incident.quiet();
  };
  const due = async () => hours((await incident.obligation(IE)).dueAt!);
  return { incident, hours, correct, due };
}

/** The alarms of the report, each rung no earlier than its hour, and at once. */
function expectAlarms(incident: TestIncident, hours: (at: Instant) => number, expected: [string, number][]): void {
  const rung = incident.alarms(IE).map(({ threshold, at }) => [thresholdName(threshold), hours(at)] as const);
  expect(rung.map(([name]) => name)).toEqual(expected.map(([name]) => name));
  for (const [i, [, hour]] of rung.entries()) {
    expect((hour - expected[i]![1]) * HOUR_MS).toBeGreaterThanOrEqual(0);
    // What a person sends comes later by what the messages before it took.
    expect((hour - expected[i]![1]) * HOUR_MS).toBeLessThan(10 * PROMPT_MS);
  }
}

describe('before filing', () => {
  test('backwards: the deadline and its alarms come earlier; filed after it, it is late on what was recorded then', async () => {
    const { incident, hours, correct, due } = await begin();
    await harness.sleepHours(40);
    expect(await due()).toBe(72);
    await correct(-8, 'The ticket of the evening said so');
    expect(await due()).toBe(64);
    await harness.sleepHours(26);
    await incident.send('filed', { obligation: IE, reference: 'IE-1' });
    await incident.quiet();
    expectAlarms(incident, hours, [
      ['50 %', 36],
      // Of the deadline as it is now.
      ['50 %', 40],
      ['75 %', 46],
      ['90 %', 56.8],
      ['due', 64],
    ]);
    const filed = await incident.obligation(IE);
    expect(filed.lateByMs! / HOUR_MS).toBeCloseTo(2, 1);
    expect(filed.correctedLateByMs).toBeUndefined();
    expect(filed.misses!.map(hours)).toEqual([64]);
    expect(filed.delayReasonsOwed).toBe(true);
  }, 120_000);

  test('forward: nothing moves until a second person agrees; then the deadline and its alarms come later, and it is in time', async () => {
    const { incident, hours, correct, due } = await begin();
    await harness.sleepHours(40);
    await correct(12, 'Until then only a failed login had been seen');
    expect(await due()).toBe(72);
    await harness.sleepHours(1);
    await incident.send('confirm', SECOND);
    await incident.quiet();
    expect(await due()).toBe(84);
    await harness.sleepHours(42);
    await incident.send('filed', { obligation: IE, reference: 'IE-1' });
    await incident.quiet();
    expectAlarms(incident, hours, [
      ['50 %', 36],
      ['50 %', 48],
      ['75 %', 66],
      ['90 %', 76.8],
    ]);
    const filed = await incident.obligation(IE);
    expect(filed).toMatchObject({ lateByMs: 0 });
    expect(filed.correctedLateByMs).toBeUndefined();
    expect(filed.misses ?? []).toEqual([]);
    expect((await incident.state()).awareness!.at(-1)).toMatchObject({ by: ONCALL, agreedBy: COUNSEL });
  }, 120_000);

  test('forward when the deadline has passed: the new one is kept, and the miss, its alarm and its reasons stay', async () => {
    const { incident, hours, correct, due } = await begin();
    await harness.sleepHours(74);
    await correct(8, 'Until then only a failed login had been seen');
    await incident.send('confirm', SECOND);
    await incident.quiet();
    expect(await due()).toBe(80);
    await harness.sleepHours(5);
    await incident.send('filed', { obligation: IE, reference: 'IE-1' });
    await incident.quiet();
    expect(incident.alarms(IE).map(({ threshold }) => thresholdName(threshold))).toContain('due');
    const filed = await incident.obligation(IE);
    expect(filed).toMatchObject({ lateByMs: 0, delayReasonsOwed: true });
    expect(filed.misses!.map(hours)).toEqual([72]);
  }, 120_000);
});

describe('after filing', () => {
  test('backwards: in time as recorded then, late as corrected, and reasons are asked for; no alarm of a deadline rings any more', async () => {
    const { incident, correct } = await begin();
    await harness.sleepHours(70);
    await incident.send('filed', { obligation: IE, reference: 'IE-1' });
    const alarms = incident.alarms(IE).length;
    await harness.sleepHours(10);
    await correct(-1.9, 'A mail of that morning');
    expect(await incident.obligation(IE)).toMatchObject({ lateByMs: 0 });
    expect((await incident.obligation(IE)).correctedLateByMs ?? 0).toBe(0);
    await correct(-9, 'The ticket of the evening said so');
    const late = await incident.obligation(IE);
    expect(late).toMatchObject({ lateByMs: 0, delayReasonsOwed: true });
    expect(late.correctedLateByMs! / HOUR_MS).toBeCloseTo(7, 1);
    await harness.sleepHours(48);
    expect(incident.alarms(IE)).toHaveLength(alarms);
  }, 120_000);

  test('forward: late as recorded then, for good; in time as corrected, once a second person agrees', async () => {
    const { incident, hours, correct } = await begin();
    await harness.sleepHours(74);
    await incident.send('filed', { obligation: IE, reference: 'IE-1' });
    const filed = await incident.obligation(IE);
    expect(filed.lateByMs! / HOUR_MS).toBeCloseTo(2, 1);
    await correct(5, 'Until then only a failed login had been seen');
    expect((await incident.obligation(IE)).correctedLateByMs).toBeUndefined();
    await incident.send('confirm', SECOND);
    await incident.quiet();
    const corrected = await incident.obligation(IE);
    expect(corrected).toMatchObject({ lateByMs: filed.lateByMs, correctedLateByMs: 0, delayReasonsOwed: true });
    expect(corrected.misses!.map(hours)).toEqual([72]);
  }, 120_000);
});
