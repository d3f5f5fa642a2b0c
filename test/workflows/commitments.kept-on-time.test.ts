// One incident, everybody acts in time: each promise of the incident-response page is kept by a running obligation.
import type { Obligation } from '../../domain/incident/state';
import { HOUR_MS, toMs } from '../../domain/kernel/time';
import { COUNSEL, ONCALL, type TestIncident, WorkflowHarness } from '../setup/workflow-harness';

const HOUR = 1;
const DAY = 24 * HOUR;
const IE = 'gdpr-art33-authority:ie-dpc';
const OPC = 'pipeda-opc-report:opc';
const OTHERS = 'pipeda-other-organisations';

/** Commitment, the obligation that keeps it, and its limit: the anchor and the hours from there. */
const PROMISES: Array<
  [
    commitment: string,
    obligation: string,
    from: 'detected' | 'declared' | 'aware' | 'authority-notified' | 'resolved' | 'reviewed',
    hours: number,
  ]
> = [
  ['T1', 'declaration', 'detected', 1 * HOUR],
  ['T2', 'containment', 'detected', 2 * HOUR],
  ['T3', 'enterprise-notice', 'aware', 48 * HOUR],
  ['T3', 'gdpr-art33-2-controllers', 'aware', 24 * HOUR],
  ['T4', IE, 'aware', 72 * HOUR],
  ['T4', OPC, 'aware', 72 * HOUR],
  ['T5', 'gdpr-art34-individuals', 'authority-notified', 24 * HOUR],
  ['T5', 'pipeda-individuals', 'authority-notified', 24 * HOUR],
  ['T5', OTHERS, 'aware', 72 * HOUR],
  ['T6', 'post-incident-review', 'resolved', 14 * DAY],
  ['T6', 'review-summary', 'reviewed', 7 * DAY],
  ['N1', 'enterprise-notice', 'aware', 48 * HOUR],
  ['N1', 'gdpr-art33-2-controllers', 'aware', 24 * HOUR],
  ['N2', IE, 'aware', 72 * HOUR],
  ['N3', OPC, 'aware', 72 * HOUR],
  ['N4', 'gdpr-art34-individuals', 'authority-notified', 24 * HOUR],
  ['N4', 'pipeda-individuals', 'authority-notified', 24 * HOUR],
  ['N5', 'status-page-update', 'detected', 2 * HOUR],
  ['N5', 'status-subscribers', 'detected', 2 * HOUR],
  ['R1', 'declaration', 'detected', 1 * HOUR],
  ['R2', 'register-nature', 'declared', 72 * HOUR],
  ['R3', 'register-data', 'declared', 72 * HOUR],
  ['R3', 'data-question', 'declared', 4 * HOUR],
  ['R3', 'data-question-settled', 'declared', 24 * HOUR],
  ['R4', 'register-consequences', 'declared', 72 * HOUR],
  ['R5', 'register-measures', 'declared', 72 * HOUR],
  ['R6', 'register-notifications', 'declared', 14 * DAY],
  ['R7', 'register-available', 'resolved', 1 * DAY],
];

let harness: WorkflowHarness;
let incident: TestIncident;
let result: { closedAt: string; entries: number };
let obligations: Record<string, Obligation>;
let anchors: Record<string, string | undefined>;

beforeAll(async () => {
  harness = await WorkflowHarness.start();
  const detectedAt = await harness.in(-0.25);
  incident = await harness.declare({ detectedAt, awareAt: detectedAt });
  await harness.sleepHours(0.75);
  await incident.send('status', { status: 'contained', by: ONCALL });
  await incident.quiet();
  await incident.send('approve', { obligation: 'status-page-update', by: ONCALL });
  await incident.send('approve', { obligation: 'status-subscribers', by: ONCALL });
  await harness.sleepHours(19);
  await incident.send('approve', { obligation: 'enterprise-notice' });
  await harness.sleepHours(40);
  await incident.send('filed', { obligation: IE, reference: 'IN-26-1001' });
  await incident.send('filed', { obligation: OPC, reference: 'PB-2026-77' });
  await harness.sleepHours(2);
  await incident.send('approve', { obligation: 'gdpr-art34-individuals' });
  await incident.send('approve', { obligation: 'pipeda-individuals' });
  await incident.send('told', {
    obligation: OTHERS,
    channel: 'phone',
    organisations: ['Bank of Montreal'],
    rest: true,
  });
  await harness.sleepHours(20);
  await incident.send('status', { status: 'resolved', by: ONCALL });
  await harness.sleepHours(5 * DAY);
  await incident.send('review', {
    rootCause: 'A build step printed its environment',
    controls: ['Secrets are masked in build logs'],
    shareSummary: true,
    summary: 'A key leaked; it was rotated within the hour',
  });
  await harness.sleepHours(1);
  await incident.send('approve', { obligation: 'review-summary' });
  await harness.sleepHours(1);
  await incident.send('close', {});
  result = (await incident.handle.result()) as typeof result;
  const state = await incident.state();
  obligations = state.obligations;
  anchors = state.anchors;
}, 180_000);

afterAll(() => harness.endOfScenario());

test.each(PROMISES)('%s is kept on time by %s', (commitment, id, from, hours) => {
  const o = obligations[id]!;
  const rule = harness.world.policy.pack.obligations.find((r) => r.id === o.rule)!;
  expect(rule.commitments).toContain(commitment);
  expect(o.status).toBe('fulfilled');
  const armed = [...incident.about('obligation-armed', id), ...incident.about('obligation-due-changed', id)].at(
    -1,
  )!.data;
  expect(armed.clock).toEqual({ from, anchorAt: anchors[from] });
  expect(toMs(armed.dueAt) - toMs(anchors[from]!)).toBe(hours * HOUR_MS);
  expect(toMs(o.fulfilledAt!)).toBeLessThanOrEqual(toMs(armed.dueAt));
  expect(o.lateByMs).toBe(0);
});

test('every commitment of the pack is in this table, and no obligation of the incident is left open', () => {
  const promised = harness.world.policy.pack.obligations.flatMap((rule) => rule.commitments);
  expect(new Set(PROMISES.map(([commitment]) => commitment))).toEqual(new Set(promised));
  const others = Object.values(obligations).filter((o) => !PROMISES.some(([, id]) => id === o.id));
  expect(others.map((o) => [o.id, o.status])).toEqual([
    ['gdpr-art34-3c-public-communication', 'not-required'],
    ['pipeda-indirect-notice', 'not-required'],
    ['uncovered-law', 'not-required'],
  ]);
});

test('nothing was missed, nobody had to be alarmed about a missed deadline', () => {
  expect(incident.entries('deadline-missed')).toEqual([]);
  expect(incident.alarms().filter((alarm) => alarm.threshold.kind === 'overdue')).toEqual([]);
});

test('the mails went to whom they were promised, once', () => {
  const to = (obligation: string) =>
    incident
      .mails(obligation)
      .map((mail) => mail.to)
      .sort();
  expect(to('enterprise-notice')).toEqual(['ws-1@owner.example', 'ws-2@owner.example', 'ws-team@owner.example']);
  expect(to('gdpr-art34-individuals')).toEqual(['aoife@person.example', 'bran@person.example']);
  expect(to('pipeda-individuals')).toEqual(['chloe@person.example']);
  expect(to('review-summary')).toEqual(['ws-1@owner.example', 'ws-2@owner.example', 'ws-team@owner.example']);
  const updates = incident.mails('status-subscribers');
  expect(updates.map((mail) => [mail.round, mail.to]).sort()).toEqual([
    [1, 'sub-1@subscriber.example'],
    [1, 'sub-2@subscriber.example'],
    [2, 'sub-1@subscriber.example'],
    [2, 'sub-2@subscriber.example'],
  ]);
  expect(incident.published('status-page-update').map(({ input }) => input.status)).toEqual(['contained', 'resolved']);
});

test('the containment that was declared took effect at once, before anybody was notified', () => {
  const steps = incident.entries('containment-step');
  expect(steps.map((step) => [step.data.id, step.data.outcome]).sort()).toEqual([
    ['block-source 203.0.113.9', 'verified'],
    ['rotate-credential postgres-role/deploy', 'verified'],
  ]);
  const firstSent = incident.entries('dispatch-started')[0]!;
  for (const step of steps) expect(step.seq).toBeLessThan(firstSent.seq);
});

test('a person filed with each authority after a task with the dossier, and the reference is the evidence', () => {
  const tasks = harness.world.filingTasks.map(({ input }) => input);
  expect(tasks.map((task) => task.obligation).sort()).toEqual([IE, OPC]);
  expect(tasks.every((task) => task.to === ONCALL && task.dossierUrl?.includes(task.obligation))).toBe(true);
  expect(obligations[IE]!.evidence).toMatchObject({ channel: 'filing', reference: 'IN-26-1001', authority: 'ie-dpc' });
  expect(incident.about('obligation-fulfilled', IE)[0]!.by).toBe(COUNSEL);
});

test('the incident closes when nothing is owed, and says how many entries the register holds', () => {
  expect(result).toMatchObject({ caseId: incident.id, entries: incident.register().length });
  expect(incident.register().at(-1)!.kind).toBe('closed');
});
