/** The pages for people: forms and links that work without scripts, over the same client and rules as the API. */
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { html } from '../../platform/html';
import { ICON_SVG } from '../../platform/page-style';
import { STYLESHEET } from '../../platform/stylesheet';
import { ruleOf } from '../access';
import type { Sessions } from '../identity/sessions';
import { Refusal } from '../problem';
import { sendPage, type Visitor } from './layout';
import { type LoginDeps, loginPages } from './login-pages';

export interface PageDeps extends LoginDeps {
  /** The origin under which browsers reach the server; without it, that of this machine. */
  address?: string;
}

/** Kept by browsers for as long as they like: another version has another address. */
const KEPT = { 'cache-control': 'public, max-age=31536000, immutable' };

export async function pages(app: FastifyInstance, deps: PageDeps): Promise<void> {
  const { sessions } = deps;
  // Pages take forms alone, and the API none.
  app.removeAllContentTypeParsers();
  await app.register(formbody, { bodyLimit: 1_048_576 });
  app.addHook('preHandler', async (request) => {
    if (ruleOf(request.method, request.routeOptions.url) === 'anybody') return;
    // Here, and no earlier: what was typed into a form is shown to whoever must log in again.
    if (!request.session) throw notLoggedIn();
    if (request.method === 'POST') mustBeOfSession(request, sessions);
  });

  app.get('/style.css', async (_request, reply) =>
    reply.headers(KEPT).type('text/css; charset=utf-8').send(STYLESHEET),
  );
  app.get('/favicon.ico', async (_request, reply) => reply.headers(KEPT).type('image/svg+xml').send(ICON_SVG));
  loginPages(app, deps);
  app.get('/', async (request, reply) =>
    sendPage(reply, { title: 'Board', body: html`<h1>Board</h1>`, visitor: visitorOf(request, sessions), at: 'board' }),
  );
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

/** Who looks, for the frame of their page. */
export function visitorOf(request: FastifyRequest, sessions: Sessions): Visitor | undefined {
  const { session } = request;
  return session && { session, formToken: sessions.formToken(session) };
}
