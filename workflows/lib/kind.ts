/** A kind of case as the shell runs it, and what both know of each other. */
import type { Decision } from '../../domain/case/advance';
import type { ClockReading, Exercise } from '../../domain/case/contract';
import type { CaseState, Lifecycle, Messages, NewOf, Work } from '../../domain/case/lifecycle';
import type { Occasion } from '../../domain/case/occasion';
import type { Packed } from '../../domain/kernel/packed';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import type { Instant } from '../../domain/kernel/time';
import type { CommonWork } from './common-work';
import type { InternalSignal } from './receive-messages';

/** A case that runs, as far as its kind sees it. */
export interface Run<S extends CaseState, E extends RecordedEvent, W extends Work, O> {
  readonly state: S;
  /** Opens the case with its first events, as they are at the instant of its own clock. */
  open(
    lifecycle: Lifecycle<S, E, W, O>,
    caseId: string,
    first: (now: Instant) => NewOf<E>[],
    as?: { exercise?: boolean; pacing?: Exercise },
  ): void;
  /** Opens the case with a history that was played at its own instants; its clock is real from now on. */
  openPlayed(lifecycle: Lifecycle<S, E, W, O>, played: Decision<S, E>): void;
  /** Goes on after a continue-as-new; or from the register, which is then told `news` before what follows from the time. */
  resume(lifecycle: Lifecycle<S, E, W, O>, carried: Carried<S, E, W>, news?: NewOf<E>[]): void;
  /** Raises an alarm of the shell's own. */
  alarm(occasion: Occasion): void;
  /** Records events, and what follows from them. */
  step(news: (state: S, now: Instant) => NewOf<E>[]): E[];
}

/** What continue-as-new takes along: the state, what the register has not got yet, work not yet done. Never history. */
export interface Carried<S, E, W> {
  state: S;
  backlog: E[];
  /** The first event that another workflow writes before them, until it is known that it has. */
  elsewhereFrom?: number;
  /** Work that events caused and that is not done. */
  caused: Array<CommonWork | W>;
  recent: E[];
  exercise?: { speed: number; clock: ClockReading };
}

/** What a piece of work may look at while it is done. */
export interface Situation<S, O = never> {
  state: S;
  now: Instant;
  /** Raises an alarm while the work goes on. */
  alarm(occasion: Occasion): void;
  /** Records what is known before the work is done. */
  note(outcome: O): void;
  /** True when the register holds everything up to this number. */
  isRegistered(seq: number): boolean;
  isClosed(): boolean;
  /** Waits for what goes on without this run, such as a workflow of its own: a new run does not wait for it. */
  elsewhere<T>(wait: () => Promise<T>): Promise<T>;
}

/** A kind of case as the shell runs it. */
export interface Kind<S extends CaseState, E extends RecordedEvent, W extends Work, O> {
  messages: Messages;
  /** Has a piece of work done, and answers what came of it; `undefined`: nothing. */
  perform(work: W, at: Situation<S, O>): Promise<O | undefined>;
  /** Signals beside the messages, handled once the case is open. */
  signals?(run: Run<S, E, W, O>): Record<string, InternalSignal>;
  /** Takes what was counted without being recorded; it is recorded before anything else that happens. */
  takeUnrecorded?(state: S): NewOf<E>[];
  /** Opens the case, or goes on with what was carried. */
  begin(run: Run<S, E, W, O>): Promise<void> | void;
  /** The input of the next run. */
  nextInput(carried: Carried<S, E, W> | Packed): unknown;
}
