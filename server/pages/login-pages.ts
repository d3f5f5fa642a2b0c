/** Logging in and out. With an issuer the browser is sent there; without one, one person gives the key of the session. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { html } from '../../platform/html';
import type { Actor, Authenticator } from '../identity/actor';
import type { OidcLogin } from '../identity/login';
import type { Sessions } from '../identity/sessions';
import { Refusal } from '../problem';
import { say, sendPage } from './layout';

export interface LoginDeps {
  sessions: Sessions;
  /** With an issuer; `undefined` where nothing is set up for people. */
  login?: OidcLogin;
  /** Without one: takes the key. */
  local: boolean;
  authenticator: Authenticator;
}

type Asked = { Querystring: { to?: unknown; key?: unknown } };

export function loginPages(app: FastifyInstance, { sessions, login, local, authenticator }: LoginDeps): void {
  app.get<Asked>('/login', async (request, reply) => {
    const to = pathOf(request.query.to);
    if (local) {
      const { key } = request.query;
      if (typeof key !== 'string') return keyPage(reply, to);
      return enter(request, reply, await byKey(authenticator, key), to);
    }
    if (!login)
      throw new Refusal(
        'unavailable',
        'nobody can log in here: TOCSIN_OIDC_CLIENT_ID and TOCSIN_SERVER_URL are not set. The API takes tokens',
      );
    const { url, pending } = await login.begin(to);
    await sessions.keepLogin(reply, pending);
    return reply.redirect(url, 303);
  });

  app.post('/login', async (request, reply) => {
    if (!local) throw new Refusal('not-found', 'log in with your identity provider: open /login');
    const { key, to } = (request.body ?? {}) as { key?: unknown; to?: unknown };
    const actor = await byKey(authenticator, String(key ?? '').trim()).catch((error) => {
      if (error instanceof Refusal && error.status === 401) return undefined;
      throw error;
    });
    if (actor) return enter(request, reply, actor, pathOf(to));
    return keyPage(reply.code(401), pathOf(to), 'This is not the key of the session.');
  });

  app.get('/callback', async (request, reply) => {
    if (!login) throw new Refusal('not-found', 'nobody logs in here by an issuer');
    const query = request.url.split('?')[1] ?? '';
    const pending = await sessions.takeLogin(request, reply, new URLSearchParams(query).get('state'));
    return enter(request, reply, await login.finish(query, pending), pathOf(pending.to));
  });

  app.post('/logout', async (_request, reply) => {
    sessions.end(reply);
    return reply.redirect('/logged-out', 303);
  });

  app.get('/logged-out', async (_request, reply) =>
    sendPage(reply, {
      title: 'Logged out',
      body: html`<div class="head"><h1>You are logged out of Tocsin</h1>
<p class="soft">${!local && 'Your identity provider may still know you: log out there too on a machine that is not yours.'}</p></div>
<p><a class="button" href="/login">Log in</a></p>`,
    }),
  );

  async function enter(request: FastifyRequest, reply: FastifyReply, actor: Actor, to: string) {
    await sessions.begin(request, reply, actor);
    return reply.redirect(to, 303);
  }
}

/** A path of this server and nothing else, so that no link leads somebody who logs in to another site. */
export function pathOf(to: unknown): string {
  if (typeof to !== 'string' || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,700}$/.test(to)) return '/';
  const { origin, pathname, search } = new URL(to, 'http://here.invalid');
  if (origin !== 'http://here.invalid' || pathname.startsWith('//') || LOGINS.includes(pathname)) return '/';
  return `${pathname}${search}`;
}

/** Of these none is a place that somebody wanted to see. */
const LOGINS = ['/login', '/callback', '/logout', '/logged-out'];

function byKey(authenticator: Authenticator, key: string): Promise<Actor> {
  return authenticator.authenticate(`Bearer ${key}`);
}

function keyPage(reply: FastifyReply, to: string, wrong?: string): FastifyReply {
  return sendPage(reply, {
    title: 'Log in',
    body: html`<div class="head prose"><h1>Log in</h1>
<p>This server serves one person on this machine. Give the key of the session from the file that <code>tocsin up</code> or <code>tocsin serve</code> named. On a terminal it also printed a link to the board that carries the key.</p></div>
${wrong && say('bad', wrong, 'alert')}
<form class="form" method="post" action="/login">
<input type="hidden" name="to" value="${to}">
<div class="field"><label for="key">Key of the session</label>
<input id="key" name="key" type="password" autocomplete="off" required></div>
<div class="acts"><button>Log in</button></div>
</form>`,
  });
}
