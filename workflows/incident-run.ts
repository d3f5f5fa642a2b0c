/** One run of an incident: its state, its clock, and what is in flight. The workflow asks it what to do next. */
import { ApplicationFailure, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Occasion } from '../domain/incident/alarms';
import { nextWake } from '../domain/incident/clocks';
import {
  type ClockReading,
  type DeliveryProblem,
  type DeliveryReport,
  type IncidentView,
  type Pace,
  type Receipt,
  TIMELINE_CARRIED,
  TIMELINE_KEPT,
} from '../domain/incident/contract';
import { type Command, type Decision, decide, declare } from '../domain/incident/decide';
import { type Effect, effectsOf } from '../domain/incident/effects';
import { type IncidentEvent, type NewEvent, obligationOfEvent } from '../domain/incident/events';
import { type Explanation, explain } from '../domain/incident/explain';
import type { Declaration } from '../domain/incident/incident';
import { type Message, type MessageName, parseMessage } from '../domain/incident/messages';
import { decideMessage } from '../domain/incident/on-message';
import type { IncidentState } from '../domain/incident/state';
import { FAILURES } from '../domain/kernel/failures';
import type { Instant } from '../domain/kernel/time';
import type { PolicySnapshot } from '../domain/policy/policy';
import { type Errand, errandOf, runEffect, runErrand } from './effects';
import type { IncidentResult } from './incident';
import { BoardView } from './lib/board-view';
import { DeadlineTimer } from './lib/deadline-timer';
import { IncidentClock } from './lib/incident-clock';
import { RegisterPump } from './lib/register-pump';

/** What continue-as-new takes along: the state, what the register has not got yet, alarms not yet sent. Never history. */
export interface Carried {
  state: IncidentState;
  policy: PolicySnapshot;
  backlog: IncidentEvent[];
  errands: Errand[];
  recent: IncidentEvent[];
  speed?: number;
  clock: ClockReading;
}

const MAX_CARRIED_CHARS = 1_000_000;

export class IncidentRun {
  private state: IncidentState | undefined;
  private policy!: PolicySnapshot;
  private clock = IncidentClock.real();
  private speed: number | undefined;
  private recent: IncidentEvent[] = [];
  private errands: Errand[] = [];
  /** What came before the state was there. */
  private inbox: Array<() => void> = [];
  /** The instant up to which everything that follows from time was decided. */
  private decidedAt!: Instant;
  private readonly inFlight = new Set<string>();
  /** Those in flight that are deliveries of their own, which outlive this run. */
  private readonly delivering = new Set<string>();
  private scope = new CancellationScope();
  private readonly pump = new RegisterPump<IncidentEvent>(() => this.stir());
  private readonly timer = new DeadlineTimer(() => this.act({ command: 'tick' }));
  private readonly view_ = new BoardView();
  private news = true;
  private paused = false;

  // —— start ——

  declare(declaration: Declaration, policy: PolicySnapshot, exercise?: { speed: number; startAt: Instant }): void {
    this.policy = policy;
    this.speed = exercise?.speed;
    if (exercise) this.clock = IncidentClock.exercise(exercise.speed, exercise.startAt);
    this.take(declare({ declaration, policy, exercise: exercise !== undefined, now: this.clock.now() }));
    this.openInbox();
  }

  resume(carried: Carried): void {
    const { state, policy, backlog, errands, recent, speed, clock } = carried;
    Object.assign(this, { state, policy, errands, recent, speed });
    if (speed !== undefined) this.clock = IncidentClock.resume(speed, clock);
    this.pump.add(backlog);
    // A threshold may have passed between the two runs.
    this.act({ command: 'tick' });
    this.openInbox();
  }

  isDeclared(): boolean {
    return this.state !== undefined;
  }

  // —— the loop ——

  hasNews(): boolean {
    return this.news;
  }

  /** Starts what the state asks for and is not in flight yet; arms the timer for the next deadline. */
  work(): void {
    this.news = false;
    const state = this.state!;
    if (!this.paused) {
      for (const effect of effectsOf(state, this.policy.pack)) this.launch(effect.key, () => this.perform(effect));
      for (const errand of this.errands) this.launch(errand.key, () => this.run(errand));
      this.pump.start();
    }
    this.clock.setBusy(this.inFlight.size > 0 || this.pump.backlog > 0);
    const wake = state.closedAt ? undefined : nextWake(state, this.policy.pack, this.decidedAt);
    this.timer.arm(wake && this.clock.realMsAt(wake.at), wake ? `${wake.obligation} at ${wake.at}` : '');
    this.view_.refresh(state, this.policy.pack, this.clock.now(), this.pump.backlog);
  }

  isOver(): boolean {
    return (
      this.state?.closedAt !== undefined &&
      this.pump.backlog === 0 &&
      this.errands.length === 0 &&
      this.inFlight.size === 0
    );
  }

  result(): IncidentResult {
    const { incidentId, closedAt, seq } = this.state!;
    return { incidentId, closedAt: closedAt!, entries: seq };
  }

  // —— messages ——

  onSignal(name: MessageName, raw: unknown): void {
    const parsed = parseMessage(name, raw);
    if (parsed.ok) this.whenDeclared(() => this.act({ command: 'message', message: parsed.message }));
    else this.onRejected(name, parsed.problems, parsed.by, parsed.commandId);
  }

  onRejected(message: string, problems: string[], by = 'unknown', commandId?: string): void {
    const report = { report: 'rejected' as const, data: { message, problems }, by, commandId };
    this.whenDeclared(() => this.act({ command: 'report', report }));
  }

  /** What is wrong with a message, on the present facts. Changes nothing. */
  problemsWith(name: MessageName, raw: unknown): string[] {
    const parsed = parseMessage(name, raw);
    if (!parsed.ok) return parsed.problems;
    if (!this.state || this.isRepeat(parsed.message)) return [];
    return rejections(decideMessage(this.state, parsed.message, this.policy.pack, this.clock.now()));
  }

  onUpdate(name: MessageName, raw: unknown): Receipt {
    const parsed = parseMessage(name, raw);
    const problems = this.problemsWith(name, raw);
    if (!parsed.ok || problems.length > 0)
      throw ApplicationFailure.nonRetryable(problems.join('\n'), FAILURES.invalidMessage);
    if (this.isRepeat(parsed.message)) return { events: [], note: 'this command was already handled' };
    const events = this.act({ command: 'message', message: parsed.message });
    const noted = events.find((e) => e.kind === 'noted');
    return {
      events: events.map((e) => {
        const obligation = obligationOfEvent(e);
        return { seq: e.seq, kind: e.kind, ...(obligation === undefined ? {} : { obligation }) };
      }),
      ...(noted?.kind === 'noted' ? { note: noted.data.note } : {}),
    };
  }

  onPace(pace: Pace): void {
    this.whenDeclared(() => {
      if (this.speed === undefined) return;
      this.clock.pace(pace.until);
      this.act({ command: 'tick' });
    });
  }

  onDelivered(report: DeliveryReport): void {
    this.whenDeclared(() => this.delivered(report));
  }

  onDeliveryProblem({ obligation, problem }: DeliveryProblem): void {
    const threshold = { kind: 'failing', work: 'send' } as const;
    this.whenDeclared(() => this.alarm({ obligation, threshold, detail: problem }));
  }

  onCancelRequested(): void {
    this.whenDeclared(() => this.alarm({ threshold: { kind: 'cancel-requested' } }));
  }

  // —— queries ——

  view(): IncidentView | undefined {
    if (!this.state) return undefined;
    return {
      state: this.state,
      clock: this.clock.reading(),
      registerBacklog: this.pump.backlog,
      inFlight: [...this.inFlight],
    };
  }

  timeline(): IncidentEvent[] {
    return this.recent;
  }

  explain(): Explanation[] {
    return this.state ? explain(this.state, this.policy.pack) : [];
  }

  // —— continue-as-new ——

  /**
   * Lets what is in flight end, and cuts what does not within 20 seconds: every effect is safe to repeat, and no
   * deadline is looked at meanwhile.
   */
  async pauseForContinueAsNew(): Promise<void> {
    this.paused = true;
    this.timer.cancel();
    this.pump.pause();
    const quiet = () => this.isQuiet();
    if (!(await condition(quiet, '20 seconds'))) {
      this.scope.cancel();
      this.pump.cancel();
      await condition(quiet);
    }
  }

  isQuiet(): boolean {
    return this.inFlight.size === this.delivering.size && !this.pump.running;
  }

  /**
   * The server refuses an input above 2 MB, and this workflow's tasks would then fail for ever. While the register is away
   * and its backlog is that long, the run goes on: a history holds twelve times the events at which a new run is suggested.
   */
  fitsIntoInput(): boolean {
    return JSON.stringify(this.carry()).length < MAX_CARRIED_CHARS;
  }

  carry(): Carried {
    const { policy, errands, speed } = this;
    return {
      state: this.state!,
      policy,
      backlog: this.pump.queued(),
      errands,
      recent: this.recent.slice(-TIMELINE_CARRIED),
      speed,
      clock: this.clock.reading(),
    };
  }

  /** Goes on in this run after all: something came in while it was pausing. */
  goOn(): void {
    this.paused = false;
    this.scope = new CancellationScope();
    this.act({ command: 'tick' });
  }

  // —— inside ——

  private whenDeclared(work: () => void): void {
    if (this.state) work();
    else this.inbox.push(work);
  }

  private openInbox(): void {
    for (const work of this.inbox.splice(0)) work();
  }

  private delivered(report: DeliveryReport): void {
    const { obligation, round, total, sent, failed, firstSentAt, lastSentAt } = report;
    const key = `dispatch ${obligation} ${round}`;
    this.inFlight.delete(key);
    this.delivering.delete(key);
    const o = Object.values(this.state!.obligations).find(({ id }) => id === obligation);
    if (o?.status !== 'dispatching' || o.round !== round) return;
    const times = this.speed === undefined ? { firstSentAt, lastSentAt } : {};
    const evidence = { channel: 'email', recipients: total, sent, failed, ...times, renderings: o.draft?.renderings };
    this.act({ command: 'report', report: { report: 'delivered', obligation, round, evidence, at: this.clock.now() } });
    if (failed > 0 || total === 0) {
      this.alarm({ obligation, threshold: { kind: 'undeliverable', failed, total } });
    }
  }

  private isRepeat(message: Message): boolean {
    return message.commandId !== undefined && this.state!.handled.includes(message.commandId);
  }

  private act(command: Command): IncidentEvent[] {
    return this.take(decide(this.state!, command, this.policy.pack, this.clock.now()));
  }

  private take({ state, events }: Decision): IncidentEvent[] {
    this.state = state;
    this.decidedAt = this.clock.now();
    this.recent = [...this.recent, ...events].slice(-TIMELINE_KEPT);
    this.pump.add(events);
    this.errands.push(...events.flatMap((event) => errandOf(event, state, this.policy.pack)));
    this.stir();
    return events;
  }

  private stir(): void {
    this.news = true;
  }

  private alarm(data: Occasion): void {
    this.act({ command: 'report', report: { report: 'alarm', data } });
  }

  private launch(key: string, work: () => Promise<void>): void {
    if (this.inFlight.has(key)) return;
    this.inFlight.add(key);
    this.scope
      .run(work)
      .catch((error) => {
        if (!isCancellation(error)) throw error;
        this.inFlight.delete(key);
      })
      .finally(() => this.stir());
  }

  private async perform(effect: Effect): Promise<void> {
    const context = {
      state: this.state!,
      now: this.clock.now(),
      alarm: (data: Occasion) => this.alarm(data),
      registered: (seq: number) => this.pump.hasWritten(seq),
      isClosed: () => this.state?.closedAt !== undefined,
    };
    const report = await runEffect(effect, context);
    if (!report) {
      // An email delivery reports by itself, with a signal, when its round is done; it may have done so already.
      if (this.inFlight.has(effect.key)) this.delivering.add(effect.key);
      return;
    }
    this.inFlight.delete(effect.key);
    const stamped = report.report === 'delivered' ? { ...report, at: this.clock.now() } : report;
    this.act({ command: 'report', report: stamped });
  }

  private async run(errand: Errand): Promise<void> {
    await runErrand(errand);
    this.inFlight.delete(errand.key);
    this.errands = this.errands.filter((other) => other !== errand);
  }
}

function rejections(events: NewEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'rejected' ? event.data.problems : []));
}
