/** The routes of vulnerability reports: the form, its answers, security.txt, and mails that were handed over. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { networkOfRequest, originOf } from './origin';
import { MOST_BODY_BYTES } from './parse-report';
import { CONFIRM_ROUTE, isLink, type Link, MAIL_PATH, ReportIntake, type ReportsDeps } from './report-intake';
import { RequestLimit } from './request-limit';
import { REPORT_PATH, SECURITY_TXT_PATH, securityTxtSource } from './security-txt';

const DRAIN_EVERY_MS = 5_000;
const FORGET_EVERY_MS = 3_600_000;
const MOST_CONFIRM_BYTES = 1024;
/** A mail as its provider hands it over may hold markup that is not read. */
const MOST_MAIL_BYTES = 1024 * 1024;

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
