/**
 * Repeats the open alarms of one incident or case, from person to person, until a named one acknowledges them; see
 * docs/escalation.md. When to page whom is decided by the pure domain. Before each page an activity reads the case's own
 * state, so that nobody is paged about something done, and so that the escalation ends with its case.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  isCancellation,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { alarmText } from '../domain/case/alarm-text';
import {
  type Acknowledgement,
  AcknowledgementSchema,
  type AlarmSignal,
  AlarmSignalSchema,
  acknowledge,
  acknowledgedNow,
  type EscalationState,
  joined,
  looked,
  nextStep,
  pageBegun,
  paged,
  type Step,
  stands,
} from '../domain/escalation/escalation';
import { ask, commandLine, commandText } from '../domain/kernel/command-lines';
import { exactMs, type Instant, minuteText, toInstant, toMs } from '../domain/kernel/time';
import { activities, failureText, UNTIL_DONE } from './lib/activity-calls';
import { carriedFrom } from './lib/carried';
import { DeadlineTimer } from './lib/deadline-timer';
import { cell, code } from './lib/markdown-cell';

export interface EscalationInput {
  caseId: string;
  carried?: EscalationState;
}

/** A start by hand brings no alarm: it ends after this. */
const FIRST_ALARM_WITHIN = '1 minute';
/** How long an activity of a page is tried: not into the time of the next one. */
const SPARE_MS = 10_000;
/** Services that are away for longer hear of an acknowledgement or an end no more: the case goes on without them. */
const TELLING = { ...UNTIL_DONE, scheduleToCloseTimeout: '1 day' } as const;

/** Nobody stops an alarm by pressing "cancel": it is acknowledged, or its case is closed. */
export async function escalation(input: EscalationInput): Promise<void> {
  const carried = carriedFrom(input);
  return CancellationScope.nonCancellable(() => live({ ...input, carried }));
}

async function live({ caseId, carried }: EscalationInput): Promise<void> {
  const run = new EscalationRun(caseId, carried);
  await condition(() => run.hasAlarm(), FIRST_ALARM_WITHIN);
  while (run.hasAlarm()) {
    const step = run.next();
    if (step.step === 'end') {
      await run.tellResolved();
      // An alarm may have come in meanwhile; it begins a climb of its own.
      if (run.next().step === 'end') break;
    } else {
      await run.waitFor(step);
      if (run.isDue(step)) await run.take(step);
    }
    if (workflowInfo().continueAsNewSuggested) {
      await run.told();
      await condition(allHandlersFinished);
      await continueAsNew<typeof escalation>({ caseId, carried: run.state });
    }
  }
}

class EscalationRun {
  state: EscalationState | undefined;
  private news = false;
  private readonly timer = new DeadlineTimer(() => {
    this.news = true;
  });
  private paging: CancellationScope | undefined;
  /** What paging services are being told, one after the other. */
  private telling: Promise<void> = Promise.resolve();
  private lastPage = '';

  constructor(
    private readonly caseId: string,
    carried: EscalationState | undefined,
  ) {
    this.state = carried;
    setHandler(defineSignal<[AlarmSignal]>('alarm'), (raw) => this.onAlarm(raw), {
      description: 'An alarm was raised; sent by the activity that mails it',
    });
    setHandler(defineSignal<[Acknowledgement]>('acknowledge'), (raw) => this.onAcknowledged(raw), {
      description: 'Sent by the incident or case. People send "acknowledge" to that, so that the register has it',
    });
    setHandler(defineQuery<EscalationState | undefined>('state'), () => this.state);
  }

  hasAlarm(): boolean {
    return this.state !== undefined;
  }

  next(): Step {
    return nextStep(this.state!);
  }

  /** Until the step is due, or something changed. */
  async waitFor(step: Exclude<Step, { step: 'end' }>): Promise<void> {
    this.show(step);
    if (this.isDue(step)) return;
    this.news = false;
    const what =
      step.step === 'page'
        ? `page ${step.attempt}, to level ${step.level} · ${minuteText(step.at)} UTC`
        : 'look whether it is closed';
    this.timer.arm(toMs(step.at), what);
    await condition(() => this.news);
    this.timer.cancel();
  }

  /** True when this is still the next step and its time has come. */
  isDue(step: Step): boolean {
    const next = this.next();
    return next.step === step.step && next.step !== 'end' && toMs(next.at) <= Date.now();
  }

  async take(step: Step): Promise<void> {
    if (step.step === 'page') await this.page(step);
    else if (step.step === 'look') await this.look();
  }

  /** All paging services have heard what they were to hear. */
  async told(): Promise<void> {
    await this.telling;
  }

  async tellResolved(): Promise<void> {
    const { state } = this;
    if (!state || state.climb.attempt === 0) return;
    const input = { ...this.about(), reason: state.isClosed ? ('closed' as const) : ('done' as const) };
    this.tell(() => activities(TELLING, 'tell paging services of the end').tellResolved(input));
    await this.told();
  }

  private async page({ attempt, level }: Extract<Step, { step: 'page' }>): Promise<void> {
    const { owner, open: alarms, dropped, plan, climb } = this.state!;
    const begunAt = now();
    this.state = pageBegun(this.state!, begunAt);
    if (attempt === 1 && plan.mailsFirst && patched('the-first-page-is-mails')) {
      this.lastPage = 'page 1: the mails of the alarms';
      this.state = paged(this.state, climb.number, begunAt);
      return;
    }
    const manner = { ...UNTIL_DONE, scheduleToCloseTimeout: Math.max(30_000, exactMs(plan.every) - SPARE_MS) };
    const input = { ...this.about(), owner, attempt, level, alarms, dropped };
    let isTaken = false;
    // Whoever acknowledges stops also a page that is being tried.
    this.paging = new CancellationScope();
    try {
      const { standing, paged } = await this.paging.run(() =>
        activities(manner, `page ${attempt}, to level ${level}`).pageOnCall(input),
      );
      if (paged) {
        isTaken = paged.through.includes('pagerduty');
        const refused = paged.refused.length > 0 ? `; refused: ${paged.refused.join(', ')}` : '';
        this.lastPage = `page ${attempt} to ${paged.who}: ${paged.through.join(', ') || 'the mails of the alarms'}${refused}`;
      }
      if (standing) this.change(stands(this.state!, standing, now()));
    } catch (error) {
      if (!isCancellation(error)) this.lastPage = `page ${attempt} failed: ${failureText(error)}`;
    } finally {
      this.paging = undefined;
    }
    this.state = paged(this.state!, climb.number, begunAt, isTaken ? { alarms, at: now() } : undefined);
  }

  private async look(): Promise<void> {
    const { acknowledged: alarms } = this.state!;
    const asked = activities({ ...UNTIL_DONE, scheduleToCloseTimeout: '10 minutes' }, 'look how the case stands');
    const standing = await asked.standingOfAlarms({ caseId: this.caseId, alarms }).catch(() => undefined);
    if (standing) this.change(stands(this.state!, standing, now()));
    this.state = looked(this.state!, now());
  }

  private onAlarm(raw: unknown): void {
    const parsed = AlarmSignalSchema.safeParse(raw);
    if (parsed.success) {
      const state = joined(this.state, this.caseId, parsed.data, now());
      // A case that was closed and is open again; else the look before its page says so.
      const isOpenAgain = state.isClosed && patched('a-closed-case-rings-again');
      this.change(isOpenAgain ? { ...state, isClosed: false } : state);
    } else log.warn('a signal "alarm" of another form was ignored');
  }

  private onAcknowledged(raw: unknown): void {
    const parsed = AcknowledgementSchema.safeParse(raw);
    if (parsed.success && this.state) this.change(acknowledge(this.state, parsed.data, now()), parsed.data);
    else log.warn('a signal "acknowledge" of another form was ignored');
  }

  /** Takes a new state over; who acknowledged is told to the paging services. */
  private change(state: EscalationState, said: Partial<Acknowledgement> = {}): void {
    const { by, via } = said;
    const before = this.state;
    this.state = state;
    this.news = true;
    if (state.open.length === 0) this.paging?.cancel();
    const alarms = acknowledgedNow(before, state, said);
    if (alarms.length === 0) return;
    const input = { ...this.about(), by, alarms, remaining: state.open.length, ...(via && { via }) };
    this.tell(() => activities(TELLING, 'tell paging services of the acknowledgement').tellAcknowledged(input));
  }

  private tell(work: () => Promise<void>): void {
    this.telling = this.telling.then(work).catch((error) => {
      log.warn('paging services could not be told', { problem: failureText(error) });
    });
  }

  private about() {
    const { severity, title, climb } = this.state!;
    const { seq, number, since } = climb;
    return { caseId: this.caseId, severity, title, climb: { seq, number, ...(since && { since }) }, at: now() };
  }

  private show(step: Exclude<Step, { step: 'end' }>): void {
    const { title, severity, open, acknowledged } = this.state!;
    const next =
      step.step === 'page'
        ? `next: page ${step.attempt}, to level ${step.level}, at ${minuteText(step.at)} UTC, until somebody acknowledges: ${code(commandText(acknowledgement(this.caseId)))}`
        : `everything is acknowledged; looked at again at ${minuteText(step.at)} UTC`;
    const rows = [
      ...open.map((alarm) => ({ alarm, state: 'open' })),
      ...acknowledged.map((alarm) => ({ alarm, state: 'acknowledged' })),
    ]
      .slice(-20)
      .map(({ alarm, state }) => `| ${alarm.seq} | ${cell(alarmText(alarm, alarm.at).text)} | ${state} |`);
    const head = [
      `**${cell(title)}** · ${cell(severity)} · ${next}`,
      ...(this.lastPage ? ['', cell(this.lastPage)] : []),
    ];
    setCurrentDetails([...head, '', '| Alarm | | State |', '|---|---|---|', ...rows].join('\n'));
  }
}

/** How a person says it of the case whose alarms these are. */
function acknowledgement(id: string) {
  return commandLine('acknowledge', { id, by: ask('by') });
}

function now(): Instant {
  return toInstant(Date.now());
}
