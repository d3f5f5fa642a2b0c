// What people decide: holding back, correcting the awareness, assessing anew, and that it is recorded with its reasons.
import { obligationOf } from '../../domain/case/alarm';
import { HOUR_MS, toMs } from '../../domain/kernel/time';
import { loadPolicy } from '../../policy/load-policy';
import { thresholdName } from '../setup/threshold-name';
import { accounts, assessment, COUNSEL, PROMPT_MS, stored, WorkflowHarness } from '../setup/workflow-harness';

const IE = 'gdpr-art33-authority:ie-dpc';
let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

describe('a hold past the deadline', () => {
  test("keeps the notice back, is recorded as that person's decision, and its release sends", async () => {
    // A promise alone: a duty of law is never held without an end.
    const incident = await harness.declare({}, { policy: loadPolicy('trust-center') });
    await harness.sleepHours(10);
    await incident.send('hold', {
      obligation: 'enterprise-notice',
      reason: 'The police asked for 12 hours of silence',
    });
    await harness.sleepHours(45);

    expect(incident.mails('enterprise-notice')).toEqual([]);
    const [missed] = incident.about('deadline-missed', 'enterprise-notice');
    expect(missed!.data).toMatchObject({ heldBy: COUNSEL, holdReason: 'The police asked for 12 hours of silence' });
    expect(Math.abs(toMs(missed!.at) - toMs(missed!.data.dueAt))).toBeLessThan(PROMPT_MS);
    // Why it was right to wait is asked for all the same.
    expect(incident.about('delay-reasons-requested', 'enterprise-notice')).toHaveLength(1);

    await incident.send('release', { obligation: 'enterprise-notice' });
    await incident.quiet();
    const sent = await incident.obligation('enterprise-notice');
    expect(incident.mails('enterprise-notice')).toHaveLength(3);
    expect(sent.status).toBe('fulfilled');
    expect(sent.lateByMs! / HOUR_MS).toBeCloseTo(55 - 48, 1);
  }, 60_000);

  test('a hold with an end releases by itself, and the silence goes on', async () => {
    const incident = await harness.declare();
    const until = await harness.in(20);
    const reason = 'Counsel compares the wording with the contracts of these customers';
    await incident.send('hold', { obligation: 'enterprise-notice', reason, until });
    await harness.sleepHours(19.9);
    expect(incident.mails('enterprise-notice')).toEqual([]);
    await harness.sleepHours(0.2);
    expect(incident.mails('enterprise-notice')).toHaveLength(3);
    expect(toMs(incident.mails('enterprise-notice')[0]!.at) - toMs(until)).toBeLessThan(2 * PROMPT_MS);
    expect((await incident.obligation('enterprise-notice')).lateByMs).toBe(0);
  }, 60_000);
});

describe('the awareness is corrected', () => {
  test('to 70 hours ago: what is due acts once somebody stands by it, and the rest keeps its two hours', async () => {
    const detectedAt = await harness.in(-71);
    const incident = await harness.declare({ detectedAt, serviceAffecting: false });
    await harness.sleepHours(1);
    const before = incident.alarms(IE).length;
    const awareAt = await harness.in(-70);
    await incident.send('assess', { awareAt, reason: 'The ticket of Tuesday already said so' });
    await incident.quiet();
    expect(incident.mails('enterprise-notice')).toEqual([]);
    await incident.send('confirm', {});
    await incident.quiet();
    const correctedAt = incident.entries('awareness-upheld').at(-1)!.at;

    const sent = incident.mails('enterprise-notice');
    expect(sent).toHaveLength(3);
    expect(toMs(sent[0]!.at) - toMs(correctedAt)).toBeLessThan(2 * PROMPT_MS);
    const authority = await incident.obligation(IE);
    expect(toMs(authority.dueAt!)).toBe(toMs(awareAt) + 72 * HOUR_MS);
    expect(authority.missedDueAt).toBeUndefined();
    // Of the thresholds that passed at one go only the highest rings.
    expect(
      incident
        .alarms(IE)
        .slice(before)
        .map((alarm) => thresholdName(alarm.threshold)),
    ).toEqual(['90 %']);
    expect(incident.entries('awareness-recorded').at(-1)!.data).toMatchObject({
      awareAt,
      reason: 'The ticket of Tuesday already said so',
    });

    await harness.sleepHours(1.5);
    await incident.send('filed', { obligation: IE, reference: 'IN-26-70' });
    expect((await incident.obligation(IE)).lateByMs).toBe(0);
  }, 60_000);

  test('to 80 hours ago: late, the reasons are asked for, and the lateness is frozen', async () => {
    const incident = await harness.declare({ detectedAt: await harness.in(-90), serviceAffecting: false });
    await harness.sleepHours(1);
    const awareAt = await harness.in(-80);
    await incident.send('assess', { awareAt, reason: 'The report lay in a mailbox' });
    await incident.quiet();
    expect(incident.about('deadline-missed', IE)).toHaveLength(1);
    expect(incident.about('delay-reasons-requested', IE)).toHaveLength(1);
    expect(incident.alarms(IE).at(-1)!.threshold).toEqual({ kind: 'due' });

    await harness.sleepHours(1);
    await incident.send('filed', {
      obligation: IE,
      reference: 'IN-26-80',
      delayReasons: 'The report lay in a mailbox',
    });
    const filed = await incident.obligation(IE);
    expect(filed.lateByMs! / HOUR_MS).toBeCloseTo(81 - 72, 1);
    expect(filed).toMatchObject({ delayReasonsOwed: false, delayReasons: 'The report lay in a mailbox' });

    await incident.send('assess', { awareAt: await harness.in(-60), reason: 'It was another report after all' });
    await harness.sleepHours(1);
    await incident.send('assess', { awareAt: await harness.in(-89), reason: 'No, older still' });
    await incident.quiet();
    expect((await incident.obligation(IE)).lateByMs).toBe(filed.lateByMs);
    expect((await incident.obligation(IE)).correctedLateByMs! / HOUR_MS).toBeCloseTo(16, 1);
    expect((await incident.obligation(IE)).fulfilledAt).toBe(filed.fulfilledAt);
    expect(incident.about('obligation-fulfilled', IE)).toHaveLength(1);
  }, 60_000);

  test('later, with a reason: the deadline moves later only once a second person agrees', async () => {
    const incident = await harness.declare({ detectedAt: await harness.in(-6), awareAt: await harness.in(-6) });
    const first = await incident.obligation('enterprise-notice');
    await expect(incident.send('assess', { awareAt: await harness.in(-2) })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('reason: is needed') },
    });
    expect((await incident.obligation('enterprise-notice')).dueAt).toBe(first.dueAt);
    await incident.send('assess', { awareAt: await harness.in(-2), reason: 'The alert was about another system' });
    await incident.quiet();
    expect(incident.about('obligation-due-changed', 'enterprise-notice')).toEqual([]);
    await incident.send('confirm', { by: 'ciso@example.com' });
    await incident.quiet();
    expect(incident.about('obligation-due-changed', 'enterprise-notice')[0]!.data.previousDueAt).toBe(first.dueAt);
    expect(toMs((await incident.obligation('enterprise-notice')).dueAt!)).toBeGreaterThan(toMs(first.dueAt!));
  }, 60_000);
});

describe('what is not owed', () => {
  const reason = 'two of us went through the access log of that night line by line';

  test('not a personal-data breach: T3 to T5 are recorded as not required, by whom and why; nothing is mailed', async () => {
    const incident = await harness.declare({
      serviceAffecting: false,
      assessment: assessment({ personalData: 'possible' }),
    });
    await harness.sleepHours(5);
    await incident.send('assess', { assessment: assessment({ personalData: 'no', dataSets: [], workspaces: [] }) });
    const proposed = Object.values((await incident.state()).obligations).filter(
      (o) => o.status === 'proposed-not-owed',
    );
    expect(proposed.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['gdpr-art34-individuals', 'pipeda-individuals']),
    );
    await incident.send('not-owed', { all: true, reason });
    await harness.sleepHours(100);
    for (const rule of [
      'enterprise-notice',
      'gdpr-art33-authority',
      'pipeda-opc-report',
      'gdpr-art34-individuals',
      'pipeda-individuals',
    ]) {
      const all = Object.values((await incident.state()).obligations).filter((o) => o.rule === rule);
      expect(all.map((o) => o.status)).toEqual(all.map(() => 'not-required'));
      expect(all.length).toBeGreaterThan(0);
      for (const o of all) {
        const own = rule === 'enterprise-notice' ? expect.stringContaining('no personal data is affected') : reason;
        expect(o.decision).toMatchObject({ by: COUNSEL, reason: own });
        expect(incident.about('obligation-not-required', o.id)[0]!.by).toBe(COUNSEL);
      }
    }
    expect(incident.mails()).toEqual([]);
    expect(incident.alarms().filter((alarm) => obligationOf(alarm) !== 'containment')).toEqual([]);
    expect(incident.entries('deadline-missed').map((e) => e.data.obligation)).toEqual(['containment']);
  }, 60_000);

  test('low risk: an entry in the register and nothing else', async () => {
    const incident = await harness.declare({
      serviceAffecting: false,
      severity: 'sev4',
      assessment: assessment({
        personalData: 'yes',
        dataSets: [accounts({ risk: 'unlikely', significantHarm: 'no', riskJudgement: { reasoning: reason } })],
      }),
    });
    for (const { id, status } of Object.values((await incident.state()).obligations)) {
      if (status === 'proposed-not-owed') await incident.send('not-owed', { obligation: id, reason });
    }
    await incident.send('status', { status: 'contained' });
    await harness.sleepHours(24);
    await incident.send('status', { status: 'resolved' });
    await harness.sleepHours(1);
    await incident.send('review', { rootCause: 'A typo', controls: ['A check'], shareSummary: false });
    await incident.quiet();
    await incident.send('close', {});
    await incident.handle.result();
    expect(incident.mails()).toEqual([]);
    expect(incident.published()).toEqual([]);
    expect(incident.alarms()).toEqual([]);
    expect(harness.world.filingTasks.filter(({ input }) => input.incidentId === incident.id)).toEqual([]);
    const { obligations } = await incident.state();
    for (const group of [
      'declaration',
      'register-nature',
      'register-data',
      'register-consequences',
      'register-measures',
      'register-notifications',
      'register-available',
    ]) {
      expect([group, obligations[group]!.status, obligations[group]!.lateByMs]).toEqual([group, 'fulfilled', 0]);
    }
  }, 60_000);
});

describe('a revised assessment', () => {
  test('finds new workspaces: only they get a second round, for new recipients', async () => {
    const over = { dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] };
    const incident = await harness.declare({ serviceAffecting: false, assessment: assessment(over) });
    await incident.send('approve', { obligation: 'enterprise-notice' });
    await harness.sleepHours(20);
    const first = await incident.obligation('enterprise-notice');
    await incident.send('assess', { assessment: assessment({ ...over, workspaces: ['ws-1', 'ws-2', 'ws-7'] }) });
    await incident.quiet();
    expect(
      incident.about('obligation-reopened', 'enterprise-notice').map((e) => [e.data.round, e.data.purpose]),
    ).toEqual([[2, 'new-recipients']]);

    await harness.sleepHours(60);
    expect(incident.mails('enterprise-notice').map((mail) => [mail.round, mail.to])).toEqual([
      [1, 'ws-1@owner.example'],
      [1, 'ws-2@owner.example'],
      [2, 'ws-7@owner.example'],
    ]);
    const settled = await incident.obligation('enterprise-notice');
    expect(settled).toMatchObject({ status: 'fulfilled', round: 2, fulfilledAt: first.fulfilledAt, lateByMs: 0 });
    expect(settled.supplements).toHaveLength(1);
  }, 60_000);

  test('finds nothing new: nobody is told again', async () => {
    const incident = await harness.declare({ serviceAffecting: false });
    await incident.send('approve', { obligation: 'enterprise-notice' });
    await incident.quiet();
    await incident.send('assess', { assessment: assessment({ workspaces: ['ws-2', 'ws-1', 'ws-team'] }) });
    await harness.sleepHours(72);
    expect(incident.about('obligation-reopened', 'enterprise-notice')).toEqual([]);
    expect(incident.mails('enterprise-notice')).toHaveLength(3);
  }, 60_000);
});

describe('the chained clock of the notice to individuals', () => {
  const IRISH = { dataSets: [accounts({ residence: { IE: 2 }, significantHarm: 'no' })] };

  test('runs 24 hours from the actual filing with the authority', async () => {
    const incident = await harness.declare({ assessment: assessment(IRISH), serviceAffecting: false });
    const before = await incident.obligation('gdpr-art34-individuals');
    expect(before.clock!.from).toBe('aware');
    await harness.sleepHours(30);
    await incident.send('filed', { obligation: IE, reference: 'IN-26-5', submittedAt: await harness.in(-2) });
    const filedAt = (await incident.obligation(IE)).fulfilledAt!;
    const after = await incident.obligation('gdpr-art34-individuals');
    expect(after.clock).toEqual({ from: 'authority-notified', anchorAt: filedAt });
    expect(toMs(after.dueAt!)).toBe(toMs(filedAt) + 24 * HOUR_MS);
    await incident.quiet();
    expect(incident.about('obligation-due-changed', 'gdpr-art34-individuals').map((e) => e.data.previousDueAt)).toEqual(
      [before.dueAt],
    );
  }, 60_000);

  test('keeps its backstop, 96 hours from awareness, when the authority is told late', async () => {
    const incident = await harness.declare({ assessment: assessment(IRISH), serviceAffecting: false });
    const before = await incident.obligation('gdpr-art34-individuals');
    await harness.sleepHours(80);
    await incident.send('filed', {
      obligation: IE,
      reference: 'IN-26-6',
      delayReasons: 'Counsel was in hospital and nobody stood in',
    });
    expect((await incident.obligation('gdpr-art34-individuals')).dueAt).toBe(before.dueAt);
  }, 60_000);
});
