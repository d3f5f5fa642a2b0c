/** How a message to a case is read, once, and what it means, once, whatever kind of case it is for. */

import { z } from 'zod';
import { tooLarge } from '../kernel/bytes';
import { foreignOf, foreignProblem } from '../kernel/foreign-payload';
import { problemsOf } from '../kernel/problems';
import type { RecordedEvent } from '../kernel/recorded-event';
import { ByOf, clipped, text, wellFormed } from '../kernel/text';
import { type Instant, InstantSchema } from '../kernel/time';
import { ACKNOWLEDGE_ALARMS, AlarmsSchema, acknowledgeable, PersonSchema, ViaSchema } from './acknowledge';
import { API_COMMAND, compareCommands } from './command-ids';
import type { CaseMessage, CaseState, Lifecycle, Messages, NewOf, Work } from './lifecycle';
import { NOBODY } from './turned-away';

const CommandId = z.string().min(1).max(200).transform(wellFormed);

/** Why a command goes straight to Temporal although a server finds out who acts. */
export const BreakGlassSchema = text(500);

/**
 * What every message carries: who sends it, an id that makes repeating it harmless, when it was sent by the sender's
 * clock, and why it was sent past the server, where it was. What a message says without an instant of its own was so when
 * it was sent, however long no worker read it.
 */
export const envelope = {
  by: ByOf,
  commandId: CommandId.optional(),
  sentAt: InstantSchema.optional(),
  breakGlass: BreakGlassSchema.optional(),
};

/** Messages that every kind of case takes beside its own. */
export const COMMON_MESSAGES = {
  [ACKNOWLEDGE_ALARMS]: {
    schema: z.strictObject({ ...envelope, by: PersonSchema, alarms: AlarmsSchema, via: ViaSchema.optional() }),
    description: 'A person has seen the alarms and acts: they are not repeated while that holds',
  },
} satisfies Messages;

/** What a repeated command id is answered, whatever the message is and whichever kind of case it is for. */
export const REPEATED = 'this command was already handled';

/** What other content under a used key of idempotency is answered; nothing of it is done. */
export const KEY_USED = 'the key was used for something else';

/** Most problems that one answer or entry lists. */
const MOST_PROBLEMS = 20;
/** And of each so much: a sender chooses the names of fields. */
const PROBLEM_CHARACTERS = 400;

/** All messages of a kind of case, its own and the common ones. */
export function messagesOf({ messages }: { messages: Messages }): Messages {
  return { ...messages, ...COMMON_MESSAGES };
}

/** A message that was read, or what is wrong with it and who seems to have sent it. */
export type Parsed<M extends CaseMessage = CaseMessage> =
  | { ok: true; message: M }
  | ({ ok: false; problems: string[] } & CaseMessage);

/** Reads what came over the wire. Never throws. */
export function parseCaseMessage<M extends CaseMessage>(schema: z.ZodType<M>, raw: unknown): Parsed<M> {
  const foreign = foreignOf(raw);
  if (foreign) return { ok: false, problems: [foreignProblem(foreign, 'message')], by: NOBODY };
  const large = tooLarge(raw, 'message');
  const parsed = large === undefined ? schema.safeParse(raw) : undefined;
  if (parsed?.success) return { ok: true, message: parsed.data };
  const problems = large === undefined ? problemsOf(parsed!.error!) : [large];
  const sender = z.object({ by: ByOf }).safeParse(raw);
  const command = z.object({ commandId: CommandId }).safeParse(raw);
  const past = z.object({ breakGlass: BreakGlassSchema }).safeParse(raw);
  return {
    ok: false,
    problems: problems.slice(0, MOST_PROBLEMS).map((problem) => clipped(problem, PROBLEM_CHARACTERS)),
    by: sender.success ? sender.data.by : NOBODY,
    ...(command.success ? { commandId: command.data.commandId } : {}),
    ...(past.success ? { breakGlass: past.data.breakGlass } : {}),
  };
}

/** True when the state has handled this command, or another under its key, before: the message means nothing then. */
export function isRepeat(state: CaseState, commandId: string | undefined): boolean {
  return repeatOf(state, commandId) !== undefined;
}

/** What a message is answered that means nothing any more, as its command was handled before; `undefined` for a new one. */
export function repeatOf({ handled }: CaseState, commandId: string | undefined): string | undefined {
  if (commandId === undefined) return undefined;
  if (handled.includes(commandId)) return REPEATED;
  if (!commandId.startsWith(API_COMMAND)) return undefined;
  const compared = handled.map((each) => compareCommands(each, commandId));
  if (compared.includes('same')) return REPEATED;
  return compared.includes('other content') ? KEY_USED : undefined;
}

/** The events of a message, whether it is one of the kind's own or a common one. */
export function onCaseMessage<S extends CaseState, E extends RecordedEvent, W extends Work, O>(
  lifecycle: Lifecycle<S, E, W, O>,
  state: S,
  name: string,
  message: CaseMessage,
  now: Instant,
): NewOf<E>[] {
  if (name !== ACKNOWLEDGE_ALARMS) return lifecycle.onMessage(state, name, message, now);
  const { alarms, via } = message as z.infer<(typeof COMMON_MESSAGES)[typeof ACKNOWLEDGE_ALARMS]['schema']>;
  const found = acknowledgeable(state.unacknowledged, alarms, via);
  const news =
    'note' in found
      ? { kind: 'noted', data: { message: name, note: found.note } }
      : { kind: 'alarm-acknowledged', data: found };
  return [news as unknown as NewOf<E>];
}

/** Why a message is refused, from the events that it would cause; empty when it is not. */
export function refusals(news: ReadonlyArray<{ kind: string; data: object }>): string[] {
  return news.flatMap(({ kind, data }) => (kind === 'rejected' ? (data as { problems: string[] }).problems : []));
}
