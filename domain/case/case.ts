/**
 * A case: what is smaller than an incident and must not be forgotten either. A detection in triage, a vulnerability
 * report, a patch that is due. Like an incident it is a fold of events that stand in the register; each kind of case says
 * in a definition, which is pure, what follows from a message and from the time. `workflows/case-run.ts` runs them.
 */
import { z } from 'zod';
import { type RecordedEvent, TOCSIN } from '../kernel/recorded-event';
import type { Instant } from '../kernel/time';
import { ACKNOWLEDGE_ALARMS, AlarmsSchema, acknowledgeable, acknowledged, PersonSchema, raised } from './acknowledge';
import type { Alarm } from './alarm';

/** What every case's state holds. */
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
  /** Alarms that nobody acknowledged yet, by sequence number; kept by `evolveCase`. */
  unacknowledged?: number[];
  /** Command ids already handled, latest last. */
  handled: string[];
}

/** An event before it has its place in the sequence. `by` is whoever sent the message, else Tocsin. */
export type NewOf<E extends RecordedEvent> = E extends RecordedEvent
  ? { kind: E['kind']; data: E['data']; by?: string }
  : never;

/** Events that every kind of case has. An alarm is sent to the owner. */
export type CommonCaseEvent =
  | CaseEventOf<'alarm-raised', Alarm>
  | CaseEventOf<'alarm-acknowledged', { alarms: number[] }>
  | CaseEventOf<'rejected', { message: string; problems: string[] }>
  | CaseEventOf<'noted', { message: string; note: string }>;

export type CaseEventOf<K extends string, D extends object> = Omit<RecordedEvent, 'kind' | 'data'> & {
  kind: K;
  data: D;
};

/** What every message to a case carries. `commandId` makes repeating it harmless. */
export interface CaseMessage {
  by: string;
  commandId?: string;
}

/** A row of the table that the Web UI shows of a case. */
export interface CaseRow {
  what: string;
  dueAt?: Instant;
  state: string;
}

/** What a closed case leaves: the result of its workflow. */
export interface CaseResult {
  caseId: string;
  closedAt: Instant;
  status: string;
  entries: number;
}

/** What the query `state` answers. */
export interface CaseView<S> {
  state: S;
  /** Events not yet appended to the register. */
  registerBacklog: number;
  inFlight: string[];
  /** The earliest deadline that is owed; `null`: none. The escalation of its alarms reads it. */
  nextDueAt: Instant | null;
}

/** What an update answers: the kinds of the events that it caused; `note` says why nothing changed. */
export interface CaseReceipt {
  events: Array<{ seq: number; kind: string }>;
  note?: string;
}

/** A kind of case. All functions are pure and total; a message that makes no sense gives `rejected` or `noted`. */
export interface CaseDefinition<S extends CaseState, E extends RecordedEvent, W extends { key: string }> {
  /** The fold. The first event is the one that opens the case. */
  evolve(state: S | undefined, event: E): S;
  /** Messages by name, as signals and updates take them. Each schema has `by`, and `commandId` where wanted. */
  messages: Record<string, { schema: z.ZodType<CaseMessage>; description: string }>;
  /** Answers at least one event, so that the command id of every message stands in the register. */
  onMessage(state: S, name: string, message: CaseMessage, now: Instant): NewOf<E>[];
  /** What follows from the time and the facts; asked again after each fold until it is empty. */
  onTime(state: S, now: Instant): NewOf<E>[];
  /** The next instant after `now` at which `onTime` has something to say. `what` is shown at the timer. */
  nextWake(state: S, now: Instant): { at: Instant; what: string } | undefined;
  /** Work that the outside world must do and has not reported yet. Keys are deterministic. */
  wants(state: S): W[];
  /**
   * The earliest deadline that is still owed, also when it is past: for the list in the Web UI, and to tell whether an
   * alarm's deadline is met. Alarms that are due before it are not repeated any more.
   */
  nextDueAt(state: S): Instant | undefined;
  /** For people: what is owed and how it stands. */
  rows(state: S, now: Instant): CaseRow[];
}

const HANDLED_KEPT = 500;
const MOST_ROUNDS = 200;

/** Messages that every kind of case takes beside its own. */
export const COMMON_MESSAGES = {
  [ACKNOWLEDGE_ALARMS]: {
    schema: z.strictObject({
      by: PersonSchema,
      commandId: z.string().min(1).max(200).optional(),
      alarms: AlarmsSchema,
    }),
    description: 'A person has seen the alarms and acts: they are not repeated any more',
  },
} satisfies CaseDefinition<CaseState, RecordedEvent, { key: string }>['messages'];

/** All messages of a kind of case, its own and the common ones. */
export function messagesOf(
  definition: Pick<CaseDefinition<never, never, never>, 'messages'>,
): CaseDefinition<CaseState, RecordedEvent, { key: string }>['messages'] {
  return { ...definition.messages, ...COMMON_MESSAGES };
}

/** The events of a message, whether it is one of the kind's own or a common one. */
export function onCaseMessage<S extends CaseState, E extends RecordedEvent, W extends { key: string }>(
  definition: CaseDefinition<S, E, W>,
  state: S,
  name: string,
  message: CaseMessage,
  now: Instant,
): NewOf<E>[] {
  if (name !== ACKNOWLEDGE_ALARMS) return definition.onMessage(state, name, message, now);
  const { alarms } = message as z.infer<(typeof COMMON_MESSAGES)[typeof ACKNOWLEDGE_ALARMS]['schema']>;
  const found = acknowledgeable(state.unacknowledged, alarms);
  const news =
    'note' in found
      ? { kind: 'noted', data: { message: name, note: found.note } }
      : { kind: 'alarm-acknowledged', data: found };
  return [news as unknown as NewOf<E>];
}

/** The fold of a case: the kind's own, and what is common to all kinds. Over the register it gives the workflow's state. */
export function evolveCase<S extends CaseState, E extends RecordedEvent, W extends { key: string }>(
  definition: Pick<CaseDefinition<S, E, W>, 'evolve'>,
  state: S | undefined,
  event: E,
): S {
  const next = { ...definition.evolve(state, event), seq: event.seq };
  if (event.commandId && !next.handled.includes(event.commandId)) {
    next.handled = [...next.handled, event.commandId].slice(-HANDLED_KEPT);
  }
  if (event.kind === 'alarm-raised') return { ...next, unacknowledged: raised(next.unacknowledged, event.seq) };
  if (event.kind !== 'alarm-acknowledged') return next;
  const { alarms } = event.data as { alarms: number[] };
  return { ...next, unacknowledged: acknowledged(next.unacknowledged, alarms) };
}

/** The state of a case from its register entries, in any order; a repeated entry counts once. */
export function foldCase<S extends CaseState, E extends RecordedEvent, W extends { key: string }>(
  definition: CaseDefinition<S, E, W>,
  events: Iterable<E>,
): S | undefined {
  const bySeq = new Map<number, E>();
  for (const event of events) if (!bySeq.has(event.seq)) bySeq.set(event.seq, event);
  const ordered = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  return ordered.reduce<S | undefined>((state, event) => evolveCase(definition, state, event), undefined);
}

/** Stamps events with their place and folds them. What follows from time and facts is left to `advance`. */
export function record<S extends CaseState, E extends RecordedEvent, W extends { key: string }>(
  definition: Pick<CaseDefinition<S, E, W>, 'evolve'>,
  before: S,
  given: NewOf<E>[],
  now: Instant,
  by: string = TOCSIN,
  commandId?: string,
): { state: S; events: E[] } {
  let state = before;
  const events: E[] = [];
  for (const { kind, data, by: author } of given as Array<{ kind: string; data: object; by?: string }>) {
    const stamp = { v: 1 as const, incidentId: state.caseId, seq: state.seq + 1, at: now, by: author ?? by };
    const event = withoutUndefined({ ...stamp, exercise: state.exercise, commandId, kind, data }) as unknown as E;
    events.push(event);
    state = evolveCase(definition, state, event);
  }
  return { state, events };
}

/** Records events, and adds what follows from time and facts, up to the fixpoint. */
export function advance<S extends CaseState, E extends RecordedEvent, W extends { key: string }>(
  definition: CaseDefinition<S, E, W>,
  before: S,
  given: NewOf<E>[],
  now: Instant,
  by: string = TOCSIN,
  commandId?: string,
): { state: S; events: E[] } {
  let { state, events } = record(definition, before, given, now, by, commandId);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const follows = state.closedAt ? [] : definition.onTime(state, now);
    if (follows.length === 0) return { state, events };
    const next = record(definition, state, follows, now);
    state = next.state;
    events = [...events, ...next.events];
  }
  throw new Error(`no fixpoint for ${before.caseId}: its rules keep causing events; report this as a defect`);
}

/** Opens a case: `first` is its event number 1. */
export function open<S extends CaseState, E extends RecordedEvent, W extends { key: string }>(
  definition: CaseDefinition<S, E, W>,
  caseId: string,
  first: NewOf<E>,
  now: Instant,
  exercise = false,
): { state: S; events: E[] } {
  const { kind, data, by } = first as { kind: string; data: object; by?: string };
  const event = withoutUndefined({ v: 1, incidentId: caseId, seq: 1, at: now, by: by ?? TOCSIN, exercise, kind, data });
  const state = evolveCase(definition, undefined, event as unknown as E);
  const next = advance(definition, state, [], now);
  return { state: next.state, events: [event as unknown as E, ...next.events] };
}

/** The register takes canonical JSON, which knows no `undefined`. */
export function withoutUndefined<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutUndefined) as T;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).flatMap(([key, v]) =>
    v === undefined ? [] : [[key, withoutUndefined(v)] as const],
  );
  return Object.fromEntries(entries) as T;
}
