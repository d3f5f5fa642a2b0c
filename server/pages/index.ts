/** The pages for people: forms and links that work without scripts, over the same client and rules as the API. */
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ICON_SVG } from '../../platform/page-style';
import { STYLESHEET } from '../../platform/stylesheet';
import { ruleOf } from '../access';
import { refusalOf } from '../api/failures';
import type { Sessions } from '../identity/sessions';
import { Refusal } from '../problem';
import { boardPage } from './board-page';
import type { PageDeps } from './deps';
import { formPages } from './form-pages';
import { incidentPage } from './incident-page';
import { sendPage } from './layout';
import { loginPages } from './login-pages';
import { lookAt } from './looked-at';
import { noticePage } from './notice-page';
import { visitorOf } from './visitor';

/** Kept by browsers for as long as they like: another version has another address. */
const KEPT = { 'cache-control': 'public, max-age=31536000, immutable' };

export async function pages(app: FastifyInstance, deps: PageDeps): Promise<void> {
  const { sessions, client, policy } = deps;
  // Pages take forms alone, and the API none.
  app.removeAllContentTypeParsers();
  await app.register(formbody, { bodyLimit: 1_048_576 });
  app.addHook('preHandler', async (request) => {
    const { url } = request.routeOptions;
    if (url === '/logout' && request.session) mustBeOfSession(request, sessions);
    if (ruleOf(request.method, url) === 'anybody') return;
    // Here, and no earlier: what was typed into a form is shown to whoever must log in again.
    if (!request.session) throw notLoggedIn();
    if (request.method === 'POST') mustBeOfSession(request, sessions);
  });

  app.get('/style.css', async (_request, reply) =>
    reply.headers(KEPT).type('text/css; charset=utf-8').send(STYLESHEET),
  );
  app.get('/favicon.ico', async (_request, reply) => reply.headers(KEPT).type('image/svg+xml').send(ICON_SVG));
  loginPages(app, deps);
  app.get('/', async (request, reply) => {
    const visitor = visitorOf(request, sessions)!;
    const body = await boardPage(client, visitor.session.actor, policy).catch(asRefusal);
    return sendPage(reply, { title: 'Board', body, visitor, at: 'board' });
  });
  app.get<{ Params: { id: string } }>('/incidents/:id', async (request, reply) => {
    const { id } = request.params;
    const visitor = visitorOf(request, sessions)!;
    const looked = await lookAt(client, id, policy).catch(asRefusal);
    const body = incidentPage(looked, visitor.session.actor, await sessions.takeSaid(request, reply, id));
    return sendPage(reply, { title: `${looked.view.state.declaration.title} · ${id}`, body, visitor });
  });
  app.get<{ Params: { id: string; obligation: string } }>(
    '/incidents/:id/notices/:obligation',
    async (request, reply) => {
      const { id, obligation } = request.params;
      const visitor = visitorOf(request, sessions)!;
      const looked = await lookAt(client, id, policy).catch(asRefusal);
      const body = await noticePage(looked, obligation, visitor, deps.readText);
      return sendPage(reply, { title: `Notice · ${id}`, body, visitor });
    },
  );
  formPages(app, deps);
}

function asRefusal(error: unknown): never {
  throw refusalOf(error);
}

/** A form of another session, or of another site, sends nothing. */
function mustBeOfSession(request: FastifyRequest, sessions: Sessions): void {
  const { csrf } = (request.body ?? {}) as { csrf?: unknown };
  if (sessions.isFormToken(request.session!, csrf)) return;
  throw new Refusal('stale-form', 'it was opened by somebody else or before you logged in: open it again');
}

export function notLoggedIn(): Refusal {
  return new Refusal('no-session', 'log in, and open the page again');
}
