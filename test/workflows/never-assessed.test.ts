// Nobody says whether personal data is affected: it rings at real durations, long before any deadline of a law would.

import { HOUR_MS, toMs } from '../../domain/kernel/time';
import { thresholdName } from '../setup/threshold-name';
import { COUNSEL, PROMPT_MS, WorkflowHarness } from '../setup/workflow-harness';

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

test('contained at one hour and never assessed: it rings at 4 hours, at 24 hours and repeatedly, long before 72 hours', async () => {
  const declaredAt = await harness.now();
  const incident = await harness.declare({ detectedAt: declaredAt, declaredAt, assessment: undefined });
  await harness.sleepHours(1);
  await incident.send('status', { status: 'contained' });
  await harness.sleepHours(47);

  const rang = (obligation: string) =>
    incident
      .alarms(obligation)
      .map(({ threshold, at }) => [thresholdName(threshold), (toMs(at) - toMs(declaredAt)) / HOUR_MS] as const);
  const hours = (obligation: string, threshold: string) => rang(obligation).find(([name]) => name === threshold)![1];
  const prompt = PROMPT_MS / HOUR_MS;
  for (const [obligation, threshold, due] of [
    ['data-question', 'due', 4],
    ['data-question', 'overdue 1', 8],
    ['data-question', 'overdue 9', 40],
    ['data-question-settled', 'due', 24],
    ['data-question-settled', 'overdue 1', 36],
  ] as const) {
    expect(hours(obligation, threshold)).toBeGreaterThanOrEqual(due);
    expect(hours(obligation, threshold)).toBeLessThan(due + prompt);
  }
  // It was contained: nothing else would have rung.
  expect(rang('containment').map(([name]) => name)).toEqual(['50 %']);

  await incident.send('assess', { personalData: 'possible', by: COUNSEL });
  await incident.quiet();
  const before = incident.alarms('data-question').length;
  expect(await incident.obligation('data-question')).toMatchObject({ status: 'fulfilled' });
  await harness.sleepHours(13);
  expect(incident.alarms('data-question')).toHaveLength(before);
  expect(rang('data-question-settled').at(-1)![0]).toBe('overdue 3');

  await incident.send('assess', { personalData: 'no', by: COUNSEL });
  await incident.quiet();
  expect(await incident.obligation('data-question-settled')).toMatchObject({ status: 'fulfilled' });
}, 120_000);
