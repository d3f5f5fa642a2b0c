// The clock of a report at its real durations: across a long weekend, a change of the clocks and a holiday of one province.

import type { WorkflowHandle } from '@temporalio/client';
import { loadReportsConfig } from '../../../detection/reports/config';
import { type HolidaysConfig, holidaySource } from '../../../detection/reports/holidays';
import { reportClock } from '../../../detection/reports/report-clock';
import { foldCase } from '../../../domain/case/advance';
import { alarmText } from '../../../domain/case/alarm-text';
import type { CaseView } from '../../../domain/case/contract';
import { TASK_QUEUE } from '../../../domain/incident/contract';
import { commandText } from '../../../domain/kernel/command-lines';
import { DAY_MS, HOUR_MS, type Instant, toInstant, toMs } from '../../../domain/kernel/time';
import type {
  VulnerabilityReportEvent,
  VulnerabilityReportInput,
  VulnerabilityReportState,
} from '../../../domain/report/state';
import {
  VULNERABILITY_REPORT_WORKFLOW,
  vulnerabilityReportLifecycle,
} from '../../../domain/report/vulnerability-report';
import { thresholdName } from '../../setup/threshold-name';
import { decodedPayloads, endAtRest, plain, TestIncident, WorkflowHarness } from '../../setup/workflow-harness';

/** The delay of a busy machine, by the server's clock: nothing against hours between alarms. */
const PROMPT_MS = 60_000;
const LEAD = 'security-lead';
const BY = 'ann@example.com';
let harness: WorkflowHarness;
let number = 0;
const open: Report[] = [];

beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);

afterEach(async () => {
  harness.world.repair();
  try {
    for (const report of open) await report.check();
  } finally {
    for (const report of open.splice(0)) await endAtRest(report.handle);
  }
}, 60_000);

class Report {
  constructor(
    readonly id: string,
    readonly handle: WorkflowHandle,
    readonly input: VulnerabilityReportInput,
  ) {}

  async view(): Promise<CaseView<VulnerabilityReportState>> {
    return this.handle.query<CaseView<VulnerabilityReportState>>('state');
  }

  async state(): Promise<VulnerabilityReportState> {
    return (await this.view()).state;
  }

  send(name: string, message: object): Promise<{ events: Array<{ kind: string }> }> {
    return this.handle.executeUpdate(name, { args: [{ by: BY, ...message }] });
  }

  entries(kind?: string): VulnerabilityReportEvent[] {
    const all = harness.world.register(this.id) as unknown as VulnerabilityReportEvent[];
    return kind ? all.filter((event) => event.kind === kind) : all;
  }

  /** Thresholds of the alarms with the instants at which they reached a person. */
  alarms(): Array<{ threshold: string; at: Instant; text: string; commands: string[] }> {
    return harness.world.alarms
      .filter(({ input }) => input.incidentId === this.id)
      .map(({ input, at }) => ({
        threshold: thresholdName(input.threshold),
        at,
        text: alarmText(input, input.at).text,
        commands: input.commands.map(commandText),
      }));
  }

  mails(): string[] {
    return harness.world.reporterMails
      .filter(({ input }) => input.incidentId === this.id)
      .map(({ input }) => input.mail);
  }

  async quiet(): Promise<void> {
    for (let n = 0; n < 1000; n++) {
      const view = await this.view();
      if (view && view.inFlight.length === 0 && view.registerBacklog === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${this.id} did not come to rest`);
  }

  /** Nothing lost, nothing twice: the register's fold is the workflow's state. */
  async check(): Promise<void> {
    await this.quiet();
    const state = await this.state();
    const entries = this.entries();
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, n) => n + 1));
    expect(plain(foldCase(vulnerabilityReportLifecycle, entries))).toEqual(state);
    const history = await this.handle.fetchHistory();
    const failed = (history.events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []);
    expect(failed.map((task) => task.failure?.message)).toEqual([]);
  }

  /** Exactly these alarms rang, each at its instant. */
  expectAlarms(expected: Array<[string, Instant]>): void {
    const alarms = this.alarms();
    expect(alarms.map(({ threshold }) => threshold)).toEqual(expected.map(([threshold]) => threshold));
    expected.forEach(([threshold, at], n) => {
      const lateMs = toMs(alarms[n]!.at) - toMs(at);
      if (lateMs < 0 || lateMs > PROMPT_MS) throw new Error(`${threshold} is ${lateMs} ms off its instant, ${at}`);
    });
  }
}

const QUEBEC: HolidaysConfig = { country: 'CA', region: 'QC' };

/** Receives a report at a future instant, under the calendar of Toronto with the holidays given. */
async function receive(at: Instant, holidays = QUEBEC, over: Partial<VulnerabilityReportInput> = {}): Promise<Report> {
  await harness.sleepUntil(at);
  const { config } = loadReportsConfig();
  const receivedAt = toInstant(toMs(at));
  const clock = reportClock(config, holidaySource(holidays, '.', new Date(at)), receivedAt);
  const id = `VR-${at.slice(0, 10).replaceAll('-', '')}-${String(++number).padStart(8, '0')}`;
  const input: VulnerabilityReportInput = {
    reportId: id,
    via: 'form',
    receivedAt,
    length: 1234,
    commitment: 'ab'.repeat(32),
    reachable: true,
    owner: LEAD,
    clock,
    repeatEveryMs: DAY_MS,
    followUpAfterMs: 14 * DAY_MS,
    ...over,
  };
  const handle = await harness.client.workflow.start(VULNERABILITY_REPORT_WORKFLOW, {
    taskQueue: TASK_QUEUE,
    workflowId: id,
    args: [input],
  });
  const report = new Report(id, handle, input);
  open.push(report);
  await report.quiet();
  return report;
}

async function sleepUntil(at: Instant): Promise<void> {
  await harness.sleepUntil(at);
  for (const report of open) await report.quiet();
}

/** An instant some days and hours after the midnight (UTC) that begins a date. */
const plus = (date: Date, days: number, hours: number): Instant =>
  toInstant(date.getTime() + days * DAY_MS + Math.round(hours * HOUR_MS));

/** The nth weekday (0: Sunday) of a month (1–12), in the first year for which it lies in the future. */
async function nthWeekday(month: number, weekday: number, nth: number): Promise<Date> {
  const now = new Date(await harness.now());
  for (let year = now.getUTCFullYear(); ; year++) {
    const first = new Date(Date.UTC(year, month - 1, 1));
    const day = 1 + ((weekday - first.getUTCDay() + 7) % 7) + (nth - 1) * 7;
    const date = new Date(Date.UTC(year, month - 1, day));
    if (date.getTime() > now.getTime() + 7 * DAY_MS) return date;
  }
}

test('Friday evening before the long weekend of Labour Day: silence', async () => {
  const monday = await nthWeekday(9, 1, 1);
  // Friday 18:00 in Toronto (UTC−4 in September); Tuesday and Wednesday are the two business days.
  const at = plus(monday, -3, 22);
  const report = await receive(at);
  const dueAt = plus(monday, 2, 22);
  expect(report.input.clock).toMatchObject({
    dueAt,
    daysOff: [plus(monday, -2, 0), plus(monday, -1, 0), plus(monday, 0, 0)].map((date) => date.slice(0, 10)),
  });
  expect(report.mails()).toEqual(['confirmation']);
  report.expectAlarms([['start', at]]);
  await sleepUntil(plus(monday, 5, 23));
  report.expectAlarms([
    ['start', at],
    // Business time: 6 hours of Friday, 24 of Tuesday, 18 of Wednesday.
    ['50 %', plus(monday, 1, 22)],
    ['75 %', plus(monday, 2, 10)],
    ['90 %', plus(monday, 2, 17.2)],
    ['due', dueAt],
    ['overdue 1', plus(monday, 3, 22)],
    ['overdue 2', plus(monday, 4, 22)],
    ['overdue 3', plus(monday, 5, 22)],
  ]);
  expect(report.entries('deadline-missed')).toMatchObject([{ data: { dueAt } }]);
  for (const { commands } of report.alarms())
    expect(commands).toContain(`npx tocsin report acknowledge ${report.id} --by you@example.com`);

  await report.send('acknowledge-report', {});
  await report.quiet();
  const { acknowledged, unacknowledged } = await report.state();
  expect(acknowledged!.lateByMs).toBeGreaterThan(3 * DAY_MS);
  expect(acknowledged!.lateByMs).toBeLessThan(3 * DAY_MS + 2 * HOUR_MS);
  expect(unacknowledged).toEqual([]);
  expect(report.mails()).toEqual(['confirmation', 'acknowledgement']);
}, 120_000);

test('across the change of the clocks in March: the same time of day; acknowledged in time, nothing rings after that', async () => {
  const sunday = await nthWeekday(3, 0, 2);
  // Friday 18:00 in Toronto, UTC−5; on Tuesday it is UTC−4.
  const at = plus(sunday, -2, 23);
  const report = await receive(at);
  const dueAt = plus(sunday, 2, 22);
  expect(report.input.clock.dueAt).toBe(dueAt);
  await sleepUntil(plus(sunday, 2, 16));
  const rung: Array<[string, Instant]> = [
    ['start', at],
    // 6 hours of Friday and 18 of Monday; 6 + 24 + 6 hours.
    ['50 %', plus(sunday, 1, 22)],
    ['75 %', plus(sunday, 2, 10)],
  ];
  report.expectAlarms(rung);
  await report.send('acknowledge-report', { note: 'looked at it' });
  await sleepUntil(plus(sunday, 9, 0));
  report.expectAlarms(rung);
  const state = await report.state();
  expect(state.acknowledged).toMatchObject({ by: BY, lateByMs: 0 });
  expect(state.missed).toBe(false);
  // A report on which nothing happens is not forgotten.
  await sleepUntil(plus(sunday, 31, 0));
  expect(
    report
      .alarms()
      .slice(3)
      .map(({ threshold }) => threshold),
  ).toEqual(['due', 'overdue 1']);
}, 120_000);

test('the holiday of 24 June counts in Quebec and not in Ontario', async () => {
  const now = new Date(await harness.now());
  let thursday = new Date(Date.UTC(now.getUTCFullYear(), 5, 24));
  while (thursday.getUTCDay() !== 4 || thursday.getTime() < now.getTime() + 7 * DAY_MS) {
    thursday = new Date(Date.UTC(thursday.getUTCFullYear() + 1, 5, 24));
  }
  // Wednesday 10:00 in Toronto.
  const at = plus(thursday, -1, 14);
  const [quebec, ontario] = [await receive(at), await receive(at, { country: 'CA', region: 'ON' })];
  expect(quebec.input.clock.dueAt).toBe(plus(thursday, 4, 14));
  expect(ontario.input.clock.dueAt).toBe(plus(thursday, 1, 14));
  await sleepUntil(plus(thursday, 1, 14.5));
  expect(ontario.entries('deadline-missed')).toHaveLength(1);
  expect(quebec.entries('deadline-missed')).toHaveLength(0);
  // 14 hours of Wednesday and 10 of Friday.
  quebec.expectAlarms([
    ['start', at],
    ['50 %', plus(thursday, 1, 14)],
  ]);
  await sleepUntil(plus(thursday, 4, 15));
  expect(quebec.entries('deadline-missed')).toHaveLength(1);
}, 120_000);

describe('what people decide', () => {
  const soon = async () => plus(new Date(await harness.now()), 0, 1);

  test('accepted, fixed, its disclosure agreed and reminded of, published, credited, closed', async () => {
    const report = await receive(await soon());
    const receipt = await report.send('accept', { severity: 'sev2' });
    // Whoever decides has read it: that acknowledges it, and its alarm.
    expect(receipt.events.map(({ kind }) => kind)).toEqual(['alarm-acknowledged', 'acknowledged', 'triaged']);
    await expect(report.send('close', {})).rejects.toThrow();
    await report.send('fixed', { version: '2.4.1' });
    const day = plus(new Date(await harness.now()), 10, 0).slice(0, 10);
    await report.send('disclose', { on: day });
    await report.send('credit', { as: 'named' });
    await report.quiet();
    const before = report.alarms().length;
    await sleepUntil(toInstant(Date.parse(day) + HOUR_MS));
    expect(
      report
        .alarms()
        .slice(before)
        .map(({ threshold }) => threshold),
    ).toEqual(['margin', 'due']);
    await report.send('disclose', { url: 'https://example.com/advisories/1' });
    await report.send('close', {});
    expect(await report.handle.result()).toMatchObject({ caseId: report.id, status: 'closed' });
    expect(report.mails()).toEqual(['confirmation', 'acknowledgement']);
  }, 120_000);

  test('declined with its reason; a duplicate of another; the person has answered: Tocsin does not', async () => {
    const first = await receive(await soon());
    await first.send('decline', { reason: 'works as documented', answered: true });
    expect((await first.state()).triage).toEqual({ decision: 'declined', reason: 'works as documented' });
    const second = await receive(await soon());
    await expect(second.send('duplicate', { of: second.id })).rejects.toThrow();
    await second.send('duplicate', { of: first.id });
    for (const report of [first, second]) await report.send('close', {});
    // One after the other: waited for both at once, the server skips time while something is still under way.
    for (const report of [first, second]) await report.handle.result();
    expect(first.mails()).toEqual(['confirmation']);
    expect(second.mails()).toEqual(['confirmation', 'acknowledgement']);
  }, 120_000);

  test('declares an incident of its own, which outlives it; or links one', async () => {
    const report = await receive(await soon());
    await report.send('declare', { severity: 'sev1', affects: ['confidentiality'] });
    await report.quiet();
    const { incident } = await report.state();
    expect(incident).toMatchObject({ id: report.id.replace('VR', 'INC'), started: true });
    const started = new TestIncident(incident!.id, harness.client.workflow.getHandle(incident!.id), harness.world);
    await started.quiet();
    expect((await started.state()).declaration).toMatchObject({
      title: `Vulnerability report ${report.id}`,
      source: `vulnerability report ${report.id}`,
      severity: 'sev1',
      declaredBy: BY,
    });
    expect((await report.send('declare', { incident: 'INC-other' })).events.map(({ kind }) => kind)).toEqual(['noted']);
    await started.end();
    const linked = await receive(await soon());
    await linked.send('declare', { incident: 'INC-20260101-aaaa' });
    expect((await linked.state()).incident).toEqual({ id: 'INC-20260101-aaaa', started: true });
  }, 120_000);

  test('an anonymous report is never mailed; an erased one neither; what was erased is recorded', async () => {
    const anonymous = await receive(await soon(), QUEBEC, { reachable: false });
    await anonymous.send('acknowledge-report', {});
    expect(anonymous.mails()).toEqual([]);
    const erased = await receive(await soon());
    // The word of somebody who did not erase it is not taken for it.
    await expect(erased.send('erased', {})).rejects.toMatchObject({
      cause: { message: expect.stringContaining('tells of no erasure') },
    });
    expect((await erased.state()).erased).toBe(false);
    await erased.send('erased', { commandId: `erase-${erased.id}` });
    await erased.send('acknowledge-report', {});
    await erased.quiet();
    expect(erased.mails()).toEqual(['confirmation']);
    expect(erased.entries('erased')).toHaveLength(1);
  }, 120_000);

  test('bad messages and starts change nothing and crash nothing; a message twice counts once', async () => {
    const report = await receive(await soon());
    await report.handle.signal('accept', { by: BY, severity: 'sev9' });
    await report.handle.signal('accept');
    await report.handle.signal('no-such-message', {});
    await report.handle.signal('acknowledge-report', { by: 'tocsin' });
    await expect(report.send('acknowledge-report', { at: '2000-01-01T00:00:00Z' })).rejects.toThrow();
    await expect(report.send('fixed', { version: '1' })).rejects.toThrow();
    await report.quiet();
    expect(report.entries('rejected')).toHaveLength(4);
    expect((await report.state()).acknowledged).toBeUndefined();
    for (const _ of [1, 2]) await report.handle.signal('acknowledge-report', { by: BY, commandId: 'c-1' });
    await report.quiet();
    expect(report.entries('acknowledged')).toHaveLength(1);
    const bad = await harness.client.workflow.start(VULNERABILITY_REPORT_WORKFLOW, {
      taskQueue: TASK_QUEUE,
      workflowId: 'VR-20260101-ffffffff',
      args: [],
    });
    await expect(bad.result()).rejects.toThrow();
  }, 120_000);
});

test('the mail provider away: the receipt goes out when it is back, the clock does not wait', async () => {
  harness.world.fail('mailReporter');
  const at = plus(new Date(await harness.now()), 0, 1);
  await harness.sleepUntil(at);
  const report = await (async () => {
    const tried = harness.world.nextAttempt('mailReporter');
    const starting = receive(at);
    await tried;
    expect(harness.world.reporterMails.filter(({ input }) => input.incidentId.endsWith(String(number)))).toEqual([]);
    harness.world.repair();
    return starting;
  })();
  expect(report.mails()).toEqual(['confirmation']);
  expect(report.alarms().map(({ threshold }) => threshold)).toEqual(['start']);
}, 120_000);

test('no history holds more than numbers, hashes and names of staff', async () => {
  const report = await receive(plus(new Date(await harness.now()), 0, 1));
  await report.quiet();
  const payloads = decodedPayloads(await report.handle.fetchHistory());
  expect(payloads).not.toMatch(/reporter\.example|@(?!example\.com)/);
});
