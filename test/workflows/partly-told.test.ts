// A notice that did not reach everybody stays open and alarmed at real durations, until the rest is told or decided on.

import { HOUR_MS, toMs } from '../../domain/kernel/time';
import { thresholdName } from '../setup/threshold-name';
import { accounts, assessment, COUNSEL, stored, WorkflowHarness } from '../setup/workflow-harness';

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(async () => {
  harness.world.unusable.clear();
  await harness.endOfScenario();
}, 60_000);

const ID = 'enterprise-notice';

test('partly told, then told by phone, then fulfilled: late for the own target, in time for the promise', async () => {
  harness.world.unusable.add('ws-2@owner.example');
  const detectedAt = await harness.now();
  const incident = await harness.declare({
    ...{ detectedAt, declaredAt: detectedAt, awareAt: detectedAt },
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2', 'ws-gone'] }),
  });
  await harness.sleepHours(13);
  expect(incident.mails(ID)).toHaveLength(1);
  expect(await incident.obligation(ID)).toMatchObject({ status: 'partly-told' });
  expect(incident.about('alarm-raised', ID).at(-1)!.data).toMatchObject({
    threshold: { kind: 'undeliverable', failed: 2, total: 3 },
    todo: 'tell-by-hand',
  });

  // Nobody acts: it is not fulfilled, and rings on.
  await harness.sleepHours(17);
  expect((await incident.obligation('gdpr-art33-2-controllers')).missedDueAt).toBeDefined();
  expect((await incident.obligation(ID)).fulfilledAt).toBeUndefined();

  await incident.send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-2'], by: COUNSEL });
  expect((await incident.obligation(ID)).status).toBe('partly-told');
  await harness.sleepHours(10);
  const reason = 'it was closed in March and its data is erased';
  await incident.send('leave-untold', { obligation: ID, workspaces: ['ws-gone'], reason, by: COUNSEL });
  await incident.quiet();

  const o = await incident.obligation(ID);
  expect(o).toMatchObject({ status: 'fulfilled', lateByMs: 0, evidence: { of: 3, told: 2, outside: 1, left: 1 } });
  expect(toMs(o.evidence!.lastToldAt!) - toMs(o.evidence!.firstToldAt!)).toBeGreaterThan(17 * HOUR_MS);
  expect(toMs(o.fulfilledAt!) - toMs(detectedAt)).toBeLessThan(31 * HOUR_MS);
  expect((await incident.obligation('gdpr-art33-2-controllers')).lateByMs).toBeGreaterThan(5 * HOUR_MS);
  expect(incident.mails(ID)).toHaveLength(1);
}, 180_000);

test('more people assessed than the directory holds: open past the deadline, until a person tells the rest otherwise', async () => {
  const id = 'gdpr-art34-individuals';
  const detectedAt = await harness.now();
  const incident = await harness.declare({
    ...{ detectedAt, declaredAt: detectedAt, awareAt: detectedAt },
    assessment: assessment({ dataSets: [accounts({ individuals: 40, residence: { IE: 40 }, significantHarm: 'no' })] }),
  });
  await harness.sleepHours(2);
  await incident.send('approve', { obligation: id });
  await incident.quiet();
  expect(incident.mails(id)).toHaveLength(2);
  expect((await incident.obligation(id)).status).toBe('partly-told');
  await harness.sleepHours(100);
  expect(incident.alarms(id).map((alarm) => thresholdName(alarm.threshold))).toContain('due');

  const people = [{ dataSet: 'accounts', country: 'IE', count: 38 }];
  await incident.send('told', { obligation: id, channel: 'letter', people, by: COUNSEL });
  expect(await incident.obligation(id)).toMatchObject({
    status: 'fulfilled',
    evidence: { of: 40, told: 40, outside: 38 },
    outside: [{ by: COUNSEL, channel: 'letter', people }],
  });
  expect((await incident.obligation(id)).lateByMs).toBeGreaterThan(5 * HOUR_MS);
}, 180_000);
