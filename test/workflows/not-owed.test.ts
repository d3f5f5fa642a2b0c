// What is proposed as not owed and nobody confirms, at its real durations; and a risk that is raised afterwards.
import { HOUR_MS, type Instant, toMs } from '../../domain/kernel/time';
import { thresholdName } from '../setup/threshold-name';
import { accounts, assessment, COUNSEL, PROMPT_MS, WorkflowHarness } from '../setup/workflow-harness';

const ART33 = 'gdpr-art33-authority';
const IE = `${ART33}:ie-dpc`;
const ART34 = 'gdpr-art34-individuals';
const REASON = 'The access log of that night has no request for these tables, as two of us read it';

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

/** Accounts of two people in Ireland. */
const judged = (risk: 'unlikely' | 'high') =>
  assessment({
    dataSets: [accounts({ residence: { IE: 2 }, risk, significantHarm: 'no', riskJudgement: { reasoning: REASON } })],
  });

test('nobody confirms it: it rings from half of the 72 hours on and without end, is not missed, and blocks closing until a person confirms', async () => {
  const declaredAt = await harness.now();
  const incident = await harness.declare({
    ...{ detectedAt: declaredAt, declaredAt, serviceAffecting: false },
    assessment: judged('unlikely'),
  });
  await incident.send('status', { status: 'contained' });
  await incident.send('status', { status: 'resolved' });
  await incident.send('review', { rootCause: 'A typo', controls: ['A check'], shareSummary: false });
  const awareAt = (await incident.state()).anchors.aware!;
  await harness.sleepHours(110);

  const hours = (from: Instant) => (at: Instant) => (toMs(at) - toMs(from)) / HOUR_MS;
  const rang = () =>
    incident.alarms(ART33).map(({ threshold, at }) => [thresholdName(threshold), hours(awareAt)(at)] as const);
  const due = [36, 54, 64.8, 72, 84, 96, 108];
  expect(rang().map(([name]) => name)).toEqual(['50 %', '75 %', '90 %', 'due', 'overdue 1', 'overdue 2', 'overdue 3']);
  for (const [i, [, at]] of rang().entries()) {
    expect(at).toBeGreaterThanOrEqual(due[i]!);
    expect(at).toBeLessThan(due[i]! + PROMPT_MS / HOUR_MS);
  }
  expect(incident.alarms(ART33).every(({ todo }) => todo === 'decide-not-owed')).toBe(true);
  expect((await incident.obligation(ART33)).status).toBe('proposed-not-owed');
  expect(incident.about('deadline-missed', ART33)).toEqual([]);
  expect(incident.mails(ART34)).toEqual([]);
  await expect(incident.send('close', {})).rejects.toMatchObject({
    cause: { message: expect.stringContaining(`${ART33}: proposed as not owed by Tocsin under ${ART33}`) },
  });

  await incident.send('not-owed', { obligation: ART33, reason: REASON });
  const { status, decision } = await incident.obligation(ART33);
  expect([status, decision?.by]).toEqual(['not-required', COUNSEL]);
  const before = rang().length;
  await harness.sleepHours(30);
  expect(rang()).toHaveLength(before);
  // What else is proposed still blocks it, each until a person confirms it.
  await expect(incident.send('close', {})).rejects.toMatchObject({
    cause: { message: expect.stringContaining(`${ART34}: proposed as not owed by Tocsin`) },
  });
  for (const o of Object.values((await incident.state()).obligations)) {
    if (o.status === 'proposed-not-owed') await incident.send('not-owed', { obligation: o.id, reason: REASON });
  }
  await incident.quiet();
  await incident.send('close', {});
  await incident.handle.result();
}, 120_000);

test('a risk raised after it was confirmed: the report is owed on the first clock, late and with reasons asked for; what nobody confirmed is withdrawn', async () => {
  const incident = await harness.declare({ serviceAffecting: false, assessment: judged('unlikely') });
  await incident.send('not-owed', { obligation: ART33, reason: REASON });
  expect((await incident.obligation(ART34)).status).toBe('proposed-not-owed');
  const awareAt = (await incident.state()).anchors.aware!;
  await harness.sleepHours(80);
  expect(incident.alarms(ART33)).toEqual([]);

  await incident.send('assess', { assessment: judged('high'), by: COUNSEL });
  await incident.quiet();
  const report = await incident.obligation(IE);
  expect(report).toMatchObject({ status: 'filing', delayReasonsOwed: true });
  expect((toMs(report.dueAt!) - toMs(awareAt)) / HOUR_MS).toBe(72);
  expect(incident.about('deadline-missed', IE)).toHaveLength(1);
  expect(incident.alarms(IE).map(({ threshold }) => thresholdName(threshold))).toEqual(['due']);
  const notice = await incident.obligation(ART34);
  expect(notice).toMatchObject({ status: 'drafted' });
  expect(incident.about('not-owed-withdrawn', ART34)).toHaveLength(1);
  // Nobody is told before a person approves it, whatever its time.
  await harness.sleepHours(30);
  expect(incident.mails(ART34)).toEqual([]);
  await incident.send('filed', {
    obligation: IE,
    reference: 'IN-26-7',
    delayReasons: 'The log was read wrongly at first',
  });
  const filed = await incident.obligation(IE);
  expect(filed.lateByMs! / HOUR_MS).toBeCloseTo(38, 1);
  expect(filed.delayReasonsOwed).toBe(false);
  await incident.send('approve', { obligation: ART34 });
  await incident.quiet();
  expect(incident.mails(ART34)).toHaveLength(2);
}, 120_000);
