// Nobody answers: notices to controllers and status notices go out by themselves at their margin; a mass mailing never does.

import { HOUR_MS, toMs } from '../../domain/kernel/time';
import { thresholdName } from '../setup/threshold-name';
import { assessment, PROMPT_MS, WorkflowHarness } from '../setup/workflow-harness';

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

test('notices to controllers and status notices are sent at the margin, individual notices never without a person', async () => {
  const detectedAt = await harness.now();
  const incident = await harness.declare({ detectedAt, declaredAt: detectedAt, awareAt: detectedAt });
  await harness.sleepHours(30 * 24);

  const sentLateMs = (at: string, hours: number) => toMs(at) - toMs(detectedAt) - hours * HOUR_MS;
  for (const [obligation, hours, mails] of [
    ['enterprise-notice', 12, 3],
    ['status-subscribers', 1.5, 2],
  ] as const) {
    const sent = incident.mails(obligation);
    expect(sent).toHaveLength(mails);
    for (const { at } of sent) {
      expect(sentLateMs(at, hours)).toBeGreaterThanOrEqual(0);
      expect(sentLateMs(at, hours)).toBeLessThan(2 * PROMPT_MS);
    }
    expect(incident.about('dispatch-started', obligation).map((e) => [e.data.trigger, e.by])).toEqual([
      ['silence', 'tocsin'],
    ]);
    expect((await incident.obligation(obligation)).lateByMs).toBe(0);
  }
  expect(incident.published('status-page-update')).toHaveLength(1);
  expect(sentLateMs(incident.published()[0]!.at, 1.5)).toBeLessThan(2 * PROMPT_MS);

  for (const obligation of ['gdpr-art34-individuals', 'pipeda-individuals']) {
    expect(incident.mails(obligation)).toEqual([]);
    expect(incident.about('dispatch-started', obligation)).toEqual([]);
    expect(incident.alarms(obligation).map((alarm) => thresholdName(alarm.threshold))).toContain('margin');
    expect(incident.alarms(obligation).length).toBeGreaterThan(50);
    expect((await incident.obligation(obligation)).status).toBe('drafted');
  }
  expect((await incident.obligation('gdpr-art33-authority:ie-dpc')).status).toBe('filing');

  await incident.send('approve', { obligation: 'gdpr-art34-individuals' });
  await incident.quiet();
  expect(incident.mails('gdpr-art34-individuals')).toHaveLength(2);
}, 180_000);

test('undecided facts stop no clock: at the margin a first notice goes out that says what is not yet established', async () => {
  const detectedAt = await harness.now();
  const incident = await harness.declare({
    detectedAt,
    declaredAt: detectedAt,
    howItOccurred: undefined,
    maliciousSources: [],
    credentials: [],
    assessment: assessment({
      personalData: 'possible',
      dataSets: [],
      likelyConsequences: undefined,
      periodFrom: undefined,
      periodTo: undefined,
    }),
  });
  await harness.sleepHours(43);
  expect(incident.mails('enterprise-notice')).toHaveLength(3);
  const draft = harness.world.drafts.find(
    ({ input }) => input.incidentId === incident.id && input.obligation === 'enterprise-notice',
  )!;
  const open = draft.input.contents.filter((content) => content.value === undefined).map((content) => content.field);
  expect(open).toEqual(
    expect.arrayContaining(['how-it-occurred', 'data-involved', 'likely-consequences', 'measures-taken']),
  );
  expect((await incident.obligation('gdpr-art33-authority:to-be-determined')).status).toBe('filing');

  await incident.send('assess', { assessment: assessment() });
  await incident.quiet();
  const supplement = await incident.obligation('enterprise-notice');
  expect(supplement).toMatchObject({ round: 2, lateByMs: 0 });
  expect(['supplement', 'new-recipients']).toContain(supplement.purpose);
}, 120_000);

test('a notice that was drafted before a measure was taken does not go out saying that none is established', async () => {
  const incident = await harness.declare();
  await harness.sleepHours(48);
  expect(incident.mails('enterprise-notice')).toHaveLength(3);
  expect((await incident.obligation('enterprise-notice')).draft!.missing).toEqual([]);
  expect(incident.about('obligation-reopened', 'enterprise-notice')).toEqual([]);
}, 60_000);
