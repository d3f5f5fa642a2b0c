// The intake tells an incident that mails of a notice came back: it is counted again, and whoever they were for is untold.
import { TocsinClient } from '../../client/tocsin-client';
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

test('after it was closed: its register has it, its owner hears of it once, and reopened it counts again', async () => {
  const detectedAt = await harness.now();
  const incident = await harness.declare({
    ...{ detectedAt, declaredAt: detectedAt, awareAt: detectedAt, serviceAffecting: false },
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] }),
  });
  await harness.sleepHours(0.5);
  await incident.send('approve', { obligation: ID });
  await incident.send('status', { status: 'contained' });
  await harness.sleepHours(1);
  await incident.send('status', { status: 'resolved' });
  const reason = 'We are the processor: two of us read the contracts of both and the access log of that night';
  await incident.send('not-owed', { all: true, reason, by: COUNSEL });
  await incident.send('review', { rootCause: 'x', controls: ['y'], shareSummary: false });
  await incident.quiet();
  await incident.send('close', {});
  await incident.handle.result();

  harness.world.back.add('ws-2@owner.example');
  const client = new TocsinClient(harness.client);
  const { title, severity, owner, status } = await incident.state();
  const input = { closed: { incidentId: incident.id } };
  const start = { workflow: 'incident', id: incident.id, input, title, severity, owner, status };
  for (const _ of [1, 2]) {
    await client.signalClosed(start, 'mails-came-back', { ledgerKey: ID });
    await client.finished(incident.id);
  }
  const since = () => incident.register().slice(incident.register().findIndex(({ kind }) => kind === 'closed') + 1);
  expect(since().map(({ kind }) => kind)).toEqual(['mails-came-back', 'alarm-raised']);
  const alarms = incident.alarms().filter(({ threshold }) => threshold.kind === 'came-back');
  expect(alarms).toHaveLength(1);
  expect(alarms[0]!.commands.map(({ verb }) => verb)).toEqual(['notice recipients', 'reopen']);

  await client.sendEvenIfClosed(incident.id, 'reopen', { by: COUNSEL, reason: 'a mail of it came back' });
  await incident.quiet();
  expect(await incident.obligation(ID)).toMatchObject({
    tally: { unreached: [{ workspace: 'ws-2', why: 'came-back' }] },
  });
  expect(incident.about('alarm-raised', ID).map(({ data }) => data.threshold.kind)).toContain('undeliverable');
}, 180_000);
