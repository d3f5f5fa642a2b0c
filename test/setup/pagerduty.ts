/**
 * Answers as PagerDuty's Events API v2 does, keeps one incident a deduplication key, and calls back as its webhooks v3 do:
 * one signed event a request, sent again after 5xx, 429 and silence, up to five times, and dropped after any other refusal
 * (https://developer.pagerduty.com/docs/webhooks-overview, …/webhooks-behavior, …/verifying-webhook-signatures).
 */
import { createHmac, randomUUID } from 'node:crypto';
import { createLocalApp, listen } from '../../stack/local-server';
import { afterFile } from './helpers';

const TRIES = 5;

/** One event on its way: its bytes, and what it is signed by. */
export interface SentEvent {
  body: string;
  headers: Record<string, string>;
}
export type Answer = { statusCode: number; body: string };
/** Where the subscription sends its events. */
export type Subscriber = (sent: SentEvent) => Promise<Answer>;

/** A person of the account; a tool is an integration. */
type Agent = { user: string } | { integration: string };

export interface EventParts {
  type?: string;
  key?: string | null;
  agent?: Agent | null;
  at?: string;
  id?: string;
  data?: object;
}

/** The header of a body, as it is signed with each secret that is in force. */
export function signaturesOf(body: string, secrets: readonly string[]): string {
  return secrets.map((secret) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`).join(',');
}

/** An event as it is sent, whole and signed. */
export function pagerDutyEvent(
  secrets: readonly string[],
  {
    type = 'incident.acknowledged',
    key = null,
    agent = { user: 'PLH1HKV' },
    at = new Date().toISOString(),
    ...rest
  }: EventParts,
): SentEvent {
  const reference = agent && ('user' in agent ? agent.user : agent.integration);
  const body = JSON.stringify({
    event: {
      id: rest.id ?? randomUUID(),
      event_type: type,
      resource_type: 'incident',
      occurred_at: at,
      agent: agent && {
        html_url: `https://acme.pagerduty.com/users/${reference}`,
        id: reference,
        self: `https://api.pagerduty.com/users/${reference}`,
        summary: 'Zoë of the night shift',
        type: 'user' in agent ? 'user_reference' : 'service_reference',
      },
      client: null,
      data: rest.data ?? {
        id: 'PGR0VU2',
        type: 'incident',
        number: 2,
        status: 'acknowledged',
        incident_key: key,
        title: 'Leaked key',
        assignees: [{ id: 'PTUXL6G', summary: 'Somebody else', type: 'user_reference' }],
        urgency: 'high',
      },
    },
  });
  const signed = { 'x-pagerduty-signature': signaturesOf(body, secrets), 'x-webhook-id': randomUUID() };
  return { body, headers: { 'content-type': 'application/json', ...signed } };
}

export interface PagerDuty {
  /** Of its Events API. */
  url: string;
  /** By deduplication key: what was done to each incident, in order. */
  incidents: Map<string, string[]>;
  /** Somebody does something to an incident of the account there; resolves with the answer to the last try. */
  acts(parts: EventParts): Promise<Answer>;
  /** What was sent to the subscriber, in order. */
  sent: SentEvent[];
}

/** Started for one subscription, with the secrets that are in force; stops with the file. */
export async function startPagerDuty(secrets: readonly string[], subscriber: Subscriber): Promise<PagerDuty> {
  const app = createLocalApp();
  const incidents = new Map<string, string[]>();
  const sent: SentEvent[] = [];
  const acts: PagerDuty['acts'] = async (parts) => {
    const event = pagerDutyEvent(secrets, parts);
    let answer: Answer;
    let tries = 0;
    do {
      sent.push(event);
      answer = await subscriber(event);
    } while ((answer.statusCode >= 500 || answer.statusCode === 429) && ++tries < TRIES);
    return answer;
  };
  app.post<{ Body: { event_action: string; dedup_key: string } }>('/v2/enqueue', async ({ body }, reply) => {
    const { event_action: action, dedup_key: key } = body;
    incidents.set(key, [...(incidents.get(key) ?? []), action]);
    // An acknowledgement by the API comes back as an event too, of the integration.
    if (action === 'acknowledge') await acts({ key, agent: { integration: 'PIJ90N7' } });
    return reply.code(202).send({ status: 'success', message: 'Event processed', dedup_key: key });
  });
  const { url, stop } = await listen(app, 'the PagerDuty of the tests');
  afterFile(stop);
  return { url, incidents, acts, sent };
}
