import path from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { freePort } from '../../platform/free-port';
import { FaultBox, type FaultSettings } from '../faults';
import { requireSession } from '../gateway/session';
import { createLocalApp, type LocalServer, listen } from '../local-server';
import { RateLimiter } from '../rate-limit';
import { CloudflareFailure, failure, success } from './envelope';
import { recorderPage } from './pages';
import { type RecordedRequest, RequestLog } from './requests';
import { AccessRules, type RuleQuery, type RuleScope } from './rules';
import { Tokens } from './tokens';

export type { RecordedRequest } from './requests';
export type { AccessRule } from './rules';

/** How to start the recorder. */
export interface CloudflareRecorderOptions {
  /** Folder that keeps the rules, the hashes of token secrets and the calls. */
  dir: string;
  port?: number;
  /** Without it whoever reaches this machine's loopback reads what was recorded. */
  sessionKey?: string;
  /** Secrets in force at the start, by token id. */
  tokens?: Record<string, string>;
  /** Calls a second before 429; 200 by default. */
  ratePerSecond?: number;
  faults?: FaultSettings;
}

/** A recorder that is up. */
export interface CloudflareRecorder extends LocalServer {
  /** The `baseURL` for the `cloudflare` client. */
  cloudflareUrl: string;
  /** Base address of the signed webhooks: add a name of your choice. */
  hooksUrl: string;
  faults: FaultBox;
  requests(filter?: { method?: string; path?: string }): RecordedRequest[];
  rules(): ReturnType<AccessRules['all']>;
}

interface RuleParams {
  scope: string;
  id: string;
  rule: string;
}

/**
 * A local server that answers as Cloudflare's API does to the calls Tocsin makes (IP access rules, roll and verify of
 * API tokens) and changes nothing outside. Beside it, `/hooks/*` takes any signed webhook and answers `{ "ok": true }`.
 * All calls are listed at `/api/requests?method=&path=`. Rules and tokens survive a restart.
 */
export async function startCloudflareRecorder(options: CloudflareRecorderOptions): Promise<CloudflareRecorder> {
  const file = (name: string) => path.join(options.dir, name);
  const rules = new AccessRules(file('rules.json'));
  const tokens = new Tokens(file('tokens.json'), options.tokens ?? {});
  const log = new RequestLog(file('requests.jsonl'));
  const faults = new FaultBox(options.faults);
  const limiter = new RateLimiter();
  const app = createLocalApp();
  const port = options.port ?? (await freePort());
  // The API has a token of its own, and a webhook its signature.
  if (options.sessionKey) requireSession(app, options.sessionKey, port, ({ url }) => /^\/(client|hooks)\//.test(url));
  // The client sends a content type with an empty body too (roll, delete), and a webhook may send any.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string));
    } catch {
      done(new CloudflareFailure(400, 6003, 'Invalid request body: not JSON'), undefined);
    }
  });

  const record = (request: FastifyRequest, status: number) => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
    const webhook = id || signature ? ({ id, timestamp, signature } as RecordedRequest['webhook']) : undefined;
    const { method, url, body } = request;
    log.add({ at: new Date().toISOString(), method, path: url, status, body: body ?? undefined, webhook });
  };
  const answer = async (request: FastifyRequest, reply: FastifyReply, act: () => object) => {
    try {
      const status = await faults.before(request.url);
      if (status === 429) reply.header('retry-after', 1);
      if (status) throw new CloudflareFailure(status, status, 'The recorder was told to fail this request.');
      const body = act();
      if (faults.losesAnswer(reply)) {
        record(request, 0);
        return reply;
      }
      record(request, 200);
      return reply.send(body);
    } catch (error) {
      record(request, error instanceof CloudflareFailure ? error.statusCode : 500);
      throw error;
    }
  };

  app.setErrorHandler((error, _request, reply) => {
    const { statusCode = 500, code, message } = error as { statusCode?: number; code?: unknown; message: string };
    return reply.code(statusCode).send(failure(typeof code === 'number' ? code : statusCode, message));
  });
  app.setNotFoundHandler((request) => {
    record(request, 404);
    throw new CloudflareFailure(
      404,
      7003,
      `Could not route to ${request.url}, perhaps your object identifier is invalid?`,
    );
  });

  app.register(
    async (api) => {
      api.addHook('preHandler', async (request, reply) => {
        const rate = limiter.take(faults.current.ratePerSecond ?? options.ratePerSecond ?? 200);
        if (!rate.allowed) {
          faults.played++;
          reply.header('retry-after', rate.resetSeconds);
          record(request, 429);
          throw new CloudflareFailure(429, 10429, 'Rate limit exceeded');
        }
        const isVerify = request.url.endsWith('/tokens/verify');
        const secret = bearer(request);
        const refusal = !secret
          ? new CloudflareFailure(400, 9106, 'Authentication failed (status: 400): missing the Authorization header')
          : !isVerify && tokens.isFormer(secret)
            ? new CloudflareFailure(403, 10000, 'Authentication error')
            : undefined;
        if (!refusal) return;
        record(request, refusal.statusCode);
        throw refusal;
      });

      const base = '/:scope(accounts|zones)/:id/firewall/access_rules/rules';
      const scopeOf = (request: FastifyRequest): RuleScope => {
        const { scope, id } = request.params as RuleParams;
        return `${scope}/${id}`;
      };
      const ruleId = (request: FastifyRequest) => (request.params as RuleParams).rule;
      api.get(base, (request, reply) =>
        answer(request, reply, () => {
          const found = rules.list(scopeOf(request), request.query as RuleQuery);
          return success(found.rules, found.info);
        }),
      );
      api.post(base, (request, reply) =>
        answer(request, reply, () => success(rules.create(scopeOf(request), request.body))),
      );
      api.get(`${base}/:rule`, (request, reply) =>
        answer(request, reply, () => success(rules.get(scopeOf(request), ruleId(request)))),
      );
      api.patch(`${base}/:rule`, (request, reply) =>
        answer(request, reply, () => success(rules.edit(scopeOf(request), ruleId(request), request.body))),
      );
      api.delete(`${base}/:rule`, (request, reply) =>
        answer(request, reply, () => {
          rules.delete(scopeOf(request), ruleId(request));
          return success({ id: ruleId(request) });
        }),
      );
      for (const owner of ['/user', '/accounts/:account']) {
        api.put(`${owner}/tokens/:token/value`, (request, reply) =>
          answer(request, reply, () => success(tokens.roll((request.params as { token: string }).token))),
        );
        api.get(`${owner}/tokens/verify`, (request, reply) =>
          answer(request, reply, () => {
            const id = tokens.idOf(bearer(request)!);
            if (!id) throw new CloudflareFailure(401, 1000, 'Invalid API Token');
            return success({ id, status: 'active' });
          }),
        );
      }
    },
    { prefix: '/client/v4' },
  );

  app.all('/hooks/*', { bodyLimit: MOST_HOOK_BYTES, onRequest: refuseCrossSite }, (request, reply) =>
    answer(request, reply, () => ({ ok: true })),
  );
  app.get<{ Querystring: { method?: string; path?: string } }>('/api/requests', async ({ query }) => log.list(query));
  app.get('/', (_request, reply) => recorderPage(reply, rules.all(), log.list()));
  faults.route(app);

  const server = await listen(app, 'The Cloudflare recorder', port);
  return {
    ...server,
    cloudflareUrl: `${server.url}/client/v4`,
    hooksUrl: `${server.url}/hooks`,
    faults,
    requests: (filter) => log.list(filter),
    rules: () => rules.all(),
  };
}

/** A signed message of Tocsin has some hundred bytes. */
const MOST_HOOK_BYTES = 64 * 1024;

/** A web page is no sender of webhooks: browsers say where a request comes from, and programs do not. */
async function refuseCrossSite(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin === undefined && site === undefined) return undefined;
  return reply.code(403).send({ message: 'webhooks are not taken from web pages' });
}

function bearer(request: FastifyRequest): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
