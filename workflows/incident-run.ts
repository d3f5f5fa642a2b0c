/** One run of an incident: its state, its clock, and what is in flight. The workflow asks it what to do next. */
import { ApplicationFailure, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { nextWake } from '../domain/clocks';
import {
  type ClockReading,
  type DeliveryReport,
  FAILURES,
  type IncidentView,
  type Pace,
  type Receipt,
  TIMELINE_KEPT,
} from '../domain/contract';
import { type Command, type Decision, decide, declare } from '../domain/decide';
import { type Effect, effectsOf } from '../domain/effects';
import type { IncidentEvent, NewEvent } from '../domain/events';
import { type Explanation, explain } from '../domain/explain';
import type { Declaration } from '../domain/incident';
import { type Message, type MessageName, parseMessage } from '../domain/messages';
import { decideMessage } from '../domain/on-message';
import type { PolicySnapshot } from '../domain/policy';
import type { IncidentState } from '../domain/state';
import type { Instant } from '../domain/time';
import { BoardView } from './board-view';
import { DeadlineTimer } from './deadline-timer';
import { type Errand, errandOf, runEffect, runErrand } from './effects';
import type { IncidentResult } from './incident';
import { IncidentClock } from './incident-clock';
import { RegisterPump } from './register-pump';

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

export class IncidentRun {
  private state: IncidentState | undefined;
  private policy!: PolicySnapshot;
  private clock = IncidentClock.real();
  private speed: number | undefined;
  private recent: IncidentEvent[] = [];
  private errands: Errand[] = [];
  private inbox: Array<[MessageName, unknown]> = [];
  private paces: Pace[] = [];
  private readonly inFlight = new Set<string>();
  private scope = new CancellationScope();
  private readonly pump = new RegisterPump(() => this.stir());
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
    for (const pace of this.paces.splice(0)) this.onPace(pace);
    for (const [name, raw] of this.inbox.splice(0)) this.onSignal(name, raw);
  }

  resume(carried: Carried): void {
    const { state, policy, backlog, errands, recent, speed, clock } = carried;
    Object.assign(this, { state, policy, errands, recent, speed });
    if (speed !== undefined) this.clock = IncidentClock.resume(speed, clock);
    this.pump.add(backlog);
    for (const [name, raw] of this.inbox.splice(0)) this.onSignal(name, raw);
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
    const wake = state.closedAt ? undefined : nextWake(state, this.policy.pack, this.clock.now());
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
    if (!this.state) {
      this.inbox.push([name, raw]);
      return;
    }
    const parsed = parseMessage(name, raw);
    if (parsed.ok) this.act({ command: 'message', message: parsed.message });
    else {
      const { problems, by, commandId } = parsed;
      this.act({ command: 'report', report: { report: 'rejected', data: { message: name, problems }, by, commandId } });
    }
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
      events: events.map((e) => ({
        seq: e.seq,
        kind: e.kind,
        ...('obligation' in e.data ? { obligation: e.data.obligation } : {}),
      })),
      ...(noted?.kind === 'noted' ? { note: noted.data.note } : {}),
    };
  }

  onPace(pace: Pace): void {
    if (!this.state) this.paces.push(pace);
    else if (this.speed !== undefined) {
      this.clock.pace(pace.until);
      this.act({ command: 'tick' });
    }
  }

  onDelivered(report: DeliveryReport): void {
    const { obligation, round, total, sent, failed, firstSentAt, lastSentAt } = report;
    this.inFlight.delete(`dispatch ${obligation} ${round}`);
    const o = this.state?.obligations[obligation];
    const times = this.speed === undefined ? { firstSentAt, lastSentAt } : {};
    const evidence = { channel: 'email', recipients: total, sent, failed, ...times, renderings: o?.draft?.renderings };
    this.act({ command: 'report', report: { report: 'delivered', obligation, round, evidence, at: this.clock.now() } });
    if (failed > 0 || total === 0) {
      const text =
        total === 0
          ? `${obligation}: the directory has no recipient for it`
          : `${obligation}: ${failed} of ${total} recipients could not be mailed; reach them by another channel`;
      this.alarm({ obligation, threshold: 'undeliverable', text });
    }
  }

  onDeliveryProblem({ obligation, problem }: { obligation: string; problem: string }): void {
    this.alarm({ obligation, threshold: 'failing', text: `Sending ${obligation} fails: ${problem}` });
  }

  onCancelRequested(): void {
    const text =
      'A cancellation of the workflow was requested and is ignored: legal clocks do not stop. Waive what does not apply, then close.';
    if (this.state) this.alarm({ threshold: 'cancel requested', text });
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

  /** Lets what is in flight end, and cuts what does not within two minutes: every effect is safe to repeat. */
  async pauseForContinueAsNew(): Promise<void> {
    this.paused = true;
    this.timer.cancel();
    this.pump.pause();
    const quiet = () => this.isQuiet();
    if (!(await condition(quiet, '2 minutes'))) {
      this.scope.cancel();
      this.pump.cancel();
      await condition(quiet);
    }
  }

  isQuiet(): boolean {
    return this.inFlight.size === this.deliveriesInFlight() && !this.pump.running;
  }

  carry(): Carried {
    const { policy, errands, recent, speed } = this;
    return {
      state: this.state!,
      policy,
      backlog: this.pump.queued(),
      errands,
      recent,
      speed,
      clock: this.clock.reading(),
    };
  }

  /** Goes on in this run after all: something came in while it was pausing. */
  goOn(): void {
    this.paused = false;
    this.scope = new CancellationScope();
    this.stir();
  }

  // —— inside ——

  private isRepeat(message: Message): boolean {
    return message.commandId !== undefined && this.state!.handled.includes(message.commandId);
  }

  private act(command: Command): IncidentEvent[] {
    return this.take(decide(this.state!, command, this.policy.pack, this.clock.now()));
  }

  private take({ state, events }: Decision): IncidentEvent[] {
    this.state = state;
    this.recent = [...this.recent, ...events].slice(-TIMELINE_KEPT);
    this.pump.add(events);
    this.errands.push(...events.flatMap((event) => errandOf(event, state, this.policy.pack)));
    this.stir();
    return events;
  }

  private stir(): void {
    this.news = true;
  }

  private alarm(data: Extract<NewEvent, { kind: 'alarm-raised' }>['data']): void {
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
      alarm: (data: Parameters<IncidentRun['alarm']>[0]) => this.alarm(data),
      registered: () => this.pump.caughtUp(),
    };
    const report = await runEffect(effect, context);
    // An email delivery reports by itself, with a signal, when its round is done.
    if (!report) return;
    this.inFlight.delete(effect.key);
    const stamped = report.report === 'delivered' ? { ...report, at: this.clock.now() } : report;
    this.act({ command: 'report', report: stamped });
  }

  private async run(errand: Errand): Promise<void> {
    await runErrand(errand);
    this.inFlight.delete(errand.key);
    this.errands = this.errands.filter((other) => other !== errand);
  }

  private deliveriesInFlight(): number {
    return [...this.inFlight].filter((key) => key.startsWith('dispatch ')).length;
  }
}

function rejections(events: NewEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'rejected' ? event.data.problems : []));
}
