/** The routes of vulnerability reports: the form, its answers, security.txt, and mails that were handed over. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { Webhook } from 'standardwebhooks';
import { ipText, networkOf, parseIp } from '../../domain/kernel/ip-address';
import { toInstant } from '../../domain/kernel/time';
import type { Log } from '../../platform/log';
import { isUnavailable } from '../../postgres/pool';
import type { LoadedReportsConfig } from './config';
import { linkBase } from './link-base';
import {
  confirmPage,
  formPage,
  laterPage,
  PAGE_POLICY,
  type PageContext,
  receiptPage,
  refusalPage,
  unknownLinkPage,
} from './pages';
import { MOST_BODY_BYTES, type Parsed, parseMail, parseReport } from './parse-report';
import { reportClock } from './report-clock';
import { RequestLimit } from './request-limit';
import { REPORT_PATH, SECURITY_TXT_PATH, type SigningKey, securityTxtSource } from './security-txt';
import { ReportDispatcher, type StartReport } from './start-reports';
import { type Acceptance, acceptReport, type ReportContent } from './store/accept-report';
import { confirmReporter, reportOfLink } from './store/confirm-report';
import { forgetRequests } from './store/erased-requests';

export interface ReportsDeps extends LoadedReportsConfig {
  pool: Pool;
  start: StartReport;
  /** The organisation's name, as people read it. */
  organisation: string;
  log: Log;
  now: () => Date;
  /** Signs security.txt. */
  signingKey?: SigningKey | undefined;
  /** The keys of workers and intake, by which links are made; without them the database itself is believed. */
  keys?: readonly string[];
  /** `whsec_…` of the mail provider's webhook; without it mails are not taken. */
  mailSecret?: string | undefined;
}

const MAIL_PATH = '/security/mail';
const DRAIN_EVERY_MS = 5_000;
const FORGET_EVERY_MS = 3_600_000;
const RETRY_AFTER_S = 300;
const MOST_WAITING = 300;
const MOST_CONFIRM_BYTES = 1024;
const CONFIRM_ROUTE = `${REPORT_PATH}/:reportId/:token`;
/** A mail as its provider hands it over may hold markup that is not read. */
const MOST_MAIL_BYTES = 1024 * 1024;

type Form = 'html' | 'json';
/** The link by which a reporter confirms their address. */
interface Link {
  reportId: string;
  token: string;
}

/** The plugin for `createIntake`. Its parsers, hooks and errors stay in its own scope. */
export function reportsPlugin(deps: ReportsDeps): FastifyPluginAsync {
  return async (app) => {
    const intake = new ReportIntake(deps);
    const text = await securityTxtSource(deps.config, deps.signingKey, deps.now);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      ['application/x-www-form-urlencoded', 'application/json'],
      { parseAs: 'buffer' },
      (_request, body, done) => done(null, body),
    );
    app.setErrorHandler((error, request, reply) => intake.fault(error, request, reply));
    limitRequests(app, deps, intake);
    app.route({ method: ['GET', 'HEAD'], url: REPORT_PATH, handler: (_request, reply) => intake.form(reply) });
    app.post(REPORT_PATH, { bodyLimit: MOST_BODY_BYTES }, (request, reply) => intake.report(request, reply));
    app.route<{ Params: Link }>({
      method: ['GET', 'HEAD', 'POST'],
      url: CONFIRM_ROUTE,
      bodyLimit: MOST_CONFIRM_BYTES,
      handler: (request, reply) => intake.confirm(request, reply),
    });
    app.route({
      method: ['GET', 'HEAD'],
      url: SECURITY_TXT_PATH,
      handler: async (_request, reply) =>
        reply
          .header('cache-control', 'public, max-age=3600')
          .type('text/plain; charset=utf-8')
          .send(await text()),
    });
    app.get('/security.txt', (_request, reply) => reply.redirect(SECURITY_TXT_PATH, 301));
    if (deps.mailSecret) {
      const webhook = new Webhook(deps.mailSecret);
      app.post(MAIL_PATH, { bodyLimit: MOST_MAIL_BYTES }, (request, reply) => intake.mail(request, reply, webhook));
    }
    app.addHook('onReady', async () => intake.dispatcher.begin(DRAIN_EVERY_MS));
    app.addHook('onClose', () => intake.dispatcher.end());
    const forgetting = setInterval(() => void intake.forget(), FORGET_EVERY_MS).unref();
    app.addHook('onClose', async () => clearInterval(forgetting));
    app.addHook('onReady', () => intake.forget());
  };
}

/** Bounds requests before a byte of their bodies is read: by network address, and in all. Mails come signed instead. */
function limitRequests(app: FastifyInstance, { config, now }: ReportsDeps, intake: ReportIntake): void {
  const clock = () => now().getTime();
  const byOrigin = new RequestLimit(config.limits.requestsFromOneOrigin, clock);
  const byNetwork = new RequestLimit(config.limits.requestsFromOneNetwork, clock);
  const inAll = new RequestLimit(config.limits.requests, clock);
  // A budget of their own: whoever uses up the one for all closes the channel for themselves, and not for others.
  const newcomers = new RequestLimit(config.limits.requests, clock);
  app.addHook('onRequest', async (request, reply) => {
    if (!isLink(request) && (request.method !== 'POST' || request.routeOptions.url !== REPORT_PATH)) return undefined;
    const network = networkOfRequest(request);
    const all = byNetwork.isNew(network) ? newcomers : inAll;
    const waitS = byOrigin.take(originOf(request)) || byNetwork.take(network) || all.take('all');
    if (waitS === 0) return undefined;
    reply.header('retry-after', String(waitS));
    return intake.tooMany(request, reply);
  });
}

/** Where a request comes from, for limits: an IPv4 address, or the /64 of an IPv6 one, which is one line to one house. */
function originOf(request: FastifyRequest): string {
  const ip = parseIp(request.ip);
  if (!ip) return 'unknown';
  return ip.family === 4 ? ipText(ip) : ipText({ family: 6, bits: (ip.bits >> 64n) << 64n });
}

/** The network that a request comes from, for limits: /24 of IPv4, /48 of IPv6, as a site usually has. */
function networkOfRequest(request: FastifyRequest): string {
  const ip = parseIp(request.ip);
  return ip ? networkOf(ip) : 'unknown';
}

/**
 * Reports are stored one after the other, so that they can be counted: whoever waits does so here and not for one of the
 * pool's connections, which would give up after some seconds.
 */
class Turns {
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** Does something in its turn; undefined when too many wait. */
  async take<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.waiting >= MOST_WAITING) return undefined;
    this.waiting++;
    const done = this.last.then(work).finally(() => {
      this.waiting--;
    });
    this.last = done.catch(() => undefined);
    return done;
  }
}

class ReportIntake {
  readonly dispatcher: ReportDispatcher;
  private readonly context: PageContext;
  private readonly turns = new Turns();

  constructor(private readonly deps: ReportsDeps) {
    const { pool, start, log, now, organisation, config } = deps;
    this.dispatcher = new ReportDispatcher(pool, start, log, now);
    this.context = { organisation, contact: config.contact, businessDays: config.acknowledge.businessDays };
  }

  /** Removes what was kept of erased reports, and is over. Never rejects: it is tried again in an hour. */
  async forget(): Promise<void> {
    const { pool, now, log } = this.deps;
    await forgetRequests(pool, now()).catch((error: Error) =>
      log.warn(
        { error: error.name },
        'what is kept of erased reports could not be removed yet; trying again in an hour',
      ),
    );
  }

  form(reply: FastifyReply): FastifyReply {
    return html(reply, 200, formPage(this.context));
  }

  async report(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const mediaType = mediaTypeOf(request);
    const key = request.headers['idempotency-key'];
    if (Array.isArray(key) || (key !== undefined && (key.length > 255 || key.trim() === ''))) {
      return this.refused(request, reply, 400, 'The Idempotency-Key is not valid', 'It must have 1 to 255 characters.');
    }
    const parsed = parseReport((request.body as Buffer | undefined) ?? Buffer.alloc(0), mediaType);
    if (!parsed.ok) return this.notValid(request, reply, parsed);
    const { content } = parsed;
    const base = linkBase(this.deps.config, request);
    const answer = await this.take(content, mediaType, base, key && `request:${key}`, request);
    return this.answer(request, reply, answer, content, base);
  }

  /** A mail as its provider's webhook hands it over, signed. Its sender may be forged: nothing is made of it but a reply. */
  async mail(request: FastifyRequest, reply: FastifyReply, webhook: Webhook): Promise<FastifyReply> {
    const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
    try {
      webhook.verify(body, request.headers as Record<string, string>, { jsonParse: false });
    } catch {
      return problem(reply, 401, 'The signature is not valid', 'Check the secret and the sender’s clock.');
    }
    const parsed = parseMail(body);
    if (!parsed.ok) return problem(reply, parsed.status, 'The mail is not valid', parsed.problems.join('; '));
    const key = `mail:${String(request.headers['webhook-id'])}`;
    const base = linkBase(this.deps.config);
    const answer = await this.take(parsed.content, 'mail', base, key);
    return this.answer(request, reply, answer, parsed.content, base);
  }

  private async take(
    content: ReportContent,
    via: 'form' | 'json' | 'mail',
    confirmBase: string | undefined,
    key: string | undefined,
    from?: FastifyRequest,
  ): Promise<Acceptance> {
    const { config, holidays, pool, now, keys = [] } = this.deps;
    const at = now();
    const receivedAt = toInstant(at.getTime());
    const reportId = `VR-${receivedAt.slice(0, 10).replaceAll('-', '')}-${randomBytes(4).toString('hex')}`;
    const workflowInput = {
      reportId,
      via,
      receivedAt,
      reachable: content.email !== undefined,
      owner: config.owner,
      clock: reportClock(config, holidays, receivedAt),
      repeatEveryMs: config.acknowledge.repeatEvery,
      followUpAfterMs: config.followUpAfter,
    };
    const marks = from && { origin: originOf(from), network: networkOfRequest(from) };
    const given = { reportId, receivedAt: at, via, content, key, ...marks, confirmBase, workflowInput };
    const answer = await this.turns.take(() => acceptReport(pool, given, config.limits, { keys }));
    if (!answer) return { outcome: 'limited', by: 'open' };
    if (answer.outcome === 'accepted' && answer.fresh) void this.dispatcher.drain();
    return answer;
  }

  private answer(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: Acceptance,
    content: ReportContent,
    base: string | undefined,
  ): FastifyReply {
    const { config, holidays } = this.deps;
    if (answer.outcome === 'limited') {
      reply.header('retry-after', String(RETRY_AFTER_S));
      return this.tooMany(request, reply, content.text);
    }
    if (answer.outcome === 'key-reused') {
      const detail = 'This Idempotency-Key has already been used for another report. Use a new key for each report.';
      return this.refused(request, reply, 422, 'The Idempotency-Key has already been used', detail, content.text);
    }
    const { reportId: id, fresh } = answer;
    const receivedAt = toInstant(answer.receivedAt.getTime());
    const acknowledgeBy = reportClock(config, holidays, receivedAt).dueAt;
    const status = fresh ? 201 : 200;
    if (formOf(request) === 'json')
      return reply.code(status).header('cache-control', 'no-store').send({ id, receivedAt, acknowledgeBy });
    const address = content.email === undefined ? 'none' : base === undefined ? 'no-link' : 'asked';
    return html(reply, status, receiptPage(this.context, { id, acknowledgeBy, address }));
  }

  /** GET shows a button, POST is the button: programs that look at mails open every link. */
  async confirm(request: FastifyRequest<{ Params: Link }>, reply: FastifyReply): Promise<FastifyReply> {
    const { pool, now, keys = [] } = this.deps;
    const { reportId: id, token } = request.params;
    const report = await reportOfLink(pool, id, token, { keys });
    if (!report) return html(reply, 404, unknownLinkPage(this.context));
    if (request.method !== 'POST' && !report.confirmedAt) return html(reply, 200, confirmPage(this.context, id));
    if (!report.confirmedAt) await confirmReporter(pool, id, now(), { keys });
    const { acknowledgeBy, acknowledged } = report;
    return html(reply, 200, receiptPage(this.context, { id, acknowledgeBy, address: 'confirmed', acknowledged }));
  }

  private notValid(request: FastifyRequest, reply: FastifyReply, parsed: Parsed & { ok: false }): FastifyReply {
    const { status, problems, fields } = parsed;
    if (formOf(request) === 'json')
      return problem(reply, status, 'The report is not valid', problems.join('; '), { problems });
    return html(reply, status, formPage(this.context, problems, fields));
  }

  tooMany(request: FastifyRequest, reply: FastifyReply, text?: string): FastifyReply {
    if (isLink(request)) return html(reply, 429, laterPage('Too many requests', 1));
    const detail = `We have received too many reports, from your address or in total, and could not accept this one. Please email it to ${this.deps.config.contact}, or try again later.`;
    return this.refused(request, reply, 429, 'Too many reports: this one was not accepted', detail, text);
  }

  /** Whatever was thrown: a fault of the request keeps its status, an outage is 503, anything else 500 without a word of why. */
  fault(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { log, config } = this.deps;
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status < 500) {
      const [title, detail] = REFUSALS[status] ?? ['The request is not valid', 'Correct it and send it again.'];
      return this.refused(request, reply, status, title, detail);
    }
    const away = isUnavailable(error);
    const { name, code } = error as { name?: string; code?: string };
    log.error({ error: name, code }, away ? 'Postgres is unreachable: reports cannot be received' : 'a report failed');
    reply.header('retry-after', String(RETRY_AFTER_S));
    if (isLink(request)) return html(reply, away ? 503 : 500, laterPage('Not possible right now', RETRY_AFTER_S / 60));
    const detail = `Your report was not stored. Please email it to ${config.contact}, or try again in ${RETRY_AFTER_S / 60} minutes.`;
    return this.refused(request, reply, away ? 503 : 500, 'Reports cannot be received right now', detail);
  }

  private refused(
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    title: string,
    detail: string,
    text?: string,
  ): FastifyReply {
    if (formOf(request) === 'json') return problem(reply, status, title, detail, { contact: this.deps.config.contact });
    return html(reply, status, refusalPage(this.context, title, detail, text ?? typedText(request)));
  }
}

function isLink({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url === CONFIRM_ROUTE;
}

const REFUSALS: Record<number, [string, string]> = {
  413: [
    'The report is too long',
    'A report may have at most 64 KiB of text: shorten it and mention that there is more.',
  ],
  415: ['This media type is not supported', 'Send application/x-www-form-urlencoded or application/json, in UTF-8.'],
};

/** What somebody typed into the form, so that a refusal does not lose it. */
function typedText(request: FastifyRequest): string | undefined {
  if (!Buffer.isBuffer(request.body) || mediaTypeOf(request) !== 'form') return undefined;
  const parsed = parseReport(request.body, 'form');
  return parsed.ok ? parsed.content.text : parsed.fields.text;
}

function mediaTypeOf(request: FastifyRequest): 'form' | 'json' {
  return /^application\/json\b/i.test(request.headers['content-type'] ?? '') ? 'json' : 'form';
}

/** Whoever sends JSON or asks for it gets JSON; browsers ask for HTML. */
function formOf(request: FastifyRequest): Form {
  const accept = request.headers.accept ?? '';
  if (/\btext\/html\b/i.test(accept)) return 'html';
  if (/\bapplication\/(problem\+)?json\b/i.test(accept)) return 'json';
  return mediaTypeOf(request) === 'json' || request.url.startsWith(MAIL_PATH) ? 'json' : 'html';
}

function html(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply
    .code(status)
    .header('content-security-policy', PAGE_POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(body);
}

/** RFC 9457. */
function problem(reply: FastifyReply, status: number, title: string, detail: string, more: object = {}): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, detail, ...more }));
}
