/** The HTTP edge: signed webhooks of the sources, health, and whatever plugins add. */
import Fastify, { type FastifyError, type FastifyInstance, type FastifyPluginAsync, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { logRefusal, sendProblem } from '../../../platform/http-problem';
import { SECURITY_HEADERS, SERVER_OPTIONS } from '../../../platform/http-server';
import type { Source } from '../config';
import { Refusal, type RefusalKind } from '../refusal';
import type { Health } from './health';
import { type Received, Receiver, type ReceiverDeps, unavailable } from './receiver';

/** What the intake server is made of. */
export interface IntakeDeps extends ReceiverDeps {
  sources: readonly Source[];
  /** Asked by `/readyz`. */
  health: Health;
  /** Further routes, each in a scope of its own: its parsers, hooks and error handler touch nothing else. */
  plugins?: FastifyPluginAsync[];
  /** Addresses and ranges of proxies, beside those on this machine, whose X-Forwarded-For is believed. */
  trustedProxies?: string[];
  /** Told of each route as it is added, as `METHOD path`. */
  onRoute?: (route: string) => void;
  /** Bytes of a body that are read at most; 1 MiB by default. */
  bodyLimit?: number;
  /** Gets refusals and faults: the source, the kind and codes; never a header, a body or a secret. */
  log?: Logger;
}

/** Builds the server; `listen` or `inject` starts it. Stop it with `drain`. */
export async function createIntake(deps: IntakeDeps): Promise<FastifyInstance> {
  const { health, log, bodyLimit = SERVER_OPTIONS.bodyLimit } = deps;
  const receiver = new Receiver(deps.sources, deps);
  const app = Fastify({
    ...SERVER_OPTIONS,
    bodyLimit,
    trustProxy: ['loopback', ...(deps.trustedProxies ?? [])],
  });
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) deps.onRoute?.(`${each} ${url}`);
  });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    done();
  });
  app.setNotFoundHandler((_request, reply) =>
    send(reply, new Refusal('unknown-source', 'there is nothing at this address')),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = refusalOf(error, bodyLimit);
    const { source } = (request.params ?? {}) as { source?: string };
    logRefusal(log, refusal, refusal.kind === 'unknown-source' ? {} : { source });
    return send(reply, refusal);
  });

  app.get('/livez', async () => ({ status: 'live' }));
  app.get('/readyz', async (_request, reply) => {
    const { ready, parts } = await health.look();
    const draining = isDraining.has(app);
    return reply
      .code(ready && !draining ? 200 : 503)
      .send({ status: draining ? 'draining' : ready ? 'ready' : 'not ready', parts });
  });

  await app.register(async (scope) => {
    // The signature is over the bytes as they came: nothing parses or even decodes them before.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post<{ Params: { source: string }; Body: Buffer | undefined }>(
      '/intake/:source',
      {
        onRequest: ({ params, headers }, _reply, done) => {
          receiver.check(params.source, headers['content-type']);
          if (headers['content-encoding'] && headers['content-encoding'] !== 'identity') {
            throw new Refusal('wrong-content-type', 'send the body without compression');
          }
          done();
        },
      },
      async ({ params, headers, body }, reply) => {
        const received = await receiver.receive(params.source, { headers, body: body ?? EMPTY });
        reply.code(received.note ? 200 : 202).type('application/json');
        return answer(received);
      },
    );
  });
  for (const plugin of deps.plugins ?? []) await app.register(plugin);
  return app;
}

const isDraining = new WeakSet<FastifyInstance>();

/**
 * Stops the server in order: `/readyz` fails first, so that nobody sends more; after `delayMs` no connection is taken;
 * requests under way are finished.
 */
export async function drain(app: FastifyInstance, delayMs: number): Promise<void> {
  isDraining.add(app);
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  await app.close();
}

const EMPTY = Buffer.alloc(0);

function answer({ detections, authEvents, deliveryEvents = 0, repeated, note, refused, unknown }: Received): string {
  if (note) return JSON.stringify({ detections: 0, note });
  if (repeated) return JSON.stringify({ repeated, ...(refused && { refused }) });
  const events = authEvents + deliveryEvents;
  const taken = events > 0 ? { events } : { detections };
  return JSON.stringify({ ...taken, ...(refused && { refused }), ...(unknown && { unknown }) });
}

function send(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return sendProblem(reply, refusal, refusal.kind === 'bad-signature' ? 'Signature realm="tocsin"' : undefined);
}

const KIND_OF_STATUS: Record<number, RefusalKind> = { 413: 'too-large', 415: 'wrong-content-type', 429: 'too-many' };

/** What the server itself refuses, in the same form. A fault nobody thought of is told as unavailable: the sender keeps it. */
function refusalOf(error: FastifyError, bodyLimit: number): Refusal {
  if (error instanceof Refusal) return error;
  const { statusCode = 500 } = error;
  if (statusCode === 413) return new Refusal('too-large', `send at most ${bodyLimit} bytes`);
  if (statusCode < 500) return new Refusal(KIND_OF_STATUS[statusCode] ?? 'bad-request', 'the request is not whole');
  return unavailable(error);
}
