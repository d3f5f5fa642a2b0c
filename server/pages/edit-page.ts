/** A notice's own text, edited where it stands: what is sent is the text as its readers will have it, in one language. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KINDS } from '../../client/kinds';
import type { TocsinClient } from '../../client/tocsin-client';
import { draftTextOf, editable } from '../../domain/incident/draft-text';
import { type Html, html } from '../../platform/html';
import { OF_THE_SERVER } from '../api/bodies';
import { mustBe } from '../api/must-be';
import { Refusal } from '../problem';
import { isBeingWritten } from './being-written';
import type { PageDeps } from './deps';
import { diffBox } from './diff-box';
import { messageTyped, schemaOf } from './fields';
import { type Form, sendForm } from './form';
import { asRefusal, asShown } from './form-errors';
import { say } from './layout';
import { addressOf, noticeOf } from './links';
import { type LookedAt, lookAt } from './looked-at';
import { type NoticeText, nameOf } from './notice-texts';
import { mustBeFresh, SHOWN_AGAIN, sendMessage } from './sending';
import { subjectOf } from './subject';
import { type Typed, textOf } from './typed';
import { visitorOf } from './visitor';

type OfCase = { Params: { id: string } };

/** So long it is waited for the draft to be written anew, so that the page shows what was edited. */
const REWRITTEN_MS = 5_000;
const SCHEMA = schemaOf(KINDS.incident.messages['edit-draft']);

export function editPage(app: FastifyInstance, deps: PageDeps): void {
  const { client, sessions, policy, texts } = deps;
  const at = '/incidents/:id/edit-draft';

  app.get<OfCase & { Querystring: Typed }>(at, async (request, reply) => {
    const { id } = request.params;
    const looked = await lookAt(client, id, policy).catch(asRefusal);
    const asked = { obligation: textOf(request.query.obligation), language: textOf(request.query.language) };
    const present = await textAt(looked, asked);
    if (!present)
      throw new Refusal('not-found', 'there is no text of this notice in this language that can be read here');
    const { subject, body } = editable(present.text);
    return send(request, reply, looked, { ...asked, draft: present.draft, subject, body });
  });

  app.post<OfCase>(at, SHOWN_AGAIN, async (request, reply) => {
    const { id } = request.params;
    const typed = request.body as Typed;
    try {
      mustBeFresh(request);
      await mustBe(client, 'incident', id);
      const body = messageTyped(SCHEMA, typed);
      await sendMessage(deps, request, reply, { kind: 'incident', id, name: 'edit-draft', body, key: typed.key });
      await rewritten(client, id, textOf(typed.obligation), deps);
      return reply.redirect(noticeOf(id, textOf(typed.obligation)), 303);
    } catch (error) {
      const refusal = asShown(error);
      if (refusal.status === 404) throw refusal;
      const looked = await lookAt(client, id, policy).catch(() => undefined);
      return send(request, reply.code(refusal.status), looked ?? { id }, typed, refusal);
    }
  });

  async function textAt(looked: LookedAt, { obligation, language }: { obligation: string; language: string }) {
    const { obligations } = looked.view.state;
    const draft = Object.hasOwn(obligations, obligation) ? obligations[obligation]!.draft : undefined;
    const rendering = draft?.renderings.find((each) => each.language === language);
    const text = rendering && (await texts?.text(rendering.sha256).catch(() => undefined));
    return draft && text && { draft: draft.fingerprint, text };
  }

  async function send(
    request: FastifyRequest,
    reply: FastifyReply,
    looked: LookedAt | { id: string },
    typed: Typed,
    refusal?: Refusal,
  ): Promise<FastifyReply> {
    const { id } = looked;
    const [obligation, language] = [textOf(typed.obligation), textOf(typed.language)];
    const present = 'view' in looked ? await textAt(looked, { obligation, language }) : undefined;
    const isMoved = present !== undefined && present.draft !== textOf(typed.draft);
    const form: Form = {
      title: 'Keep this text',
      heading: 'Edit the notice',
      about: `The text in ${nameOf(language)}, as its readers will have it, in Markdown. It replaces the present one until the facts change. Only an approved text is sent.`,
      action: `${addressOf(id)}/edit-draft`,
      schema: SCHEMA,
      without: OF_THE_SERVER,
      typed,
      choices: {},
      back: noticeOf(id, obligation),
      ...('view' in looked && { subject: subjectOf(looked, obligation) }),
      // What was typed is sent for the draft that stands now: whoever sends it again has seen it beside their own.
      fixed: { obligation, language, draft: present?.draft ?? textOf(typed.draft) },
      rows: 24,
      ...(isMoved && { shown: movedBox(present.text, typed) }),
    };
    return sendForm(reply, visitorOf(request, sessions)!, form, refusal);
  }
}

/** The draft was written anew since the form was opened: what stands there now, beside what was typed. */
function movedBox(present: NoticeText, typed: Typed): Html {
  const own = { subject: textOf(typed.subject), text: textOf(typed.body) };
  return html`${say('warn', html`<b>The draft was written anew since you opened this form</b><p>Below is how your text differs from the one that stands there now. Take over what is new in it, and send yours again.</p>`)}${diffBox(draftTextOf(present), draftTextOf(own))}`;
}

/** Waits until the draft is the one of what is known and edited now, or for some seconds. */
async function rewritten(client: TocsinClient, id: string, obligation: string, { policy }: PageDeps): Promise<void> {
  const giveUpAt = Date.now() + REWRITTEN_MS;
  while (Date.now() < giveUpAt) {
    const looked = await lookAt(client, id, policy).catch(() => undefined);
    if (!looked?.known || !isBeingWritten(looked.view.state, looked.pack, obligation)) return;
    await sleep(150);
  }
}
