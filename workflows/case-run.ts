/**
 * Runs a case of any kind: its messages, its deadlines, its alarms, its register entries. What a kind of case decides
 * stands in its pure definition (`domain/case.ts`); what it has done outside is given as `perform`.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { AlarmInput } from '../activities/types';
import type { Alarm } from '../domain/case/alarm';
import {
  advance,
  type CaseDefinition,
  type CaseMessage,
  type CaseReceipt,
  type CaseResult,
  type CaseState,
  type CaseView,
  messagesOf,
  type NewOf,
  onCaseMessage,
  open,
  record,
} from '../domain/case/case';
import { FAILURES } from '../domain/kernel/failures';
import { problemsOf } from '../domain/kernel/problems';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { type Instant, minuteText, toInstant, toMs } from '../domain/kernel/time';
import { activities, alarmSummary, UNTIL_DONE } from './lib/activity-calls';
import { DeadlineTimer } from './lib/deadline-timer';
import { cell } from './lib/markdown-cell';
import { RegisterPump } from './lib/register-pump';
import { KEYS } from './lib/search-attributes';
import { tellEscalation } from './lib/tell-escalation';

/** What an activity's outcome means for the case, decided on the state as it is when the outcome comes. */
export type Outcome<S, E extends RecordedEvent> = (state: S, now: Instant) => NewOf<E>[];

export type { CaseReceipt, CaseResult, CaseView } from '../domain/case/case';

/** What continue-as-new takes along. */
export interface CarriedCase<S, E> {
  state: S;
  backlog: E[];
  alarms: AlarmInput[];
  recent?: E[];
}

/** What a kind of case has beside its messages, for what comes in numbers. */
export interface Intake<S, E extends RecordedEvent> {
  /** Signals by name, handled once the case is open. */
  signals: Record<string, { description: string; onSignal: (raw: unknown) => void }>;
  /** Takes what was counted without being recorded; it is recorded before anything else that happens. */
  takeUnrecorded: (state: S) => NewOf<E>[];
}

const TIMELINE_KEPT = 200;
const TIMELINE_CARRIED = 50;

export class CaseRun<S extends CaseState, E extends RecordedEvent, W extends { key: string }> {
  private current: S | undefined;
  private recent: E[] = [];
  private alarms: AlarmInput[] = [];
  private inbox: Array<() => void> = [];
  private readonly inFlight = new Set<string>();
  private readonly pump = new RegisterPump<E>(() => this.stir());
  private readonly timer = new DeadlineTimer(() => this.step(() => []));
  /** The instant up to which everything that follows from time was decided: the next wake is looked for after it. */
  private decidedAt!: Instant;
  private news = true;
  private shown = '';

  /** Made first thing in a workflow, so that no message finds it without handlers. */
  constructor(
    private readonly definition: CaseDefinition<S, E, W>,
    private readonly perform: (want: W, state: S) => Promise<Outcome<S, E> | undefined>,
    private readonly intake: Intake<S, E> = { signals: {}, takeUnrecorded: () => [] },
  ) {
    this.receiveMessages();
  }

  get state(): S {
    return this.current!;
  }

  /** Opens the case with its first event. */
  open(caseId: string, first: NewOf<E>, exercise = false): void {
    this.take(open(this.definition, caseId, first, now(), exercise));
    this.openInbox();
  }

  /** Goes on after a continue-as-new. */
  resume({ state, backlog, alarms, recent = [] }: CarriedCase<S, E>): void {
    this.current = state;
    this.alarms = alarms;
    this.recent = recent;
    this.pump.add(backlog);
    this.step(() => []);
    this.openInbox();
  }

  /** Adds events that do not come from a message, such as a repeated detection that arrived as a signal. */
  record(news: (state: S, at: Instant) => NewOf<E>[]): void {
    this.whenOpen(() => this.step(news));
  }

  /** Lives until the case is closed and everything about it stands in the register. A cancellation is ignored. */
  async live(again: (carried: CarriedCase<S, E>) => Promise<never>): Promise<CaseResult> {
    return CancellationScope.nonCancellable(async () => {
      while (!this.isOver()) {
        this.work();
        await condition(() => this.news || this.isOver());
        if (workflowInfo().continueAsNewSuggested && !this.isOver() && this.inFlight.size === 0) {
          this.timer.cancel();
          this.pump.pause();
          await condition(() => !this.pump.running, '20 seconds');
          await condition(allHandlersFinished);
          const recent = this.recent.slice(-TIMELINE_CARRIED);
          const carried = { state: this.state, backlog: this.pump.queued(), alarms: this.alarms, recent };
          // Nothing may be awaited between this check and the call: a message that came in now would be lost.
          if (!this.pump.running) await again(carried);
        }
      }
      await condition(allHandlersFinished);
      const { caseId, closedAt, status, seq } = this.state;
      return { caseId, closedAt: closedAt!, status, entries: seq };
    });
  }

  private work(): void {
    this.news = false;
    for (const want of this.definition.wants(this.state)) {
      this.launch(want.key, async () => {
        const outcome = await this.perform(want, this.state);
        this.inFlight.delete(want.key);
        if (outcome) this.step(outcome);
      });
    }
    for (const alarm of this.alarms) {
      this.launch(`alarm ${alarm.seq}`, async () => {
        await activities(UNTIL_DONE, alarmSummary(alarm)).raiseAlarm(alarm);
        this.alarms = this.alarms.filter((other) => other !== alarm);
        this.inFlight.delete(`alarm ${alarm.seq}`);
      });
    }
    this.pump.start();
    const wake = this.state.closedAt ? undefined : this.definition.nextWake(this.state, this.decidedAt);
    this.timer.arm(wake && toMs(wake.at), wake ? `${wake.what} at ${wake.at}` : '');
    this.show();
  }

  private launch(key: string, work: () => Promise<void>): void {
    if (this.inFlight.has(key)) return;
    this.inFlight.add(key);
    work()
      .catch((error) => {
        if (!isCancellation(error)) throw error;
        this.inFlight.delete(key);
      })
      .finally(() => this.stir());
  }

  private isOver(): boolean {
    return (
      this.current?.closedAt !== undefined &&
      this.pump.backlog === 0 &&
      this.alarms.length === 0 &&
      this.inFlight.size === 0
    );
  }

  /** Records what waits to be recorded, then what `news` makes of the state, then all that follows. */
  private step(news: Outcome<S, E>, by?: string, commandId?: string): E[] {
    const unrecorded = this.intake.takeUnrecorded(this.state);
    if (unrecorded.length > 0) this.take(record(this.definition, this.state, unrecorded, now()));
    return this.take(advance(this.definition, this.state, news(this.state, now()), now(), by, commandId));
  }

  private take({ state, events }: { state: S; events: E[] }): E[] {
    this.current = state;
    this.decidedAt = now();
    this.recent = [...this.recent, ...events].slice(-TIMELINE_KEPT);
    this.pump.add(events);
    for (const event of events) {
      if (event.kind === 'alarm-raised') this.alarms.push(alarmOf(event, state));
      if (event.kind === 'alarm-acknowledged') this.tellAcknowledged(event);
    }
    this.stir();
    return events;
  }

  private tellAcknowledged({ seq, by, data }: RecordedEvent): void {
    if (this.state.exercise) return;
    this.launch(`acknowledged ${seq}`, async () => {
      await tellEscalation(this.state.caseId, { by, alarms: (data as { alarms: number[] }).alarms });
      this.inFlight.delete(`acknowledged ${seq}`);
    });
  }

  private stir(): void {
    this.news = true;
  }

  private whenOpen(work: () => void): void {
    if (this.current) work();
    else this.inbox.push(work);
  }

  private openInbox(): void {
    for (const work of this.inbox.splice(0)) work();
  }

  // —— messages ——

  private receiveMessages(): void {
    for (const [name, { description }] of Object.entries(messagesOf(this.definition))) {
      setHandler(defineSignal<[unknown]>(name), (raw) => this.onSignal(name, raw), { description });
      setHandler(
        defineUpdate<CaseReceipt, [unknown]>(name),
        async (raw) => {
          await CancellationScope.nonCancellable(() => condition(() => this.current !== undefined));
          return this.onUpdate(name, raw);
        },
        // Synchronous by necessity: an async validator would wedge the workflow.
        { validator: (raw: unknown) => this.refuse(name, raw), description },
      );
    }
    for (const [name, { description, onSignal }] of Object.entries(this.intake.signals)) {
      setHandler(defineSignal<[unknown]>(name), (raw) => this.whenOpen(() => onSignal(raw)), { description });
    }
    setHandler(
      defineQuery<CaseView<S> | undefined>('state'),
      () =>
        this.current && {
          state: this.current,
          registerBacklog: this.pump.backlog,
          inFlight: [...this.inFlight],
          nextDueAt: this.definition.nextDueAt(this.current) ?? null,
        },
    );
    setHandler(defineQuery<E[]>('timeline'), () => this.recent);
    // Last of all: it takes whatever came before a handler of its name was there.
    setDefaultSignalHandler((name) => {
      const names = Object.keys(messagesOf(this.definition)).join(', ');
      this.reject(name.slice(0, 80), [`message: there is none of this name; there are ${names}`]);
    });
  }

  private onSignal(name: string, raw: unknown): void {
    const parsed = this.parse(name, raw);
    if (!parsed.success) this.reject(name, problemsOf(parsed.error).slice(0, 20));
    else this.whenOpen(() => this.decide(name, parsed.data));
  }

  private onUpdate(name: string, raw: unknown): CaseReceipt {
    this.refuse(name, raw);
    const events = this.decide(name, this.parse(name, raw).data!);
    const noted = events.find(({ kind }) => kind === 'noted')?.data as { note: string } | undefined;
    return { events: events.map(({ seq, kind }) => ({ seq, kind })), ...(noted && { note: noted.note }) };
  }

  private decide(name: string, message: CaseMessage): E[] {
    if (message.commandId && this.state.handled.includes(message.commandId)) return [];
    return this.step(
      (state, at) => onCaseMessage(this.definition, state, name, message, at),
      message.by,
      message.commandId,
    );
  }

  /** Throws what is wrong with a message on the present facts. Changes nothing. */
  private refuse(name: string, raw: unknown): void {
    const parsed = this.parse(name, raw);
    const problems = parsed.success ? [] : problemsOf(parsed.error);
    if (parsed.success && this.current && !this.current.handled.includes(parsed.data.commandId ?? '')) {
      for (const { kind, data } of onCaseMessage(this.definition, this.current, name, parsed.data, now())) {
        if (kind === 'rejected') problems.push(...(data as { problems: string[] }).problems);
      }
    }
    if (problems.length > 0) throw ApplicationFailure.nonRetryable(problems.join('\n'), FAILURES.invalidMessage);
  }

  private parse(name: string, raw: unknown) {
    return messagesOf(this.definition)[name]!.schema.safeParse(raw);
  }

  /** Records a message that cannot be read. */
  reject(message: string, problems: string[]): void {
    this.record(() => [{ kind: 'rejected', data: { message, problems }, by: 'unknown' } as unknown as NewOf<E>]);
  }

  // —— what the Web UI shows ——

  private show(): void {
    const { title, severity, owner, status, closedAt } = this.state;
    const dueAt = this.definition.nextDueAt(this.state);
    const rows = this.definition
      .rows(this.state, now())
      .map((row) => `| ${cell(row.what)} | ${row.dueAt ? minuteText(row.dueAt) : ''} | ${cell(row.state)} |`);
    const head = `**${cell(title)}** · ${severity} · ${cell(status)} · owner ${cell(owner)}`;
    setCurrentDetails([head, '', '| | Due (UTC) | State |', '|---|---|---|', ...rows].join('\n'));
    const shown = JSON.stringify([severity, status, owner, dueAt, closedAt]);
    if (shown === this.shown) return;
    this.shown = shown;
    upsertSearchAttributes([
      { key: KEYS.severity, value: severity },
      { key: KEYS.status, value: closedAt ? 'closed' : status },
      { key: KEYS.owner, value: owner.slice(0, 120) },
      { key: KEYS.nextDeadline, value: dueAt && !closedAt ? new Date(dueAt) : null },
    ]);
  }
}

function now(): Instant {
  return toInstant(Date.now());
}

function alarmOf(event: RecordedEvent, state: CaseState): AlarmInput {
  return {
    ...(event.data as Alarm),
    incidentId: state.caseId,
    exercise: state.exercise,
    seq: event.seq,
    at: event.at,
    to: state.owner,
    severity: state.severity,
    incidentTitle: state.title,
  };
}
