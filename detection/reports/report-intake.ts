/** What each request about vulnerability reports does, and how it is answered: as a page, or as JSON to whoever sends it. */

import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import type { Webhook } from 'standardwebhooks';
import { toInstant } from '../../domain/kernel/time';
import type { Log } from '../../platform/log';
import { isUnavailable } from '../../postgres/outage';
import type { LoadedReportsConfig } from './config';
import { linkBase } from './link-base';
import { networkOfRequest, originOf } from './origin';
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
import { type Parsed, parseMail, parseReport } from './parse-report';
import { reportClock } from './report-clock';
import { REPORT_PATH, type SigningKey } from './security-txt';
import { ReportDispatcher, type StartReport } from './start-reports';
import { type Acceptance, acceptReport, type ReportContent } from './store/accept-report';
import { confirmReporter, reportOfLink } from './store/confirm-report';
import { forgetRequests } from './store/erased-requests';
import { Turns } from './turns';

/** What taking reports needs. */
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

/** Where the mail provider hands mails over. */
export const MAIL_PATH = '/security/mail';
const RETRY_AFTER_S = 300;
/** The route of the link by which a reporter confirms their address. */
export const CONFIRM_ROUTE = `${REPORT_PATH}/:reportId/:token`;

type Form = 'html' | 'json';
/** Its parameters. */
export interface Link {
  reportId: string;
  token: string;
}

/** Takes reports and links, and answers them. */
export class ReportIntake {
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
      ...(config.acknowledge.acknowledgedFor && { acknowledgedForMs: config.acknowledge.acknowledgedFor }),
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

/** Whether a request came by such a link. */
export function isLink({ routeOptions }: FastifyRequest): boolean {
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
