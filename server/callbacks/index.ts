/** Where paging services call back. Each request is signed by its service; nothing of it is read before that is verified. */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { TocsinClient } from '../../client/tocsin-client';
import type { ActionLinks } from '../../platform/links/action-link';
import { within } from '../../platform/within';
import type { RotaSource } from '../../policy/rota-file';
import { Refusal } from '../problem';
import { onPagerDuty, type PagerDutyOutcome } from './pagerduty';
import type { CallbackSettings } from './settings';
import { onPressed, type SlackDeps, type SlackOutcome } from './slack';
import { mustBeOfSlack, pressedIn } from './slack-interaction';

/** What the callbacks are made of. */
export interface CallbackDeps {
  client: TocsinClient;
  settings: CallbackSettings;
  rota: RotaSource;
  /** Opens what the buttons of a page carry. */
  links: ActionLinks | undefined;
  /** Sends JSON to an address at Slack. */
  post?: SlackDeps['post'];
  /** Gets what became of a callback; never whose it was, or of which case. */
  log?: Logger | undefined;
}

/** Bytes. PagerDuty's webhooks have 256 KB at most. */
const ROUTE = { bodyLimit: 300_000 };

const NOTHING = Buffer.alloc(0);

/** For Slack to take what became of a button. */
const SLACK_ANSWERS_MS = 10_000;

/** PagerDuty takes no answer after 5 seconds for a failure, and sends the event again. */
const PAGERDUTY_WAITS_MS = 4_500;

/** Of an acknowledgement that counted for nothing though somebody believes that it did, or of what may be one. */
const TO_BE_LOOKED_AT: readonly string[] = ['unknown-person', 'stale', 'refused', 'unreadable'];

export async function callbacks(app: FastifyInstance, deps: CallbackDeps): Promise<void> {
  const { client, settings, rota, log } = deps;
  // The signature is over the bytes as they came.
  app.removeAllContentTypeParsers();
  const types = ['application/json', 'application/x-www-form-urlencoded'];
  app.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const { pagerduty: secrets } = settings;
  if (secrets)
    app.post<{ Body: Buffer | undefined }>(
      '/callbacks/pagerduty',
      ROUTE,
      async ({ body = NOTHING, headers }, reply) => {
        const taken = onPagerDuty({ client, rota, secrets }, body, once(headers['x-pagerduty-signature']));
        const outcome = await inTime(PAGERDUTY_WAITS_MS, taken);
        tell(log, 'pagerduty', outcome);
        // What is signed is never answered with 4xx: after three of those PagerDuty sends no event for a day.
        return reply.code(202).send({ outcome });
      },
    );
  if (settings.slack) onSlack(app, settings.slack, deps);
}

/** Slack takes no answer after 3 seconds: it gets one at once, and what became of it is said where it asks to be told. */
function onSlack(app: FastifyInstance, secrets: readonly string[], deps: CallbackDeps): void {
  const { log, post = postToSlack } = deps;
  const underWay = new Set<Promise<void>>();
  app.addHook('onClose', async () => void (await Promise.all(underWay)));
  app.post<{ Body: Buffer | undefined }>('/callbacks/slack', ROUTE, async ({ body = NOTHING, headers }, reply) => {
    const [timestamp, signature] = ['x-slack-request-timestamp', 'x-slack-signature'].map((name) =>
      once(headers[name]),
    );
    mustBeOfSlack({ timestamp, signature }, body, secrets);
    const pressed = pressedIn(body);
    if (pressed) {
      const work = onPressed({ ...deps, post }, pressed)
        .then((outcome) => tell(log, 'slack', outcome))
        .catch((error) => log?.error({ service: 'slack', code: codeOf(error) }, 'a button was pressed in vain'))
        .finally(() => underWay.delete(work));
      underWay.add(work);
    }
    return reply.code(200).send();
  });
}

/** Redirects are not followed. Rejects without the address, which lets its holder write there. */
async function postToSlack(url: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(SLACK_ANSWERS_MS);
  const answer = await fetch(url, { method: 'POST', redirect: 'manual', signal, headers, body }).catch(() => undefined);
  await answer?.body?.cancel();
  if (!answer?.ok) throw Object.assign(new Error('Slack did not take the answer'), { code: 'not-said' });
}

function tell(log: Logger | undefined, service: string, outcome: PagerDutyOutcome | SlackOutcome): void {
  if (TO_BE_LOOKED_AT.includes(outcome))
    log?.warn({ service, outcome }, 'what a paging service sent counted for nothing');
}

function codeOf(error: unknown): unknown {
  const { kind, code, name } = error as { kind?: unknown; code?: unknown; name?: unknown };
  return kind ?? code ?? name;
}

/** A header of a service. Node joins several of one name; a list there is of none of these. */
function once(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What was not done in time goes on, and counts once if it is sent again. */
async function inTime<T>(ms: number, work: Promise<T>): Promise<T> {
  try {
    return await within(ms, work, 'it takes longer than the service waits');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'late') throw error;
    throw new Refusal('unavailable', 'Temporal or its workers did not answer in time: send it again', [], 5);
  }
}
