// Facts that move, at their real durations: containment retracted, awareness corrected after filing, an incident opened again,
// a past one that is only recorded.
import { TocsinClient } from '../../client/tocsin-client';
import type { IncidentView } from '../../domain/incident/contract';
import { fold } from '../../domain/incident/evolve';
import { HOUR_MS, toMs } from '../../domain/kernel/time';
import { assessment, COUNSEL, ONCALL, WorkflowHarness } from '../setup/workflow-harness';

const IE = 'gdpr-art33-authority:ie-dpc';
let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

test('contained, retracted after a day, contained again: the duty runs anew and both values of lateness stay', async () => {
  const detectedAt = await harness.now();
  const incident = await harness.declare({ detectedAt, declaredAt: detectedAt, serviceAffecting: false });
  await harness.sleepHours(1);
  await incident.send('status', { status: 'contained' });
  await harness.sleepHours(24);
  const receipt = await incident.send('status', { status: 'investigating', note: 'the actor is still active' });
  expect(receipt.note).toMatch(/^Containment is retracted: its clock runs again, due /);
  await incident.quiet();
  const reopened = await incident.obligation('containment');
  expect(reopened).toMatchObject({ status: 'pending', round: 2, purpose: 'retracted' });
  await harness.sleepHours(1);
  await incident.send('status', { status: 'contained' });
  await incident.quiet();
  const { lateByMs, correctedLateByMs } = await incident.obligation('containment');
  expect(lateByMs).toBe(0);
  expect(correctedLateByMs! / HOUR_MS).toBeCloseTo(24, 1);
}, 60_000);

test('awareness corrected after filing, backwards and forward: in time as recorded then, late as corrected, never erased', async () => {
  const incident = await harness.declare({ serviceAffecting: false });
  await harness.sleepHours(70);
  await incident.send('filed', { obligation: IE, reference: 'IN-1' });
  expect(await incident.obligation(IE)).toMatchObject({ lateByMs: 0 });
  await incident.send('assess', { awareAt: await harness.in(-80), reason: 'The mail of Monday' });
  const late = await incident.obligation(IE);
  expect(late).toMatchObject({ lateByMs: 0, delayReasonsOwed: true });
  expect(late.correctedLateByMs! / HOUR_MS).toBeCloseTo(8, 1);
  await incident.send('assess', {
    awareAt: await harness.in(-60),
    reason: 'The first mail was about another system, as its headers show',
  });
  expect((await incident.obligation(IE)).correctedLateByMs).toBe(late.correctedLateByMs);
  await incident.send('confirm', { by: ONCALL });
  expect(await incident.obligation(IE)).toMatchObject({ lateByMs: 0, correctedLateByMs: 0, delayReasonsOwed: true });
  expect((await incident.state()).awareness).toHaveLength(3);
}, 60_000);

test('a closed incident is opened again from the register, under its own id, and closed again', async () => {
  const incident = await harness.declare({ assessment: { personalData: 'no' }, serviceAffecting: false });
  const end = async () => {
    await incident.send('status', { status: 'contained' });
    await incident.send('status', { status: 'resolved' });
    await incident.quiet();
  };
  await end();
  const not = { all: true, reason: 'The access log has no request from outside, as two of us read it' };
  await incident.send('not-owed', not);
  await incident.send('review', { rootCause: 'x', controls: ['y'], shareSummary: false });
  await incident.quiet();
  await incident.send('close', {});
  await incident.handle.result();

  const client = new TocsinClient(harness.client);
  await client.sendEvenIfClosed(incident.id, 'follow-up', { by: COUNSEL, text: 'The authority closed its file' });
  await client.finished(incident.id);
  await client.sendEvenIfClosed(incident.id, 'reopen', { by: COUNSEL, reason: 'The key was used again' });
  const view = (await client.view(incident.id)) as IncidentView;
  expect(view.state.closedAt).toBeUndefined();
  expect(view.state).toMatchObject({ status: 'resolved', reopenings: [{ by: COUNSEL }], followUps: [{ by: COUNSEL }] });
  await harness.sleep(60_000);
  await client.send(incident.id, 'close', { by: COUNSEL });
  await client.finished(incident.id);
  const kinds = incident.register().map(({ kind }) => kind);
  expect(kinds.filter((kind) => ['closed', 'reopened', 'followed-up'].includes(kind))).toEqual([
    'closed',
    'followed-up',
    'reopened',
    'closed',
  ]);
  expect(fold(incident.register())?.closedAt).toBeDefined();
}, 60_000);

test('a past incident that is only recorded sends nothing, has its real instants, and its verdicts', async () => {
  const [detectedAt, recordedAt] = [await harness.in(-2000), await harness.now()];
  const acts = [
    { at: await harness.in(-1999), message: 'status' as const, body: { by: ONCALL, status: 'contained' } },
    {
      at: await harness.in(-1900),
      message: 'filed' as const,
      body: { by: COUNSEL, obligation: IE, reference: 'IN-0' },
    },
  ];
  const declared = { detectedAt, declaredAt: detectedAt, awareAt: detectedAt, serviceAffecting: false, recordedAt };
  const incident = await harness.declare({ ...declared, assessment: assessment() }, { recorded: acts });
  await harness.sleepHours(200);
  expect(incident.mails()).toEqual([]);
  expect(incident.alarms()).toEqual([]);
  expect(incident.entries('containment-requested')).toEqual([]);
  const filed = await incident.obligation(IE);
  expect(toMs(filed.fulfilledAt!)).toBe(toMs(acts[1]!.at));
  expect(filed.lateByMs! / HOUR_MS).toBeCloseTo(28, 1);
}, 60_000);
