/** A page for each message: its form, and what becomes of it. A form has a key, by which a double click counts once. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KINDS, type MessageName } from '../../client/kinds';
import { isAfterClosing } from '../../domain/incident/after-closing';
import { DeclarationSchema } from '../../domain/incident/incident';
import { INCIDENT_MESSAGES } from '../../domain/incident/messages';
import { isSettled } from '../../domain/incident/state';
import { type Html, html } from '../../platform/html';
import { commandIdOf, declarationOf, digestOfKey, messageOf, OF_THE_DECLARATION, OF_THE_SERVER } from '../api/bodies';
import { mustBeSame, opened } from '../api/declared';
import { refusalOf } from '../api/failures';
import { messagesOf } from '../api/kinds';
import { Refusal } from '../problem';
import { confirmationOf } from './confirmation';
import type { PageDeps } from './deps';
import { fieldsOf, messageTyped, schemaOf, type Typed } from './fields';
import { sendPage } from './layout';
import { addressOf, LINKED, words } from './links';
import { type LookedAt, lookAt } from './looked-at';
import { noticePage } from './notice-page';
import { isUnknown, keyAfter, refusalBox } from './refusal-box';
import { visitorOf } from './visitor';

type OfCase = { Params: { id: string } };
interface Form {
  title: string;
  about?: string;
  action: string;
  schema: ReturnType<typeof schemaOf>;
  without: readonly string[];
  typed: Typed;
  choices: Record<string, { value: string; text: string }[]>;
  back: string;
  /** What the form is about, before its fields. */
  shown?: Html;
  /** What it sends beside what is typed. */
  fixed?: Record<string, string>;
}

export function formPages(app: FastifyInstance, deps: PageDeps): void {
  const { client, sessions, policy } = deps;
  const declaration: Omit<Form, 'typed'> = {
    title: 'Declare an incident',
    about:
      'Tocsin watches every deadline from the moment you declare; some count from earlier, such as the detection. What you do not know yet can follow.',
    action: '/incidents',
    schema: withDefaults(schemaOf(DeclarationSchema)),
    without: [...OF_THE_DECLARATION, 'id', 'source', 'owner', 'assessment'],
    choices: {},
    back: '/',
  };
  app.get('/incidents/new', async (request, reply) =>
    send(request, reply, { ...declaration, typed: { kind: 'security-incident' } }),
  );
  app.post('/incidents', async (request, reply) => {
    const typed = request.body as Typed;
    try {
      const digest = digestOfKey(typed.key, request.actor, ['declare']);
      const body = messageTyped(declaration.schema, { ...typed, id: undefined });
      const declared = declarationOf(body, request.actor, digest, new Date());
      const { id, created } = await client.declare({ declaration: declared as never });
      if (!created) await mustBeSame(client, id, body, declared);
      const isOpened = await opened(client, id).then(
        () => true,
        () => false,
      );
      return isOpened ? reply.redirect(addressOf(id), 303) : opensSoon(request, reply, id);
    } catch (error) {
      return refused(request, reply, error, { ...declaration, typed });
    }
  });

  for (const name of messagesOf('incident')) {
    const schema = schemaOf(KINDS.incident.messages[name as 'close']);
    const formOf = (looked: LookedAt, typed: Typed): Form => ({
      title: words(name),
      about: `${INCIDENT_MESSAGES[name]!.description}.`,
      action: `${addressOf(looked.id)}/${name}`,
      schema,
      without: [...OF_THE_SERVER, ...(name === 'approve' ? ['draft'] : [])],
      typed,
      choices: choicesOf(looked),
      back: addressOf(looked.id),
      ...(name === 'confirm' && confirmationOf(looked, typed)),
    });
    app.get<OfCase & { Querystring: Typed }>(`/incidents/:id/${name}`, async (request, reply) => {
      const { obligation } = request.query;
      const { id } = request.params;
      // A text is approved where it stands.
      if (name === 'approve')
        return reply.redirect(
          typeof obligation === 'string' ? `${addressOf(id)}/notices/${encodeURIComponent(obligation)}` : addressOf(id),
          303,
        );
      const filled = Object.fromEntries(LINKED.map((field) => [field, request.query[field]]));
      const looked = await look(id);
      return send(request, reply, formOf(looked, filled));
    });
    app.post<OfCase>(`/incidents/:id/${name}`, async (request, reply) => {
      const { id } = request.params;
      const typed = request.body as Typed;
      const looked = await look(id);
      try {
        const commandId = commandIdOf(typed.key ?? '', request.actor, id, name);
        const body = messageTyped(schema, typed);
        if (name === 'approve' && body.draft === undefined)
          throw new Refusal('invalid', 'read the notice first: what is approved is the text that was shown');
        const message = messageOf('incident', name, body, request.actor, commandId) as never;
        const receipt = await (isAfterClosing({ message: name })
          ? client.sendEvenIfClosed(id, name as 'link', message)
          : client.send(id, name as MessageName, message));
        const entries = receipt.events
          .filter(({ kind }) => kind !== 'noted')
          .map(({ seq }) => seq)
          .slice(0, 50);
        await sessions.say(reply, {
          id,
          message: name,
          entries,
          ...(receipt.note && { note: receipt.note.slice(0, 500) }),
        });
        return reply.redirect(addressOf(id), 303);
      } catch (error) {
        if (name === 'approve' && typeof typed.obligation === 'string')
          return notApproved(request, reply, error, typed, typed.obligation);
        return refused(request, reply, error, formOf(looked, typed));
      }
    });
  }

  async function look(id: string): Promise<LookedAt> {
    return lookAt(client, id, policy).catch((error) => {
      throw refusalOf(error);
    });
  }

  function opensSoon(request: FastifyRequest, reply: FastifyReply, id: string): FastifyReply {
    return sendPage(reply.code(202), {
      title: 'Declared',
      visitor: visitorOf(request, sessions)!,
      body: html`<div class="head prose"><h1>${id} is declared</h1><p>Its page opens in a moment. If it does not, ask whether a worker is running.</p></div>
<p class="acts"><a class="button" href="${addressOf(id)}">Open ${id}</a></p>`,
    });
  }

  function refused(request: FastifyRequest, reply: FastifyReply, error: unknown, form: Form): FastifyReply {
    const refusal = refusalOf(error);
    if (!(refusal instanceof Refusal)) throw refusal;
    return send(request, reply.code(refusal.status), form, refusal);
  }

  /** The notice itself again, with what was wrong: a text is approved where it stands. */
  async function notApproved(
    request: FastifyRequest,
    reply: FastifyReply,
    error: unknown,
    typed: Typed,
    obligation: string,
  ): Promise<FastifyReply> {
    const refusal = refusalOf(error);
    if (!(refusal instanceof Refusal)) throw refusal;
    const { id } = request.params as OfCase['Params'];
    const visitor = visitorOf(request, sessions)!;
    const body = await noticePage(await look(id), obligation, visitor, deps.readText, { refusal, typed });
    return sendPage(reply.code(refusal.status), { title: `Notice · ${id}`, body, visitor });
  }

  function send(request: FastifyRequest, reply: FastifyReply, form: Form, refusal?: Refusal): FastifyReply {
    const visitor = visitorOf(request, sessions)!;
    const { typed, schema, choices, shown } = form;
    // Sent again as it was, while nobody knows whether it was taken.
    const asSent = refusal !== undefined && isUnknown(refusal);
    const fixed = Object.entries(form.fixed ?? {}).map(([name, value]): [string, string] => {
      const before = typed[name];
      return [name, asSent && typeof before === 'string' ? before : value];
    });
    const isShown = fixed.every(([name, value]) => form.fixed?.[name] === value);
    const without = [...form.without, ...fixed.map(([name]) => name)];
    const wrong = new Map(refusal?.errors.map(({ field, problem }) => [field, problem]));
    const names = Object.keys(schema.properties ?? {}).filter((name) => !without.includes(name));
    return sendPage(reply, {
      title: form.title,
      visitor,
      ...(form.action === '/incidents' && { at: 'declare' as const }),
      body: html`<div class="head prose"><p><a href="${form.back}">Back</a></p><h1>${form.title}</h1><p class="soft">${form.about}</p></div>
${refusal && refusalBox(refusal, names)}
${isShown && shown}
<form class="form" method="post" action="${form.action}">
<input type="hidden" name="csrf" value="${visitor.formToken}"><input type="hidden" name="key" value="${keyAfter(refusal && { refusal, typed })}">${fixed.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${fieldsOf(schema, { typed, wrong, without, choices })}
<div class="acts"><button>${form.title}</button><a class="button plain" href="${form.back}">Cancel</a></div>
</form>`,
    });
  }
}

/** What the server fills in is not needed. */
function withDefaults(schema: Form['schema']): Form['schema'] {
  return { ...schema, required: (schema.required ?? []).filter((name) => name !== 'detectedAt') };
}

/** What of this incident a form lets choose. */
function choicesOf({ view: { state }, pack }: LookedAt): Form['choices'] {
  const all = Object.values(state.obligations);
  const titles = new Map(pack.obligations.map(({ id, title }) => [id, title]));
  const sorted = [...all.filter((o) => !isSettled(o)), ...all.filter(isSettled)];
  return {
    obligation: sorted.map((o) => ({ value: o.id, text: `${titles.get(o.rule) ?? o.id} (${o.id})` })),
    ...(Object.keys(state.containment).length > 0 && {
      undo: Object.keys(state.containment).map((id) => ({ value: id, text: id })),
    }),
  };
}
