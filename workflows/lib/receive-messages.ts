/**
 * Registers the signals, updates and queries of a case. Each message takes one object, is read once and decided once: an
 * update is judged by its validator, whose judgement is handed to the handler that runs in the same task.
 */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import type { z } from 'zod';
import { type CaseView, PaceSchema, type Receipt } from '../../domain/case/contract';
import type { CaseMessage, CaseState, Messages } from '../../domain/case/lifecycle';
import { messagesOf, type Parsed, parseCaseMessage } from '../../domain/case/messages';
import { FAILURES } from '../../domain/kernel/failures';
import { foreignOf, foreignProblem } from '../../domain/kernel/foreign-payload';
import { problemsOf } from '../../domain/kernel/problems';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { nearest } from '../../domain/kernel/suggest';
import type { Instant } from '../../domain/kernel/time';
import { sealOf } from './payload-converter';

/** A signal that is no message of a person or tool: it comes from another workflow, or in numbers. */
export interface InternalSignal {
  description: string;
  schema: z.ZodType;
  /** Where it answers a promise, the run does not end before that is settled. */
  take: (value: unknown) => Promise<void> | void;
}

/** An internal signal whose payload `take` gets as the schema reads it. */
export function internalSignal<T>(
  description: string,
  schema: z.ZodType<T>,
  take: (value: T) => Promise<void> | void,
): InternalSignal {
  return { description, schema, take: (value) => take(value as T) };
}

/** What a message means for the state as it was at this place in the sequence and at this instant. */
export interface Judgement {
  seq: number;
  at: Instant;
  news: ReadonlyArray<{ kind: string; data: object }>;
}

/** The run of a case, as far as its messages are concerned. */
export interface Receiver {
  isOpen(): boolean;
  /** Does this when the case is open, which may be now. */
  whenOpen(work: () => void): void;
  /** Changes nothing. Throws why the message is refused. */
  judge(name: string, message: CaseMessage): Judgement | undefined;
  onUpdate(name: string, message: CaseMessage, judged: Judgement | undefined): Receipt;
  onSignal(name: string, message: CaseMessage): void;
  reject(name: string, problems: string[], by?: string, commandId?: string, breakGlass?: string): void;
  onPace(until: Instant | null): void;
  view(): CaseView<CaseState> | undefined;
  timeline(): RecordedEvent[];
}

export function receiveMessages(run: Receiver, own: Messages, signals: Record<string, InternalSignal>): void {
  const messages = messagesOf({ messages: own });
  for (const [name, { schema, description }] of Object.entries(messages)) {
    setHandler(defineSignal<[unknown]>(name), (raw) => onSignal(run, name, parseCaseMessage(schema, once(raw))), {
      description,
    });
    receiveUpdate(run, name, schema, description);
  }
  const pace = internalSignal('Exercise driver: how far the clock may run', PaceSchema, ({ until }) =>
    run.onPace(until),
  );
  for (const [name, { schema, description, take }] of Object.entries({ ...signals, pace })) {
    const receive = (raw: unknown): ReturnType<InternalSignal['take']> => {
      if (isAgain(raw)) return;
      const foreign = foreignOf(raw);
      const parsed = schema.safeParse(raw);
      if (!parsed.success)
        return run.reject(name, foreign ? [foreignProblem(foreign, 'message')] : problemsOf(parsed.error));
      if (run.isOpen()) return take(parsed.data);
      return new Promise((resolve) => run.whenOpen(() => resolve(take(parsed.data))));
    };
    setHandler(defineSignal<[unknown]>(name), receive, { description });
  }
  setHandler(defineQuery<CaseView<CaseState> | undefined>('state'), () => run.view(), {
    description: 'The state, as the fold of the register gives it',
  });
  setHandler(defineQuery<RecordedEvent[]>('timeline'), () => run.timeline(), { description: 'The latest events' });
  // Last of all: it takes whatever came before a handler of its name was there.
  setDefaultSignalHandler((name) => {
    const known = Object.keys(messages);
    const meant = nearest(name, known);
    const guess = meant === undefined ? '; there are' : `; did you mean "${meant}"? There are`;
    run.reject(name.slice(0, 80), [`message: there is none of this name${guess} ${known.join(', ')}`]);
  });
}

/** As many seals of internal signals as a run remembers: the latest. */
const SEALS_KEPT = 1_000;
const seen = new Set<string>();

/** True for an internal signal that this run had before, under the same seal. */
function isAgain(raw: unknown): boolean {
  const seal = sealOf(raw)?.number;
  if (seal === undefined) return false;
  if (seen.has(seal)) return true;
  seen.add(seal);
  if (seen.size > SEALS_KEPT) seen.delete(seen.values().next().value!);
  return false;
}

/**
 * A sealed message counts once, under whichever name it comes: one without an id of its own has the number of its seal as
 * one, so that nobody can send again what he found in Temporal's store.
 */
function once(raw: unknown): unknown {
  const seal = sealOf(raw);
  return seal === undefined ? raw : { commandId: `seal-${seal.number}`, ...(raw as object) };
}

/** A signal never fails the workflow: what cannot be read is recorded as rejected. */
function onSignal(run: Receiver, name: string, parsed: Parsed): void {
  if (parsed.ok) run.onSignal(name, parsed.message);
  else run.reject(name, parsed.problems, parsed.by, parsed.commandId, parsed.breakGlass);
}

function receiveUpdate(run: Receiver, name: string, schema: z.ZodType<CaseMessage>, description: string): void {
  /** What the validator found, by the update's id. A replay has no validators: the handler reads and judges then. */
  const judged = new Map<string | undefined, { message: CaseMessage; judgement: Judgement | undefined }>();
  const read = (raw: unknown): CaseMessage => {
    const parsed = parseCaseMessage(schema, once(raw));
    if (!parsed.ok) throw refused(parsed.problems);
    return parsed.message;
  };
  setHandler(
    defineUpdate<Receipt, [unknown]>(name),
    async (raw) => {
      const id = currentUpdateInfo()?.id;
      const { message, judgement } = judged.get(id) ?? { message: read(raw), judgement: undefined };
      judged.delete(id);
      if (!run.isOpen()) await CancellationScope.nonCancellable(() => condition(() => run.isOpen()));
      const { commandId: to } = message;
      return { ...run.onUpdate(name, message, judgement), ...(to !== undefined && { to }) };
    },
    {
      // Synchronous by necessity: an async validator would wedge the workflow.
      validator: (raw: unknown) => {
        const message = read(raw);
        judged.set(currentUpdateInfo()?.id, { message, judgement: run.judge(name, message) });
      },
      description,
    },
  );
}

/** The failure of an update: why it is refused. */
export function refused(problems: string[]): ApplicationFailure {
  return ApplicationFailure.nonRetryable(problems.join('\n'), FAILURES.invalidMessage);
}
