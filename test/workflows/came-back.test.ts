// The intake tells an incident that mails of a notice came back: it is counted again, and whoever they were for is untold.
import { assessment, COUNSEL, stored, WorkflowHarness } from '../setup/workflow-harness';

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(async () => {
  harness.world.back.clear();
  await harness.endOfScenario();
}, 60_000);

const ID = 'enterprise-notice';

test('after it was fulfilled: open again with an alarm, told by phone, and no address anywhere', async () => {
  const detectedAt = await harness.now();
  const incident = await harness.declare({
    ...{ detectedAt, declaredAt: detectedAt, awareAt: detectedAt },
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] }),
  });
  incident.stuck = () => true;
  await harness.sleepHours(0.5);
  await incident.send('approve', { obligation: ID });
  await harness.sleepHours(1);
  expect((await incident.obligation(ID)).status).toBe('fulfilled');

  harness.world.back.add('ws-2@owner.example');
  // More than once and at once, as two intakes may tell it.
  for (let times = 0; times < 3; times++) await incident.handle.signal('mails-came-back', { ledgerKey: ID });
  await incident.handle.signal('mails-came-back', { ledgerKey: '' });
  await harness.sleepHours(0.5);
  expect(await incident.obligation(ID)).toMatchObject({
    round: 2,
    tally: { unreached: [{ workspace: 'ws-2', why: 'came-back' }] },
  });
  const alarms = incident.about('alarm-raised', ID).filter(({ data }) => data.threshold.kind === 'undeliverable');
  expect(alarms.length).toBeGreaterThanOrEqual(1);
  expect(alarms[0]!.data).toMatchObject({ threshold: { failed: 1, total: 2 }, detail: 'ws-2 (the mail came back)' });
  expect(incident.entries('rejected').at(-1)!.data).toMatchObject({ message: 'mails-came-back' });

  // A ledger that had fewer would have lost them: first it had none, then the two that were counted.
  const held = harness.world.heldBefore.filter(
    ({ incidentId, ledgerKey }) => incidentId === incident.id && ledgerKey === ID,
  );
  expect([...new Set(held.map(({ sent }) => sent))]).toEqual([undefined, 2]);

  await incident.send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-2'], by: COUNSEL });
  incident.stuck = () => false;
  await incident.quiet();
  expect(await incident.obligation(ID)).toMatchObject({ status: 'fulfilled', supplements: [{ round: 2 }] });
  expect(incident.mails(ID)).toHaveLength(2);
}, 180_000);
