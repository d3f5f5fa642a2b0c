// What is found later counts from when that part was established, at real durations: a new country, new people, new customers.

import { HOUR_MS, type Instant, toMs } from '../../domain/kernel/time';
import { thresholdName } from '../setup/threshold-name';
import {
  accounts,
  assessment,
  COUNSEL,
  PROMPT_MS,
  stored,
  type TestIncident,
  WorkflowHarness,
} from '../setup/workflow-harness';

const [IE, FR] = ['gdpr-art33-authority:ie-dpc', 'gdpr-art33-authority:fr-cnil'];
const [PEOPLE, CUSTOMERS] = ['gdpr-art34-individuals', 'gdpr-art33-2-controllers'];

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

/** Of people in these countries alone; nothing that customers store. */
const people = (residence: Record<string, number>) =>
  assessment({ dataSets: [accounts({ residence, significantHarm: 'no' })], workspaces: [] });

/** An incident of which the company was aware at its detection, and the hours since then of any instant. */
async function begin(facts: ReturnType<typeof assessment>) {
  const detectedAt = await harness.now();
  const incident = await harness.declare({
    ...{ detectedAt, declaredAt: detectedAt, awareAt: detectedAt },
    assessment: facts,
  });
  return { incident, hours: (at: Instant) => (toMs(at) - toMs(detectedAt)) / HOUR_MS };
}

/** The alarms of an obligation from an hour on, each rung no earlier than its hour, and at once. */
function expectAlarms(
  incident: TestIncident,
  obligation: string,
  hours: (at: Instant) => number,
  from: number,
  expected: [string, number][],
): void {
  const rung = incident
    .alarms(obligation)
    .map(({ threshold, at }) => [thresholdName(threshold), hours(at)] as const)
    .filter(([, hour]) => hour >= from);
  expect(rung.map(([name]) => name)).toEqual(expected.map(([name]) => name));
  for (const [i, [, hour]] of rung.entries()) {
    expect((hour - expected[i]![1]) * HOUR_MS).toBeGreaterThanOrEqual(0);
    // What a person sends comes later by what the messages before it took.
    expect((hour - expected[i]![1]) * HOUR_MS).toBeLessThan(10 * PROMPT_MS);
  }
}

test('a country found after 100 hours: its authority has 72 hours from when it was known; the first one keeps its own', async () => {
  const { incident, hours } = await begin(people({ IE: 2 }));
  await harness.sleepHours(50);
  await incident.send('filed', { obligation: IE, reference: 'IE-1' });
  await harness.sleepHours(50);
  const [partsAwareAt, recordedAt] = [await harness.in(-5), await harness.now()];
  await incident.send('assess', { assessment: people({ IE: 2, FR: 3 }), partsAwareAt, reason: 'the second log' });
  await incident.quiet();
  const due = toMs(partsAwareAt) + 72 * HOUR_MS;
  const found = await incident.obligation(FR);
  expect(found).toMatchObject({ status: 'filing', purpose: 'first', clock: { from: 'aware', partAt: partsAwareAt } });
  expect(toMs(found.dueAt!)).toBe(due);
  expect(toMs(incident.about('obligation-armed', FR).at(-1)!.at)).toBeGreaterThanOrEqual(toMs(recordedAt));

  await harness.sleepHours(69);
  const delayReasons = 'the second log was read to its end by two of us only on Thursday evening';
  await incident.send('filed', { obligation: FR, reference: 'FR-1', delayReasons });
  await incident.quiet();
  const start = hours(partsAwareAt);
  expectAlarms(incident, FR, hours, 0, [
    ['50 %', start + 36],
    ['75 %', start + 54],
    ['90 %', start + 64.8],
    ['due', start + 72],
  ]);
  const late = await incident.obligation(FR);
  expect(late.lateByMs! / HOUR_MS).toBeCloseTo(169 - 167, 1);
  expect(toMs(late.misses![0]!)).toBe(due);
  const first = await incident.obligation(IE);
  expect(first).toMatchObject({ lateByMs: 0 });

  // Earlier awareness of the breach moves the report on what was known then, and none on what was found later.
  await incident.send('assess', { awareAt: await harness.in(-169 - 30), reason: 'Support knew the day before' });
  await incident.quiet();
  expect((await incident.obligation(IE)).lateByMs).toBe(0);
  expect((await incident.obligation(IE)).correctedLateByMs! / HOUR_MS).toBeCloseTo(50 + 30 - 72, 1);
  expect((await incident.obligation(FR)).lateByMs).toBe(late.lateByMs);
  expect((await incident.obligation(FR)).correctedLateByMs ?? late.lateByMs).toBe(late.lateByMs);
}, 120_000);

test('more people found in the same data set: told in a round of their own, within a day; the first telling stands', async () => {
  const { incident, hours } = await begin(people({ IE: 2 }));
  await harness.sleepHours(2);
  await incident.send('approve', { obligation: PEOPLE });
  await harness.sleepHours(98);
  const first = await incident.obligation(PEOPLE);
  expect(first).toMatchObject({ status: 'fulfilled', lateByMs: 0, evidence: { of: 2, told: 2 } });
  expect(incident.alarms(PEOPLE)).toEqual([]);

  const foundAt = await harness.now();
  await incident.send('assess', { assessment: people({ IE: 5 }) });
  await incident.quiet();
  const reopened = await incident.obligation(PEOPLE);
  expect(reopened).toMatchObject({ round: 2, purpose: 'new-recipients', clock: { from: 'reopened' } });
  const { anchorAt } = reopened.clock!;
  expect(toMs(anchorAt) - toMs(foundAt)).toBeLessThan(PROMPT_MS);
  expect(toMs(reopened.dueAt!)).toBe(toMs(anchorAt) + 24 * HOUR_MS);
  await harness.sleepHours(26);
  const start = hours(anchorAt);
  expectAlarms(incident, PEOPLE, hours, 50, [
    ['margin', start + 12],
    ['75 %', start + 18],
    ['90 %', start + 21.6],
    ['due', start + 24],
  ]);

  const letters = [{ dataSet: 'accounts', country: 'IE', count: 3 }];
  await incident.send('told', { obligation: PEOPLE, channel: 'letter', people: letters, by: COUNSEL });
  const settled = await incident.obligation(PEOPLE);
  expect(settled).toMatchObject({ status: 'fulfilled', fulfilledAt: first.fulfilledAt, lateByMs: 0 });
  expect(settled.supplements!.at(-1)).toMatchObject({ evidence: { of: 5, told: 5, outside: 3 } });
  expect(settled.supplements!.at(-1)!.lateByMs! / HOUR_MS).toBeCloseTo(2, 1);
  expect(settled.misses!.map(hours)).toEqual([hours(reopened.dueAt!)]);
  expect(incident.mails(PEOPLE)).toHaveLength(2);
}, 120_000);

test('customers whose data is found to be affected later: a day from when that was known; whom no mail reaches is told late', async () => {
  const { incident, hours } = await begin(people({ IE: 2 }));
  await harness.sleepHours(100);
  const partsAwareAt = await harness.in(-5);
  const { dataSets, ...rest } = people({ IE: 2 });
  const both = { ...rest, dataSets: [...dataSets!, stored()], workspaces: ['ws-1', 'ws-gone'] };
  await incident.send('assess', { assessment: both, partsAwareAt });
  await incident.quiet();
  const found = await incident.obligation(CUSTOMERS);
  expect(found.clock).toMatchObject({ from: 'aware', partAt: partsAwareAt });
  expect(toMs(found.dueAt!)).toBe(toMs(partsAwareAt) + 24 * HOUR_MS);
  expect(found.missedDueAt).toBeUndefined();

  await harness.sleepHours(22);
  const mails = incident.mails('enterprise-notice');
  expect(mails.map(({ to }) => to)).toEqual(['ws-1@owner.example']);
  expect(hours(mails[0]!.at)).toBeCloseTo(hours(partsAwareAt) + 12, 1);
  expect((await incident.obligation(CUSTOMERS)).missedDueAt).toBe(found.dueAt);
  const due = incident
    .alarms(CUSTOMERS)
    .find((alarm) => thresholdName(alarm.threshold) === 'due' && hours(alarm.at) > 95)!;
  expect(toMs(due.at) - toMs(found.dueAt!)).toBeLessThan(2 * PROMPT_MS);

  await incident.send('told', {
    obligation: 'enterprise-notice',
    channel: 'phone',
    workspaces: ['ws-gone'],
    by: COUNSEL,
  });
  await incident.quiet();
  const told = await incident.obligation(CUSTOMERS);
  expect(told).toMatchObject({ status: 'fulfilled', evidence: { of: 2, told: 2, outside: 1 } });
  expect(told.lateByMs! / HOUR_MS).toBeCloseTo(122 - 119, 1);
  // The promise of 48 hours runs from the same part, and was kept.
  expect(await incident.obligation('enterprise-notice')).toMatchObject({ status: 'fulfilled', lateByMs: 0 });
}, 120_000);
