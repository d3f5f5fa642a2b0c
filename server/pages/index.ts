/** The pages for people: forms and links that work without scripts, over the same client and rules as the API. */
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { COLLECTIONS } from '../../client/kinds';
import { ICON_SVG } from '../../platform/page-style';
import { STYLESHEET } from '../../platform/stylesheet';
import { allows, type Rule, ruleOf } from '../access';
import type { Actor } from '../identity/actor';
import { Refusal } from '../problem';
import { boardPage, openCases } from './board-page';
import { casePage, lookAtCase, OTHER_KINDS } from './case-page';
import { changePages, changesOf, changesOfBoard } from './changes';
import type { PageDeps } from './deps';
import { DOSSIER_POLICY, dossierFile } from './dossier-file';
import { asRefusal } from './form-errors';
import { formPages } from './form-pages';
import { incidentPage } from './incident-page';
import { sendPage } from './layout';
import { loginPages } from './login-pages';
import { lookAt } from './looked-at';
import { linkOfForm, targetOf } from './mailed-links';
import { noticePage } from './notice-page';
import { ownTextsPage } from './own-texts-page';
import { entriesPage, registerPage } from './register-page';
import { mustBeFresh, staleForm } from './sending';
import type { Typed } from './typed';
import { takeFiles } from './uploads';
import { visitorOf } from './visitor';

/** Kept by browsers for as long as they like: another version has another address. */
const KEPT = { 'cache-control': 'public, max-age=31536000, immutable' };

export async function pages(app: FastifyInstance, deps: PageDeps): Promise<void> {
  const { sessions, client, policy } = deps;
  // Pages take forms alone, and the API none.
  app.removeAllContentTypeParsers();
  await app.register(formbody, { bodyLimit: 1_048_576 });
  await takeFiles(app, mustBeAllowed);
  app.addHook('preHandler', async (request) => {
    const { url } = request.routeOptions;
    if (url === '/logout' && request.session) {
      request.stale = staleForm(request, sessions);
      mustBeFresh(request);
    }
    if (ruleOf(request.method, url) === 'anybody') return;
    // Here, and no earlier: what was typed into a form is shown to whoever must log in again.
    mustBeAllowed(request);
    if (request.method !== 'POST') return;
    request.stale = staleForm(request, sessions);
    if (!request.routeOptions.config.shownAgain) mustBeFresh(request);
  });

  app.get('/style.css', async (_request, reply) =>
    reply.headers(KEPT).type('text/css; charset=utf-8').send(STYLESHEET),
  );
  app.get('/favicon.ico', async (_request, reply) => reply.headers(KEPT).type('image/svg+xml').send(ICON_SVG));
  loginPages(app, deps);
  app.get('/', async (request, reply) => {
    const visitor = visitorOf(request, sessions)!;
    const lists = await openCases(client, deps.registered).catch(asRefusal);
    const changes = await changesOfBoard(client, lists).catch(asRefusal);
    const body = await boardPage(client, lists, visitor.session.actor, deps).catch(asRefusal);
    return sendPage(reply, { title: 'Board', body, visitor, at: 'board', changes });
  });
  app.get<{ Querystring: { t?: unknown } }>('/link', async (request, reply) =>
    reply.redirect(targetOf(deps.links, request.query.t), 303),
  );
  app.get<{ Params: { id: string } }>('/incidents/:id', async (request, reply) => {
    const { id } = request.params;
    const visitor = visitorOf(request, sessions)!;
    const looked = await lookAt(client, id, policy).catch(asRefusal);
    const body = incidentPage(looked, visitor.session.actor, await sessions.takeSaid(request, reply, id));
    return sendPage(reply, {
      title: `${looked.view.state.declaration.title} · ${id}`,
      body,
      visitor,
      changes: changesOf(looked),
    });
  });
  app.get<{ Params: { id: string; obligation: string }; Querystring: { link?: unknown } }>(
    '/incidents/:id/notices/:obligation',
    async (request, reply) => {
      const { id, obligation } = request.params;
      const visitor = visitorOf(request, sessions)!;
      const looked = await lookAt(client, id, policy).catch(asRefusal);
      const said = await sessions.takeSaid(request, reply, id);
      const mailed = linkOfForm(deps.links, request.query.link, { id, act: 'approve', obligation });
      const body = await noticePage(looked, obligation, visitor, deps.texts, { said, mailed });
      return sendPage(reply, { title: `Notice · ${id}`, body, visitor });
    },
  );
  app.get<{ Params: { id: string; obligation: string }; Querystring: Typed }>(
    '/incidents/:id/notices/:obligation/own',
    async (request, reply) => {
      const { id, obligation } = request.params;
      const looked = await lookAt(client, id, policy).catch(asRefusal);
      const body = await ownTextsPage(looked, obligation, request.query, deps.texts);
      return sendPage(reply, { title: `Notice · ${id}`, body, visitor: visitorOf(request, sessions)! });
    },
  );
  app.get<{ Params: { id: string; obligation: string; file: string } }>(
    '/incidents/:id/notices/:obligation/:file',
    async (request, reply) => {
      const { id, obligation, file } = request.params;
      const looked = await lookAt(client, id, policy).catch(asRefusal);
      const { type, text } = await dossierFile(looked, obligation, file, deps.texts);
      return reply.header('content-security-policy', DOSSIER_POLICY).type(type).send(text);
    },
  );
  for (const kind of OTHER_KINDS)
    app.get<{ Params: { id: string } }>(`/${COLLECTIONS[kind]}/:id`, async (request, reply) => {
      const { id } = request.params;
      const visitor = visitorOf(request, sessions)!;
      const looked = await lookAtCase(client, kind, id).catch(asRefusal);
      const body = casePage(looked, visitor.session.actor, await sessions.takeSaid(request, reply, id));
      return sendPage(reply, {
        title: `${looked.view.state.title} · ${id}`,
        body,
        visitor,
        changes: changesOf(looked),
      });
    });
  formPages(app, deps);
  changePages(app, client, deps.registered);
  app.get('/register', async (request, reply) =>
    sendPage(reply, {
      title: 'Register',
      body: await registerPage(deps.register),
      visitor: visitorOf(request, sessions)!,
      at: 'register',
    }),
  );
  app.get<{ Querystring: Typed }>('/register/case', async (request, reply) =>
    sendPage(reply, {
      title: 'Register',
      body: await entriesPage(deps.register, request.query),
      visitor: visitorOf(request, sessions)!,
      at: 'register',
    }),
  );
}

/** Throws a Refusal where nobody is logged in, or their roles do not allow it. */
function mustBeAllowed({ session, actor, method, routeOptions: { url } }: FastifyRequest): void {
  if (!session) throw notLoggedIn();
  const rule = ruleOf(method, url);
  if (rule === undefined || !allows(rule, actor.roles)) throw notAllowed(rule, actor);
}

export function notAllowed(rule: Rule | undefined, { roles }: Actor): Refusal {
  const forWhom =
    rule === undefined ? 'nobody may do this' : `this takes one of these roles: ${[rule].flat().join(', ')}`;
  // Mostly the claim was not asked for: whoever set the server up is to look there, and nobody else can help.
  const none =
    'your login brings no role: whoever runs the server must check that its scopes ask for the claim of the roles';
  return new Refusal('not-allowed', roles.length > 0 ? forWhom : `${none}; ${forWhom}`);
}

export function notLoggedIn(): Refusal {
  return new Refusal('no-session', 'log in, and open the page again');
}
