import path from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { freePort } from '../../platform/free-port';
import { FaultBox, type FaultSettings } from '../faults';
import { requireSession } from '../gateway/session';
import { createLocalApp, type LocalServer, listen } from '../local-server';
import { RateLimiter } from '../rate-limit';
import { type Email, parseEmail } from './email';
import { MailboxError, type MailboxErrorName } from './errors';
import { routeMailboxPages } from './pages';
import { type MessageFilter, MessageStore, type Messages, type StoredMessage } from './store';
import { Webhooks, type WebhookTarget } from './webhooks';

export type { MessageFilter, StoredMessage } from './store';

/** How to start a mailbox. */
export interface MailboxOptions {
  /** Folder that keeps the messages. */
  dir: string;
  /** What keeps them in the place of the folder. */
  messages?: Messages;
  port?: number;
  /** The key that senders must give; any key is good when this is not set. */
  apiKey?: string;
  /** Without it whoever reaches this machine's loopback reads every message. */
  sessionKey?: string;
  /** Requests a second before 429; 200 by default. Resend's own default is 2. */
  ratePerSecond?: number;
  faults?: FaultSettings;
  /** The clock, in milliseconds since the epoch; for tests. */
  now?: () => number;
}

/** A mailbox that is up. `url` is the base URL for the `resend` client and the page for people. */
export interface Mailbox extends LocalServer {
  faults: FaultBox;
  messages(filter?: MessageFilter): StoredMessage[];
  /** From now on what becomes of each mail is told there. */
  tellTo(target: WebhookTarget): void;
}

/**
 * A local server that answers as Resend does to `POST /emails` and `POST /emails/batch` and sends nothing: each
 * message becomes a file, shown at `/`, `/messages/:id` and as JSON at `/api/messages?to=&subject=&tag=`.
 * Messages and idempotency keys survive a restart and a crash of the process.
 */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const store = options.messages ?? new MessageStore(path.join(options.dir, 'messages'), options.now ?? Date.now);
  const faults = new FaultBox(options.faults);
  const limiter = new RateLimiter();
  const inFlight = new Set<string>();
  let webhooks: Webhooks | undefined;
  const app = createLocalApp();
  const port = options.port ?? (await freePort());
  // Senders have a key of their own.
  if (options.sessionKey) requireSession(app, options.sessionKey, port, ({ method }) => method === 'POST');

  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof MailboxError) return reply.code(error.statusCode).send(error.toJSON());
    const { statusCode = 500, message } = error as { statusCode?: number; message: string };
    const name = statusCode < 500 ? 'validation_error' : 'application_error';
    return reply.code(statusCode).send({ statusCode, name, message });
  });
  app.setNotFoundHandler((request) => {
    throw new MailboxError('not_found', `The mailbox does not know ${request.method} ${request.url}.`);
  });

  const limit = (reply: FastifyReply) => {
    const rate = limiter.take(faults.current.ratePerSecond ?? options.ratePerSecond ?? 200);
    reply.headers({
      'ratelimit-limit': rate.limit,
      'ratelimit-remaining': rate.remaining,
      'ratelimit-reset': rate.resetSeconds,
    });
    if (rate.allowed) return;
    faults.played++;
    reply.header('retry-after', rate.resetSeconds);
    const message = `Too many requests. You can only make ${rate.limit} requests per second.`;
    throw new MailboxError('rate_limit_exceeded', message);
  };

  const accept = async (request: FastifyRequest, reply: FastifyReply, read: (body: unknown) => Accepted) => {
    authorize(request, options.apiKey);
    limit(reply);
    const key = idempotencyKey(request);
    if (key !== undefined && inFlight.has(key)) {
      const message = 'Another request with the same idempotency key is in progress. Try again later.';
      throw new MailboxError('concurrent_idempotent_requests', message);
    }
    if (key !== undefined) inFlight.add(key);
    try {
      const status = await faults.before(request.url);
      // As Resend does with each of its 429s: it says when to come again.
      if (status === 429) reply.header('retry-after', 1);
      if (status) {
        const name = (faults.current.failName ?? 'application_error') as MailboxErrorName;
        throw new MailboxError(name, 'The mailbox was told to fail this request.', status);
      }
      const keyed = key === undefined ? undefined : store.request(key, request.url, request.body);
      const { emails, answer } = read(request.body);
      const ids = store.add(emails, keyed);
      webhooks?.tell(ids.flatMap((id) => store.get(id) ?? []));
      if (faults.losesAnswer(reply)) return reply;
      return reply.send(answer(ids));
    } finally {
      if (key !== undefined) inFlight.delete(key);
    }
  };

  app.post('/emails', (request, reply) => accept(request, reply, readOne));
  app.post('/emails/batch', (request, reply) =>
    accept(request, reply, (body) => readBatch(body, request.headers['x-batch-validation'] === 'permissive')),
  );
  app.get<{ Querystring: MessageFilter }>('/api/messages', async (request) => store.list(request.query));
  routeMailboxPages(app, store);
  faults.route(app);

  const server = await listen(app, 'The mailbox', port);
  return {
    ...server,
    faults,
    messages: (filter) => store.list(filter),
    tellTo(target) {
      webhooks = new Webhooks(target);
    },
    async stop() {
      await webhooks?.stop();
      await server.stop();
    },
  };
}

/** The emails of a request that is in order, and how to answer it once they have their ids. */
interface Accepted {
  emails: Email[];
  answer(ids: string[]): object;
}

function readOne(body: unknown): Accepted {
  return { emails: [parseEmail(body)], answer: ([id]) => ({ id }) };
}

function readBatch(body: unknown, permissive: boolean): Accepted {
  if (!Array.isArray(body) || body.length === 0) {
    throw new MailboxError('validation_error', 'The request body must be an array of 1 to 100 emails.');
  }
  if (body.length > 100) {
    throw new MailboxError(
      'validation_error',
      `The batch holds ${body.length} emails; 100 are allowed in one request.`,
    );
  }
  const emails: Email[] = [];
  const errors: { index: number; message: string }[] = [];
  for (const [index, each] of body.entries()) {
    try {
      emails.push(parseEmail(each));
    } catch (error) {
      if (!permissive) throw error;
      errors.push({ index, message: (error as Error).message });
    }
  }
  const data = (ids: string[]) => ids.map((id) => ({ id }));
  return { emails, answer: (ids) => (permissive ? { data: data(ids), errors } : { data: data(ids) }) };
}

function authorize(request: FastifyRequest, apiKey: string | undefined): void {
  const given = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!given) throw new MailboxError('missing_api_key', 'Missing API key in the authorization header.');
  if (apiKey !== undefined && given !== apiKey) throw new MailboxError('invalid_api_key', 'API key is invalid.');
}

function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && key.length >= 1 && key.length <= 256) return key;
  throw new MailboxError('invalid_idempotency_key', 'The idempotency key must be between 1 and 256 characters long.');
}
