/** The server through which people and tools act: who asks is found out before anything of the request is read. */
import cors from '@fastify/cors';
import type { PayloadCodec } from '@temporalio/common';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { unanswered } from '../client/answers';
import type { TocsinClient } from '../client/tocsin-client';
import { logRefusal, sendProblem } from '../platform/http-problem';
import { SECURITY_HEADERS, SERVER_OPTIONS } from '../platform/http-server';
import { isLoopbackHost } from '../platform/loopback-host';
import { allows, isPage, methodsAt, ruleOf } from './access';
import { isCaseId } from './api/bodies';
import { asOfLooking, noSuchCase } from './api/failures';
import { type LoginOffer, RESOURCE_METADATA, resourceMetadata } from './api/resource-metadata';
import { apiRoutes } from './api/routes';
import { type CallbackDeps, callbacks } from './callbacks';
import { type CodecOptions, codecRoutes } from './codec/codec-routes';
import { inOnesName } from './codec/in-ones-name';
import { httpMetrics } from './http-metrics';
import type { Actor, Authenticator } from './identity/actor';
import { mustBeOurs } from './identity/own-origin';
import { unlessLost } from './lost-case';
import { notAllowed, notLoggedIn, pages } from './pages';
import type { PageDeps } from './pages/deps';
import { PAGE_HEADERS } from './pages/layout';
import { sendPageProblem } from './pages/problem-page';
import { visitorOf } from './pages/visitor';
import { type ProblemKind, Refusal } from './problem';

/** What the server is made of. */
export interface ServerDeps {
  authenticator: Authenticator;
  /** Nobody proves who they are: it answers this machine alone. */
  local: boolean;
  /** Of pages that may use it. */
  origins: readonly string[];
  /** How tools and the command line get a token; without it nobody proves who they are. */
  login?: LoginOffer | undefined;
  /** Opens and seals; without one nothing is sealed. */
  codec?: PayloadCodec;
  namespace: string;
  client: TocsinClient;
  /** Rejects while Temporal does not answer. Asked by `/readyz`. */
  temporal: () => Promise<unknown>;
  pages: Omit<PageDeps, 'local' | 'authenticator' | 'client'>;
  /** What paging services are known by that call back. */
  callbacks?: Pick<CallbackDeps, 'settings' | 'rota' | 'post'>;
  /** Told of each route as it is added, as `METHOD path`. */
  onRoute?: (route: string) => void;
  /** Gets how many requests there are, and how long they take. */
  metrics?: Registry;
  /** Gets faults and refusals by their kind; never a header, a body, an id or a secret. */
  log?: Logger;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; there on every route that is not for anybody. */
    actor: Actor;
  }
}

const HEADERS = { ...SECURITY_HEADERS, vary: 'authorization, origin' } as const;

/** Builds the server; `listen` or `inject` starts it. */
export async function createServer(deps: ServerDeps): Promise<FastifyInstance> {
  const { authenticator, local, codec, namespace, log } = deps;
  // Where nobody proves who they are, no page of any site may ask, whatever the settings say.
  const origins = local ? [] : deps.origins;
  const { sessions, address } = deps.pages;
  const app = Fastify({
    ...SERVER_OPTIONS,
    frameworkErrors: (error, _request, reply) => send(reply.headers(HEADERS), refusalOf(error)),
    // An id of the case as it was sent: no second spelling of one reaches it.
    routerOptions: { maxParamLength: 200, caseSensitive: true, ignoreTrailingSlash: false },
  });
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('actor');
  if (deps.metrics) httpMetrics(app, deps.metrics);
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      if (ruleOf(each, url) === undefined)
        throw new Error(`${each} ${url}: server/access.ts does not say who may use it`);
      deps.onRoute?.(`${each} ${url}`);
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(isForBrowsers(request) ? { ...HEADERS, ...PAGE_HEADERS } : HEADERS);
    if (local && !isLoopbackHost(request.hostname))
      throw new Refusal('wrong-host', 'without an issuer it answers on loopback only');
    if (isForBrowsers(request)) return mustBeOurs(request, address);
    const { origin } = request.headers;
    if (origin !== undefined && !origins.includes(origin))
      throw new Refusal('foreign-origin', 'the origins that may use it are listed in TOCSIN_SERVER_ORIGINS');
  });
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-none-match', 'x-namespace'],
    exposedHeaders: ['etag', 'location'],
    maxAge: 600,
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) return mustTake(request, reply);
    const rule = ruleOf(request.method, request.routeOptions.url);
    const page = isPage(request.method, request.routeOptions.url);
    if (page) request.session = await sessions.of(request);
    if (rule === 'anybody' || rule === 'signed') return;
    if (page && !request.session) {
      if (request.method === 'GET') throw notLoggedIn();
      return;
    }
    request.actor = request.session?.actor ?? (await authenticator.authenticate(request.headers.authorization));
    if (rule !== undefined && allows(rule, request.actor.roles)) return;
    // Of a page only once its form is read, so that what was typed is not lost.
    if (page && request.method === 'POST') return;
    throw notAllowed(rule, request.actor);
  });
  const answerProblem = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal) =>
    isForBrowsers(request)
      ? sendPageProblem(request, reply, refusal, visitorOf(request, sessions))
      : send(reply, refusal);
  app.setNotFoundHandler((request, reply) =>
    answerProblem(
      request,
      reply,
      new Refusal(
        'not-found',
        isForBrowsers(request)
          ? 'the address may be mistyped, or what it led to is no longer there'
          : 'see /openapi.json for what the API has',
      ),
    ),
  );
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const told = refusalOf(error, request.routeOptions.bodyLimit);
    const known = await unlessLost(told, deps.pages.registered);
    const refusal = request.method === 'GET' ? asOfLooking(known) : known;
    logRefusal(log, refusal, { route: request.routeOptions.url });
    return answerProblem(request, reply, refusal);
  });

  app.get('/healthz', async () => ({ status: 'live' }));
  app.get('/readyz', async (_request, reply) => {
    const [temporal, issuer] = await Promise.all([
      outcomeOf(deps.temporal(), unanswered),
      outcomeOf(authenticator.ready(), () => 'does not give its keys: check TOCSIN_OIDC_ISSUER'),
    ]);
    const ready = temporal === 'ok' && issuer === 'ok';
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', parts: { temporal, issuer } });
  });
  app.get(RESOURCE_METADATA, async ({ host, hostname }) => resourceMetadata({ host, hostname }, deps.login, address));
  app.get('/v1/me', async ({ actor: { by, roles } }) => ({ by, roles }));
  apiRoutes(app, deps.client, deps.pages.registered);
  const admit: CodecOptions['admit'] = (payload, { actor, params }) => {
    if (!isCaseId((params as { workflowId: string }).workflowId)) throw noSuchCase();
    return inOnesName(actor, payload);
  };
  if (codec) codecRoutes(app, { codec, namespace, admit });
  await app.register(pages, { ...deps.pages, local, authenticator, client: deps.client });
  if (deps.callbacks)
    await app.register(callbacks, { ...deps.callbacks, client: deps.client, links: deps.pages.links, log });
  return app;
}

/** RFC 9110 section 15.5.6: told before a body is looked at, which another method may not have. */
function mustTake({ method, url }: FastifyRequest, reply: FastifyReply): void {
  const methods = methodsAt(url);
  if (methods.length === 0 || methods.includes(method)) return;
  reply.header('allow', methods.join(', '));
  throw new Refusal('wrong-method', `it takes ${methods.join(' and ')}`);
}

/** A page, or what a person typed into a browser and there is none of. */
function isForBrowsers({ method, routeOptions, is404, headers, url }: FastifyRequest): boolean {
  if (!is404) return isPage(method, routeOptions.url);
  return method === 'GET' && !/^\/(v1|codec)\//.test(url) && (headers.accept ?? '').includes('text/html');
}

async function outcomeOf(probe: Promise<unknown>, missing: (error: unknown) => string): Promise<string> {
  return probe.then(() => 'ok', missing);
}

function send(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return sendProblem(reply, refusal, CHALLENGES[refusal.kind]);
}

/** RFC 6750 section 3: without a token no error is told. */
const CHALLENGES: Partial<Record<ProblemKind, string>> = {
  'no-token': 'Bearer realm="tocsin"',
  'invalid-token': 'Bearer realm="tocsin", error="invalid_token"',
  'not-allowed': 'Bearer realm="tocsin", error="insufficient_scope"',
};

/** What Fastify refuses, in the same form. Of a fault that nobody thought of nothing is told. */
function refusalOf(error: FastifyError, most: number = SERVER_OPTIONS.bodyLimit): Refusal {
  if (error instanceof Refusal) return error;
  const { statusCode = 500 } = error;
  if (statusCode === 413) return new Refusal('too-large', `send at most ${most} bytes`);
  if (statusCode === 415) return new Refusal('wrong-content-type', 'send it as application/json');
  if (statusCode < 500) return new Refusal('bad-request', 'the request is not whole, or its body is not JSON');
  const refusal = new Refusal('fault', 'whether it was done is not known: look before you send it again');
  refusal.cause = error;
  return refusal;
}
