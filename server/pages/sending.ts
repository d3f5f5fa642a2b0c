/** What a form says becomes a message: once, in the name of whoever is logged in, and what it caused is said on the next page. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isAfterClosing, type KindName, type MessageName } from '../../client/kinds';
import type { TocsinClient } from '../../client/tocsin-client';
import { KEY_USED } from '../../domain/case/messages';
import { keyOf, messageOf, receiptUnderKey } from '../api/bodies';
import type { Sessions } from '../identity/sessions';
import { Refusal } from '../problem';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A form of another session is shown again with what was typed, and not sent: the route sees to both. */
    shownAgain?: boolean;
  }
  interface FastifyRequest {
    /** Why the form that came is not sent as it is. */
    stale?: Refusal;
  }
}

/** The options of a route that shows a stale form again. Its handler calls `mustBeFresh` before it does anything. */
export const SHOWN_AGAIN = { config: { shownAgain: true } } as const;

/** A form of another session, or of another site, sends nothing. */
export function staleForm(request: FastifyRequest, sessions: Sessions): Refusal | undefined {
  const { csrf } = (request.body ?? {}) as { csrf?: unknown };
  if (sessions.isFormToken(request.session!, csrf)) return undefined;
  return new Refusal(
    'stale-form',
    'it was opened by somebody else or before you logged in: read it, and send it again',
  );
}

/** Throws a Refusal where the form is not of this session. */
export function mustBeFresh({ stale }: FastifyRequest): void {
  if (stale) throw stale;
}

export interface ToSend {
  kind: KindName;
  id: string;
  name: string;
  body: Record<string, unknown>;
  /** Of the form: a repeat under it counts once. */
  key: unknown;
  /** The mailed link that the form was opened by: its key, in place of the form's, and what it says beside what was typed. */
  linked?: { key: string; adds?: Record<string, unknown> } | undefined;
}

/** Sends it. Throws a Refusal or the errors of the client where it is not taken. */
export async function sendMessage(
  { client, sessions }: { client: TocsinClient; sessions: Sessions },
  request: FastifyRequest,
  reply: FastifyReply,
  { kind, id, name, body, key, linked }: ToSend,
): Promise<void> {
  mustBeFresh(request);
  const { actor } = request;
  const typed = messageOf(kind, name, body, actor, linked?.key ?? keyOf(key ?? '', actor, id, name));
  const message = { ...typed, ...linked?.adds } as never;
  const answer = await (isAfterClosing(kind, name)
    ? client.sendEvenIfClosed(id, name, message)
    : client.send(id, name as MessageName, message));
  if (linked && answer.note === KEY_USED)
    throw new Refusal('link-used', 'the link was used in the meantime, for something else');
  const receipt = receiptUnderKey(answer);
  const entries = receipt.events
    .filter(({ kind: of }) => of !== 'noted')
    .map(({ seq }) => seq)
    .slice(0, 50);
  await sessions.say(reply, {
    id,
    message: name,
    entries,
    ...(receipt.note && { note: receipt.note.slice(0, 500) }),
  });
}
