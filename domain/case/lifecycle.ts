/**
 * The lifecycle of a case: whatever has a clock and must not be forgotten. An incident, a detection in triage, a
 * vulnerability report and a patch task are definitions of one; `workflows/lifecycle.ts` runs them all. A case is a fold
 * of events that stand in the register; its definition is pure, and says what follows from a message, from the time and
 * from what was done outside.
 */
import type { z } from 'zod';
import type { RecordedEvent } from '../kernel/recorded-event';
import type { Instant } from '../kernel/time';
import type { Alarmed, PagingService, RingAgain } from './acknowledge';
import type { Alarm, Threshold, WorkKind } from './alarm';
import type { CaseStep } from './case-step';
import type { Resumed } from './found';
import type { Occasion } from './occasion';

/** What every case's state holds. Plain JSON, so that continue-as-new can carry it. */
export interface CaseState {
  caseId: string;
  /** Sequence number of the last event. */
  seq: number;
  exercise: boolean;
  title: string;
  severity: string;
  /** Who is alarmed: a handle or work address. */
  owner: string;
  /** The kind's own word for where it stands, such as `waiting` or `acknowledged`. */
  status: string;
  closedAt?: Instant;
  /** Alarms that nobody acknowledged yet, by sequence number; bounded. */
  unacknowledged?: number[];
  /** What alarms called for and is not done yet. */
  alarmed?: Alarmed | undefined;
  /** Command ids already handled, oldest first; bounded. */
  handled: string[];
}

/** An event before it has its place in the sequence. `by` is whoever sent the message, else Tocsin. */
export type NewOf<E extends RecordedEvent> = E extends RecordedEvent
  ? { kind: E['kind']; data: E['data']; by?: string; breakGlass?: string | undefined }
  : never;

/** An event of one kind, as the register holds it. */
export type CaseEventOf<K extends string, D extends object> = Omit<RecordedEvent, 'kind' | 'data'> & {
  kind: K;
  data: D;
};

/** Events that every kind of case has. An alarm is sent to the owner. */
export type CommonCaseEvent =
  | CaseEventOf<'alarm-raised', Alarm>
  | CaseEventOf<'alarm-acknowledged', { alarms: number[]; via?: PagingService; ringAgain?: RingAgain }>
  | CaseEventOf<'resumed', Resumed>
  | CaseEventOf<'rejected', { message: string; problems: string[] }>
  | CaseEventOf<'noted', { message: string; note: string }>;

/** What every message to a case carries. `commandId` makes repeating it harmless. */
export interface CaseMessage {
  by: string;
  commandId?: string | undefined;
  /** When it was sent, by the sender's clock. */
  sentAt?: Instant | undefined;
  /** Why it goes straight to Temporal although a server finds out who acts. */
  breakGlass?: string | undefined;
}

/** The messages of a kind of case by name, as its signals and updates take them. */
export type Messages = Record<string, { schema: z.ZodType<CaseMessage>; description: string }>;

/**
 * Work that the outside world must do. The key is deterministic: asking again after a crash or a continue-as-new repeats
 * the same work, never a second one. `about` names in an alarm what the work is for.
 */
export interface Work {
  kind: WorkKind;
  key: string;
  about?: { obligation?: string; measure?: string };
}

/** A row of the board that the Web UI and the command show of a case. */
export interface CaseRow {
  what: string;
  dueAt?: Instant;
  state: string;
}

/**
 * A kind of case. All functions are pure and total; a message that makes no sense gives `rejected` or `noted`.
 * `W` is the work that it has done outside, `O` what came of it.
 */
export interface Lifecycle<S extends CaseState, E extends RecordedEvent, W extends Work = Work, O = never> {
  /** The fold of the kind's own events; what all kinds have in common is folded over it. The first event opens the case. */
  evolve(state: S | undefined, event: E): S;
  messages: Messages;
  /** Answers at least one event, so that the command id of every message stands in the register. */
  onMessage(state: S, name: string, message: CaseMessage, now: Instant): NewOf<E>[];
  /** What follows from the time and the facts; asked again after each fold until it is empty. */
  onTime(state: S, now: Instant): NewOf<E>[];
  /** What follows from the outcome of work, on the state as it is when the outcome comes. */
  onOutcome(state: S, outcome: O, now: Instant): NewOf<E>[];
  /** Work that the state wants done and that no outcome has settled yet. */
  wantedWork(state: S): W[];
  /** Work that an event causes once, of which the state keeps no trace. It is kept until it is done. */
  causedWork?(event: E, state: S): W[];
  /** The alarm of what happened to the case or its work, where the kind knows more of it than that. */
  occasion?(state: S, occasion: Occasion): Alarm;
  /** Whether a person still has to do what an alarm about this subject called for: `rings-again.ts` says what that is. */
  owes?(state: S, subject: string): boolean;
  /**
   * The alarm about a subject as things stand, with another reason to ring, and how long an acknowledgement of it holds;
   * `undefined` where an acknowledgement holds for good.
   */
  rings?(state: S, subject: string, threshold: Threshold, now: Instant): { alarm: Alarm; holdsMs: number } | undefined;
  /** What the events that a message caused mean beyond what each says, for whoever sent it. */
  says?(events: readonly E[], before: S): string | undefined;
  /** The next instant after `now` at which `onTime` has something to say. `what` is shown at the timer. */
  nextWake(state: S, now: Instant): { at: Instant; what: string } | undefined;
  /**
   * The earliest deadline that is still owed, also when it is past: for the list in the Web UI, and to tell whether an
   * alarm's deadline is met. Alarms that are due before it are not repeated any more.
   */
  nextDueAt(state: S): Instant | undefined;
  /** For people: what is owed and how it stands. */
  rows(state: S, now: Instant): CaseRow[];
  /** What people do next, in order; nothing where nobody is waited for. */
  next(state: S, now: Instant): CaseStep[];
  /** What the list in the Web UI shows beside what every case has. */
  attributes?(state: S, now: Instant): { overdue: number; personalData: string };
}

/** A kind of case with its own types left out, for code that treats all kinds alike. */
// biome-ignore lint/suspicious/noExplicitAny: a definition takes its own state only, whichever that is
export type AnyLifecycle = Lifecycle<any, any, any, any>;
