/**
 * Runs a case of any kind: an incident, a detection in triage, a vulnerability report, a patch task. What a kind decides
 * stands in its pure definition (`domain/case/lifecycle.ts`); this shell waits for messages and deadlines, has work done
 * outside, keeps the register written, and begins a new run when the history is long.
 */
import { allHandlersFinished, CancellationScope, condition, patched, workflowInfo } from '@temporalio/workflow';
import { advance, type Decision, open, record } from '../domain/case/advance';
import { carry } from '../domain/case/carry';
import {
  type CaseResult,
  type CaseView,
  type Exercise,
  type Receipt,
  receiptOf,
  TIMELINE_KEPT,
} from '../domain/case/contract';
import type { CaseMessage, CaseState, Lifecycle, NewOf, Work } from '../domain/case/lifecycle';
import { isRepeat, onCaseMessage, refusals, repeatOf } from '../domain/case/messages';
import { caseAlarm, forkedAlarm, type Occasion } from '../domain/case/occasion';
import { nextWakeOf } from '../domain/case/rings-again';
import { NOBODY, TOLD_SINGLY, toldOf } from '../domain/case/turned-away';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { type Instant, minuteText } from '../domain/kernel/time';
import { failureText } from './lib/activity-calls';
import { CaseClock } from './lib/case-clock';
import { showCase } from './lib/case-view';
import { type CommonWork, commonWork, doCommonWork, isCommon } from './lib/common-work';
import { DeadlineTimer } from './lib/deadline-timer';
import { forked, forkedText } from './lib/forked';
import type { Carried, Kind, Run, Situation } from './lib/kind';
import { tryNewRun } from './lib/new-run';
import { OutsideWork } from './lib/outside-work';
import { QuietTask } from './lib/quiet-task';
import { type Judgement, type Receiver, receiveMessages, refused } from './lib/receive-messages';
import { RegisterPump } from './lib/register-pump';
import { TaskTrace } from './lib/task-of-its-own';

/** Lives until the case is closed and everything about it stands in the register. A cancellation is alarmed and ignored. */
export function runLifecycle<S extends CaseState, E extends RecordedEvent, W extends Work, O>(
  kind: Kind<S, E, W, O>,
): Promise<CaseResult> {
  const cancelled = CancellationScope.current().cancelRequested;
  return CancellationScope.nonCancellable(async () => {
    const run = new LifecycleRun(kind);
    cancelled.catch(() => run.whenOpen(() => run.alarm({ threshold: { kind: 'cancel-requested' } })));
    await kind.begin(run);
    return run.live();
  });
}

export class LifecycleRun<S extends CaseState, E extends RecordedEvent, W extends Work, O>
  implements Receiver, Run<S, E, W, O>
{
  private lifecycle!: Lifecycle<S, E, W, O>;
  private current: S | undefined;
  private clock = CaseClock.real();
  private recent: E[] = [];
  private caused: Array<CommonWork | W> = [];
  /** What came before the state was there. */
  private inbox: Array<() => void> = [];
  /** The instant up to which everything that follows from time was decided: the next wake is looked for after it. */
  private decidedAt!: Instant;
  private news = true;
  private paused = false;
  /** Work of which a failure was alarmed in this run. */
  private readonly failing = new Set<string>();
  /** The register has another entry of this number than this run made: it tells that, does nothing else, and ends. */
  private forkedAt: number | undefined;
  /** Messages of this run that counted for nothing and came from nobody who can be named. */
  private turnedAway = 0;
  private readonly pump = new RegisterPump<E>(
    () => this.stir(),
    (error) => this.onFailure({ kind: 'register', key: 'register' }, error),
    () => this.recent,
    (entry) => this.onFork(entry),
  );
  private readonly work = new OutsideWork(
    () => this.stir(),
    (work, error) => this.onFailure(work, error),
  );
  private readonly timer = new DeadlineTimer(() => this.step(() => []));
  private readonly task = new QuietTask();
  private readonly trace = new TaskTrace();

  /** Made first thing in a workflow, so that no message finds it without handlers. */
  constructor(private readonly kind: Kind<S, E, W, O>) {
    receiveMessages(this, kind.messages, kind.signals?.(this) ?? {});
  }

  // —— begin ——

  /** Opens the case with its first events, as they are at the instant of its own clock. */
  open(
    lifecycle: Lifecycle<S, E, W, O>,
    caseId: string,
    first: (now: Instant) => NewOf<E>[],
    as: { exercise?: boolean; pacing?: Exercise } = {},
  ): void {
    this.lifecycle = lifecycle;
    if (as.pacing) this.clock = CaseClock.exercise(as.pacing);
    const now = this.clock.now();
    this.take(open(lifecycle, caseId, first(now), now, as.exercise ?? as.pacing !== undefined));
    this.openInbox();
  }

  openPlayed(lifecycle: Lifecycle<S, E, W, O>, played: Decision<S, E>): void {
    this.lifecycle = lifecycle;
    this.take(played);
    this.openInbox();
  }

  /** Goes on after a continue-as-new, or from the register. */
  resume(lifecycle: Lifecycle<S, E, W, O>, carried: Carried<S, E, W>, news: NewOf<E>[] = []): void {
    const { state, backlog, elsewhereFrom, caused, recent, exercise } = carried;
    Object.assign(this, { lifecycle, current: state, caused, recent });
    if (exercise) this.clock = CaseClock.resume(exercise.speed, exercise.clock);
    this.pump.takeUp(backlog, elsewhereFrom);
    // A threshold may have passed between the two runs.
    this.step(() => news);
    this.openInbox();
  }

  isOpen(): boolean {
    return this.current !== undefined;
  }

  whenOpen(work: () => void): void {
    if (this.current) work();
    else this.inbox.push(work);
  }

  get state(): S {
    return this.current!;
  }

  // —— the loop ——

  async live(): Promise<CaseResult> {
    for (;;) {
      // A message to a closed case may open it again: it is over once nobody waits for an answer.
      if (this.isOver()) {
        // A handler may take its time, as one that gathers what comes late: what it has recorded is not kept waiting for it.
        const takesTime = !allHandlersFinished() && patched('handlers-take-time');
        await condition(() => allHandlersFinished() || (takesTime && !this.isOver()));
        if (this.isOver()) break;
      }
      if (this.forkedAt !== undefined && this.caused.length === 0) {
        await condition(allHandlersFinished);
        throw forked(this.state.caseId, this.forkedAt);
      }
      this.pursue();
      await condition(() => this.news || this.isOver());
      const goesOn = !this.isOver() && this.forkedAt === undefined;
      if (workflowInfo().continueAsNewSuggested && goesOn) await this.tryNewRun();
    }
    const { caseId, closedAt, status, seq } = this.state;
    return { caseId, closedAt: closedAt!, status, entries: seq };
  }

  /** Starts what is to be done and is not in flight yet; arms the timer for the next deadline. */
  private pursue(): void {
    this.news = false;
    const { state } = this;
    if (this.forkedAt !== undefined) {
      for (const work of this.caused) this.work.start(work, () => this.doCaused(work));
      return;
    }
    if (!this.paused) {
      for (const work of this.lifecycle.wantedWork(state)) this.work.start(work, () => this.doWanted(work));
      for (const work of this.caused) this.work.start(work, () => this.doCaused(work));
    }
    const writes = !this.paused && this.pump.start();
    this.clock.setBusy(!this.work.isIdle() || this.pump.backlog > 0);
    const wake = state.closedAt ? undefined : nextWakeOf(this.lifecycle, state, this.decidedAt);
    const arms = this.timer.arm(
      wake && this.clock.realMsAt(wake.at),
      wake ? `${wake.what} · ${minuteText(wake.at)} UTC` : '',
    );
    const shows = showCase(this.lifecycle, state, this.clock.now(), this.pump.backlog);
    this.trace.leave(this.state.seq, this.pump.backlog, writes || arms || shows);
  }

  private isOver(): boolean {
    if (this.forkedAt !== undefined) return false;
    return (
      this.current?.closedAt !== undefined && this.pump.backlog === 0 && this.caused.length === 0 && this.work.isIdle()
    );
  }

  private stir(): void {
    this.news = true;
    if (this.paused) this.trace.leave(this.state.seq, this.pump.backlog, false);
  }

  // —— work ——

  private async doWanted(work: W): Promise<void> {
    const outcome = await this.kind.perform(work, this.situation(work.key));
    if (outcome === undefined) return;
    this.work.ended(work.key);
    this.step((state, now) => this.lifecycle.onOutcome(state, outcome, now));
  }

  private async doCaused(work: CommonWork | W): Promise<void> {
    if (isCommon(work)) await doCommonWork(work);
    const outcome = isCommon(work) ? undefined : await this.kind.perform(work, this.situation(work.key));
    this.caused = this.caused.filter((other) => other !== work);
    if (outcome !== undefined) this.step((state, now) => this.lifecycle.onOutcome(state, outcome, now));
  }

  private situation(key: string): Situation<S, O> {
    return {
      state: this.state,
      now: this.clock.now(),
      alarm: (occasion) => this.alarm(occasion),
      note: (outcome) => void this.step((state, now) => this.lifecycle.onOutcome(state, outcome, now)),
      isRegistered: (seq) => this.pump.hasWritten(seq),
      isClosed: () => this.current?.closedAt !== undefined,
      elsewhere: (wait) => this.work.waitElsewhere(key, wait),
    };
  }

  /** Once a run for each piece of work. Of alarms that fail one alarm tells, and while that waits no other. */
  private onFailure({ kind, key, about }: Work, error: unknown): void {
    if (this.failing.has(key)) return;
    this.failing.add(key);
    if (kind === 'alarm' && this.caused.some(tellsOfAlarms)) return;
    this.alarm({ ...about, threshold: { kind: 'failing', work: kind }, detail: failureText(error) });
  }

  /**
   * Another run of the case wrote the register: this one was reset, or begun beside it. Only what the register has is on
   * record, so from here on nothing is done but to tell a person, and then this run ends, for the case to be resumed.
   */
  private onFork(entry: number): void {
    this.timer.cancel();
    this.work.cut();
    const { state } = this;
    const data = forkedAlarm(entry, state);
    const news = [{ kind: 'alarm-raised', data } as unknown as NewOf<E>];
    this.caused = [];
    this.take(record(this.lifecycle, state, news, this.clock.now()));
    this.forkedAt = entry;
  }

  alarm(occasion: Occasion): void {
    const { lifecycle } = this;
    this.step((state) => {
      const data = lifecycle.occasion?.(state, occasion) ?? caseAlarm(occasion, state);
      return [{ kind: 'alarm-raised', data } as unknown as NewOf<E>];
    });
  }

  // —— messages ——

  judge(name: string, message: CaseMessage): Judgement | undefined {
    const { current: state } = this;
    if (!state || isRepeat(state, message.commandId)) return undefined;
    if (this.forkedAt !== undefined) throw refused([forkedText(state.caseId, this.forkedAt)]);
    const at = this.clock.now();
    const news = onCaseMessage(this.lifecycle, state, name, message, at);
    const problems = refusals(news);
    if (problems.length > 0) throw refused(problems);
    return { seq: state.seq, at, news };
  }

  onUpdate(name: string, message: CaseMessage, judged: Judgement | undefined): Receipt {
    this.task.heard();
    const repeat = repeatOf(this.state, message.commandId);
    if (repeat !== undefined) return { events: [], note: repeat };
    this.recordCounted();
    const before = this.state;
    const { seq } = before;
    const holds = judged !== undefined && judged.seq === seq && judged.at === this.clock.now();
    const { news } = holds ? judged : (this.judge(name, message) as Judgement);
    const events = this.step(() => news as NewOf<E>[], message);
    return receiptOf(events, this.lifecycle.says?.(events, before));
  }

  onSignal(name: string, message: CaseMessage): void {
    this.task.heard();
    this.whenOpen(() => {
      if (isRepeat(this.state, message.commandId)) return;
      this.step((state, now) => onCaseMessage(this.lifecycle, state, name, message, now), message);
    });
  }

  reject(message: string, problems: string[], by = NOBODY, commandId?: string, breakGlass?: string): void {
    this.task.heard();
    this.whenOpen(() => {
      if (isRepeat(this.state, commandId)) return;
      const nth = commandId || by !== NOBODY ? 0 : ++this.turnedAway;
      const told = nth > TOLD_SINGLY && patched('turned-away-is-counted') ? toldOf(nth) : { untold: 0 };
      if (!told) return;
      const others = told.untold
        ? [`${told.untold} more messages of nobody who can be named were turned away before it`]
        : [];
      const rejected = {
        kind: 'rejected',
        data: { message, problems: [...problems, ...others] },
      } as unknown as NewOf<E>;
      this.step(() => [rejected], { by, ...(commandId && { commandId }), ...(breakGlass && { breakGlass }) });
    });
  }

  onPace(until: Instant | null): void {
    this.whenOpen(() => {
      if (!this.clock.isExercise) return;
      this.clock.pace(until);
      this.step(() => []);
    });
  }

  view(): CaseView<S> | undefined {
    if (!this.current) return undefined;
    return {
      state: this.current,
      clock: this.clock.reading(),
      registerBacklog: this.pump.backlog,
      inFlight: this.work.keys(),
      nextDueAt: this.lifecycle.nextDueAt(this.current) ?? null,
    };
  }

  timeline(): E[] {
    return this.recent;
  }

  // —— events ——

  /** Records what waits to be recorded, then what `news` makes of the state, then all that follows. */
  step(news: (state: S, now: Instant) => NewOf<E>[], from: Partial<CaseMessage> = {}): E[] {
    if (this.forkedAt !== undefined) return [];
    this.recordCounted();
    const { state } = this;
    const now = this.clock.now();
    return this.take(advance(this.lifecycle, state, news(state, now), now, from.by, from.commandId, from.breakGlass));
  }

  private recordCounted(): void {
    const counted = this.kind.takeUnrecorded?.(this.state) ?? [];
    if (counted.length > 0) this.take(record(this.lifecycle, this.state, counted, this.clock.now()));
  }

  private take({ state, events }: Decision<S, E>): E[] {
    this.current = state;
    this.decidedAt = this.clock.now();
    this.recent = [...this.recent, ...events].slice(-TIMELINE_KEPT);
    this.pump.add(events);
    for (const event of events) {
      this.caused.push(...commonWork(event, state), ...(this.lifecycle.causedWork?.(event, state) ?? []));
    }
    this.stir();
    return events;
  }

  private openInbox(): void {
    for (const work of this.inbox.splice(0)) work();
  }

  // —— continue-as-new ——

  /** Begins a new run. Meanwhile nothing is begun, and no deadline is looked at. */
  private tryNewRun(): Promise<void> {
    this.paused = true;
    this.timer.cancel();
    const { state, work, pump, task } = this;
    const goOn = () => {
      this.paused = false;
      this.step(() => []);
    };
    return tryNewRun({ caseId: state.caseId, work, pump, task, nextInput: () => this.nextInput(), goOn });
  }

  private nextInput(): unknown {
    const { state, caused, recent, clock } = this;
    const exercise = clock.isExercise ? { speed: clock.speed, clock: clock.reading() } : undefined;
    return this.kind.nextInput(carry({ state, ...this.pump.queued(), caused, recent, exercise }));
  }
}

/** An alarm about alarms that cannot be sent. */
function tellsOfAlarms(work: Work): boolean {
  if (!isCommon(work) || work.kind !== 'alarm') return false;
  const { threshold } = work.alarm;
  return threshold.kind === 'failing' && threshold.work === 'alarm';
}
