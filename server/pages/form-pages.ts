/** A page for each message: its form, and what becomes of it. A form has a key, by which a double click counts once. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { COLLECTIONS, KINDS, type Kind, type KindName } from '../../client/kinds';
import { closeProblems } from '../../domain/incident/close-problems';
import { DeclarationSchema } from '../../domain/incident/incident';
import { type Html, html } from '../../platform/html';
import { declarationOf, digestOfKey, OF_THE_DECLARATION, OF_THE_SERVER } from '../api/bodies';
import { mustBeSame } from '../api/declared';
import { refusalOf } from '../api/failures';
import { KIND_NAMES, messagesOf } from '../api/kinds';
import { mustBe } from '../api/must-be';
import type { Actor } from '../identity/actor';
import { Refusal } from '../problem';
import { actWords } from './act-words';
import { byTitle, withActs } from './acts-in-text';
import { assessPage } from './assess-page';
import { describe, type OtherKind } from './case-page';
import { choicesOf } from './choices';
import { confirmationOf } from './confirmation';
import type { PageDeps } from './deps';
import { dutiesOf } from './duty-names';
import { editPage } from './edit-page';
import { fileFields, messageTyped, schemaOf, typedOf, unreadFields } from './fields';
import { type Form, sendForm } from './form';
import { asRefusal, asShown } from './form-errors';
import { say, sendPage } from './layout';
import { addressOf, LINKED, noticeOf } from './links';
import { type LookedAt, lookAt } from './looked-at';
import { addedBy, linkOfForm, type MailedLink, withLink } from './mailed-links';
import { noticePage } from './notice-page';
import { mustBeFresh, SHOWN_AGAIN, sendMessage } from './sending';
import { stepsList } from './steps-list';
import { subjectOf, subjectOfCase } from './subject';
import type { Typed } from './typed';
import { mustFit, withUploads } from './uploads';
import { visitorOf } from './visitor';

type OfCase = { Params: { id: string } };

/** Messages of incidents whose page is more than a form of their fields. */
const OF_THEIR_OWN = ['assess', 'edit-draft', 'approve'];

export function formPages(app: FastifyInstance, deps: PageDeps): void {
  declarePages(app, deps);
  assessPage(app, deps);
  editPage(app, deps);
  approvePages(app, deps);
  for (const kind of KIND_NAMES)
    for (const name of messagesOf(kind))
      if (kind !== 'incident' || !OF_THEIR_OWN.includes(name)) messagePages(app, deps, kind, name);
}

function messagePages(app: FastifyInstance, deps: PageDeps, kind: KindName, name: string): void {
  const { client, sessions, policy } = deps;
  const schema = schemaOf((KINDS[kind] as Kind).messages[name]!);
  const files = fileFields(schema);
  const at = `/${COLLECTIONS[kind]}/:id/${name}`;
  const base = (id: string, typed: Typed): Form => ({
    title: actWords(name),
    about: `${describe(kind, name)}.`,
    action: `${addressOf(id)}/${name}`,
    schema,
    without: OF_THE_SERVER,
    typed,
    choices: {},
    back: addressOf(id),
    of: [name, kind],
  });
  const formOf = async (
    id: string,
    typed: Typed,
    actor: Actor,
    mailed?: MailedLink,
    refusal?: Refusal,
  ): Promise<Form> => {
    if (kind !== 'incident') {
      const view = await client.view<OtherKind>(id).catch(() => undefined);
      return { ...base(id, typed), ...(view && { subject: subjectOfCase(id, view) }) };
    }
    const looked = await lookAt(client, id, policy);
    const subject = subjectOf(looked, typed.obligation);
    const form = { ...base(id, typed), subject, ...ofIncident(name, looked, typed, actor) };
    return withLink(form, mailed, { looked, by: actor.by, refusal });
  };
  app.get<OfCase & { Querystring: Typed }>(at, async (request, reply) => {
    const { id } = request.params;
    const filled = Object.fromEntries(LINKED.map((field) => [field, request.query[field]]));
    await mustBe(client, kind, id).catch(asRefusal);
    const mailed = linkOfForm(deps.links, request.query.link, { id, act: name, obligation: filled.obligation });
    const form = await formOf(id, filled, request.actor, mailed).catch(asRefusal);
    return sendForm(reply, visitorOf(request, sessions)!, form);
  });
  app.post<OfCase>(at, { config: { shownAgain: true, files: files.length > 0 } }, async (request, reply) => {
    const { id } = request.params;
    const sent = request.body as Record<string, unknown>;
    const typed = withUploads(files, sent);
    let mailed: MailedLink | undefined;
    try {
      mailed = linkOfForm(deps.links, typed.link, { id, act: name, obligation: typed.obligation });
      mustBeFresh(request);
      mustFit(files, sent);
      await mustBe(client, kind, id);
      const body = messageTyped(schema, typed);
      mustBeRead(schema, body);
      const linked = mailed && { key: mailed.key, adds: await addedBy(mailed, client) };
      await sendMessage(deps, request, reply, { kind, id, name, body, key: typed.key, linked });
      return reply.redirect(addressOf(id), 303);
    } catch (error) {
      const refusal = asShown(error);
      // Where nobody can look at the case now, what was typed is shown all the same.
      const form =
        refusal.status === 404
          ? undefined
          : await formOf(id, typed, request.actor, mailed, refusal).catch(() => withLink(base(id, typed), mailed));
      if (!form) throw refusal;
      return sendForm(reply.code(refusal.status), visitorOf(request, sessions)!, form, refusal);
    }
  });
}

function declarePages(app: FastifyInstance, { client, sessions }: PageDeps): void {
  const form: Omit<Form, 'typed'> = {
    title: 'Declare an incident',
    about:
      'Tocsin watches every deadline from the moment you declare; some count from earlier, such as the detection. What you do not know yet can follow.',
    action: '/incidents',
    schema: withDefaults(schemaOf(DeclarationSchema)),
    without: [...OF_THE_DECLARATION, 'id', 'source', 'owner', 'assessment'],
    choices: {},
    back: '/',
    at: 'declare',
    of: ['declare'],
    later: {
      summary: 'Containment, cause and status page: now, or once it is declared',
      names: ['howItOccurred', 'systems', 'isolate', 'maliciousSources', 'credentials', 'publicSummary'],
    },
  };
  app.get('/incidents/new', async (request, reply) =>
    sendForm(reply, visitorOf(request, sessions)!, { ...form, typed: { kind: 'security-incident' } }),
  );
  app.post('/incidents', SHOWN_AGAIN, async (request, reply) => {
    const typed = request.body as Typed;
    try {
      mustBeFresh(request);
      const digest = digestOfKey(typed.key, request.actor, ['declare']);
      const body = messageTyped(form.schema, { ...typed, id: undefined });
      mustBeRead(form.schema, body);
      const declared = declarationOf(body, request.actor, digest, new Date());
      const { id, created, waiting } = await client.declare({ declaration: declared as never });
      if (!created) await mustBeSame(client, id, body, declared, 'key-used');
      return !waiting ? reply.redirect(addressOf(id), 303) : opensSoon(request, reply, id);
    } catch (error) {
      const refusal = asShown(error);
      return sendForm(reply.code(refusal.status), visitorOf(request, sessions)!, { ...form, typed }, refusal);
    }
  });

  function opensSoon(request: FastifyRequest, reply: FastifyReply, id: string): FastifyReply {
    return sendPage(reply.code(202), {
      title: 'Not opened yet',
      visitor: visitorOf(request, sessions)!,
      body: html`<div class="head prose"><h1>${id} is kept, and not opened yet</h1><p>Its deadlines count from your declaration. Nothing is contained, told or alarmed until a worker opens it: ask whether one is running.</p></div>
<p class="acts"><a class="button" href="${addressOf(id)}">Open ${id}</a></p>`,
    });
  }
}

/** A text is approved where it stands, and nowhere else. */
function approvePages(app: FastifyInstance, deps: PageDeps): void {
  const { client, sessions, policy } = deps;
  const schema = schemaOf(KINDS.incident.messages.approve);
  app.get<OfCase & { Querystring: Typed }>('/incidents/:id/approve', async (request, reply) => {
    const { obligation } = request.query;
    const { id } = request.params;
    return reply.redirect(typeof obligation === 'string' ? noticeOf(id, obligation) : addressOf(id), 303);
  });
  app.post<OfCase>('/incidents/:id/approve', SHOWN_AGAIN, async (request, reply) => {
    const { id } = request.params;
    const typed = request.body as Typed;
    const obligation = String(typed.obligation ?? '');
    let mailed: MailedLink | undefined;
    try {
      mailed = linkOfForm(deps.links, typed.link, { id, act: 'approve', obligation });
      const body = messageTyped(schema, typed);
      if (body.draft === undefined)
        throw (
          request.stale ?? new Refusal('invalid', 'read the notice first: what is approved is the text that was shown')
        );
      const { key } = typed;
      await sendMessage(deps, request, reply, { kind: 'incident', id, name: 'approve', body, key, linked: mailed });
      return reply.redirect(noticeOf(id, obligation), 303);
    } catch (error) {
      const refusal = asShown(error);
      const visitor = visitorOf(request, sessions)!;
      const looked = await lookAt(client, id, policy).catch((cause) => {
        throw refusal.status === 403 ? refusal : refusalOf(cause);
      });
      const shown = { sent: { refusal, typed }, mailed };
      const body = await noticePage(looked, obligation, visitor, deps.texts, shown).catch(() => {
        throw refusal;
      });
      return sendPage(reply.code(refusal.status), { title: `Notice · ${id}`, body, visitor });
    }
  });
}

/** Throws a Refusal where a field was typed in a form that nobody can read. */
function mustBeRead(schema: Form['schema'], body: Record<string, unknown>): void {
  const wrong = unreadFields(schema, body);
  if (wrong.length > 0) throw new Refusal('invalid', 'correct the fields named', wrong);
}

/** What the server fills in is not needed. */
function withDefaults(schema: Form['schema']): Form['schema'] {
  return { ...schema, required: (schema.required ?? []).filter((name) => name !== 'detectedAt') };
}

/** What the form of a message to an incident offers, says and is filled in with. */
function ofIncident(name: string, looked: LookedAt, typed: Typed, actor: Actor): Partial<Form> {
  const { state } = looked.view;
  const choices = choicesOf(name, looked, typed);
  if (name === 'confirm') {
    const { fixed, ...confirmation } = confirmationOf(looked, typed);
    return { choices, ...confirmation, ...(fixed ? { fixed } : { isIdle: true }) };
  }
  // A refused close says itself what is in its way.
  if (name === 'close')
    return { choices, duties: dutiesOf(looked), ...(typed.key === undefined && { shown: inTheWay(looked, actor) }) };
  if (name === 'review' && state.review && typed.key === undefined) {
    const { rootCause, controls, shareSummary, summary } = state.review;
    const known = Object.entries({ rootCause, controls, shareSummary, summary });
    return { choices, typed: Object.fromEntries(known.map(([field, value]) => [field, typedOf(value)])) };
  }
  return { choices };
}

/** What still stands in the way of closing it. */
function inTheWay(looked: LookedAt, actor: Actor): Html {
  const { view, pack, known } = looked;
  if (!known)
    return say(
      'note',
      'The policy of this incident is not installed here, so only the incident itself can say what still stands in the way: try to close it.',
    );
  const problems = closeProblems(view.state, pack);
  if (problems.length === 0) return say('good', 'Nothing stands in the way.');
  const said =
    problems.length === 1 ? 'One thing still stands in the way' : `${problems.length} things still stand in the way`;
  return html`${say('warn', html`<b>${said}</b>`)}<section class="card"><h2>What to do next</h2>${stepsList(looked, actor)}</section>
<details class="card"><summary>All that is in the way</summary><ul class="stack">${problems.map((each) => html`<li>${withActs(byTitle(each, dutiesOf(looked)), actor)}</li>`)}</ul></details>`;
}
