/** The REST API: one route a message and a view, for every kind of case, over the typed client. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AfterClosing, isAfterClosing, type KindName, type MessageName } from '../../client/kinds';
import type { RegisteredCases } from '../../client/lost-cases';
import type { TocsinClient } from '../../client/tocsin-client';
import type { Receipt } from '../../domain/case/contract';
import { REPEATED } from '../../domain/case/messages';
import { listed } from '../listed';
import { mustBeFree } from '../lost-case';
import { Refusal } from '../problem';
import { declarationOf, digestOfKey, keyOf, messageOf, receiptUnderKey } from './bodies';
import { mustBeSame } from './declared';
import { noSuchCase, refusalOf } from './failures';
import { COLLECTIONS, KIND_NAMES, messagesOf, VIEWS } from './kinds';
import { mustBe, mustBeNamed } from './must-be';
import { openapi } from './openapi';
import { pageAsked, pageOf } from './page';

type OfCase = { Params: { id: string } };

/** More than these a list does not look at. */
const MOST_LISTED = 5_000;

export function apiRoutes(app: FastifyInstance, client: TocsinClient, registered?: RegisteredCases): void {
  const document = openapi();
  app.get('/openapi.json', async () => document);
  app.post('/v1/incidents', (request, reply) => answered(() => declare(client, request, reply, registered)));
  for (const kind of KIND_NAMES) routesOf(app, client, kind, registered);
}

function routesOf(app: FastifyInstance, client: TocsinClient, kind: KindName, registered?: RegisteredCases): void {
  const all = `/v1/${COLLECTIONS[kind]}`;
  app.get(all, ({ query }) =>
    answered(async () => {
      const asked = pageAsked(query);
      const { cases, cut, unread } = await listed(client, kind, { open: asked.open, limit: MOST_LISTED }, registered);
      return { ...pageOf(cases, asked), ...((cut || unread) && { incomplete: true }), ...(unread && { unread }) };
    }),
  );
  app.get<OfCase>(`${all}/:id`, (request, reply) =>
    answered(async () => {
      const { id } = request.params;
      await mustBe(client, kind, id);
      const view = await client.view<KindName>(id);
      if (!view) throw new Refusal('unavailable', 'the case is not opened yet: ask again', [], 1);
      const { clock: _, ...stands } = view;
      // Of the state alone: the clock has moved whenever one looks.
      return cached(request, reply, stands, { id, kind, ...view });
    }),
  );
  for (const view of VIEWS[kind])
    app.get<OfCase>(`${all}/:id/${view}`, (request, reply) =>
      answered(async () => {
        const { id } = request.params;
        await mustBe(client, kind, id);
        const answer = await viewed(client, id, view);
        return cached(request, reply, answer, answer);
      }),
    );
  for (const name of messagesOf(kind))
    app.post<OfCase>(`${all}/:id/${name}`, ({ params: { id }, body, actor, headers }, reply) =>
      answered(async () => {
        const key = keyOf(headers['idempotency-key'], actor, id, name);
        const message = messageOf(kind, name, body, actor, key) as never;
        const isWaitedFor = !asksForNoReceipt(headers.prefer);
        if (isWaitedFor && !isAfterClosing(kind, name)) {
          mustBeNamed(kind, id);
          return receiptOf(client.send(id, name as MessageName, message)).catch(async (error) => {
            // Only a case of this kind takes it, so that it is looked for only where it was not taken.
            await mustBe(client, kind, id);
            throw error;
          });
        }
        await mustBe(client, kind, id);
        if (isWaitedFor) return receiptOf(client.sendEvenIfClosed(id, name as AfterClosing, message));
        await client.signal(id, name as MessageName, message);
        return reply.code(202).header('preference-applied', 'respond-async').send({});
      }),
    );
}

/** What a message that is waited for caused, as it is answered; `repeated`: it had been sent before. */
async function receiptOf(given: Promise<Receipt>): Promise<object> {
  const receipt = receiptUnderKey(await given);
  return receipt.note === REPEATED ? { ...receipt, repeated: true } : receipt;
}

async function viewed(client: TocsinClient, id: string, view: (typeof VIEWS)[KindName][number]): Promise<object> {
  if (view === 'timeline') return { items: await client.timeline<KindName>(id) };
  if (view === 'explain') return { items: await client.explain(id) };
  const standing = await client.stands(id);
  if (standing === undefined) throw noSuchCase();
  return typeof standing === 'object' ? { standing: 'stopped', ...standing } : { standing };
}

/** RFC 7240 section 4.1: whoever asks so hears that the message is on its way, and not what becomes of it. */
function asksForNoReceipt(prefer: string | string[] | undefined): boolean {
  const preferences = [prefer ?? []].flat().flatMap((each) => each.split(','));
  return preferences.some((each) => each.trim().toLowerCase() === 'respond-async');
}

async function declare(
  client: TocsinClient,
  { body, actor, headers }: FastifyRequest,
  reply: FastifyReply,
  registered: RegisteredCases | undefined,
) {
  const key = digestOfKey(headers['idempotency-key'], actor, ['declare']);
  const declaration = declarationOf(body, actor, key, new Date());
  // Of those that were made up here none is taken.
  if (key !== undefined || (body as { id?: unknown }).id !== undefined)
    await mustBeFree(client, (declaration as { id?: unknown }).id, registered);
  const started = await client.declare({ declaration: declaration as never });
  const { id, created } = started;
  if (!created) await mustBeSame(client, id, body as object, declaration, key === undefined ? 'refused' : 'key-used');
  reply.header('location', `/v1/incidents/${id}`).code(created ? 201 : 200);
  return started;
}

/** With an ETag of what may change; 304 where whoever asks has it. They may see it, or they would not have come here. */
function cached(request: FastifyRequest, reply: FastifyReply, stands: unknown, body: unknown): unknown {
  const etag = `W/"${createHash('sha256').update(JSON.stringify(stands)).digest('base64url').slice(0, 27)}"`;
  reply.header('etag', etag);
  const known = request.headers['if-none-match']?.split(',').map((each) => each.trim()) ?? [];
  return known.includes(etag) ? reply.code(304).send() : body;
}

async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw refusalOf(error);
  }
}
