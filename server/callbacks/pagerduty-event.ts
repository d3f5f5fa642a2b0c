/**
 * What PagerDuty's webhooks (v3) say: one event a request, signed over the bytes of its body
 * (https://developer.pagerduty.com/docs/verifying-webhook-signatures). The signature holds no time and no address; the instant
 * and the id of the event are in what is signed.
 */
import { z } from 'zod';
import { type Instant, InstantSchema } from '../../domain/kernel/time';
import { anyEqual, hmacSha256 } from '../../platform/hmac';
import { Refusal } from '../problem';

/** More signatures than these no rotation of secrets needs. */
const MOST_SIGNATURES = 10;

/** Throws a Refusal where none of the signatures (`v1=HEX`, separated by commas) is one of our secrets'. */
export function mustBeOfPagerDuty(header: string | undefined, body: Buffer, secrets: readonly string[]): void {
  const given = (header ?? '').split(',').slice(0, MOST_SIGNATURES).flatMap(signatureIn);
  const expected = secrets.map((secret) => hmacSha256(secret, body));
  if (anyEqual(given, expected)) return;
  throw new Refusal(
    'bad-signature',
    'it is not signed with a secret of ours: check that the secret of this subscription is in TOCSIN_PAGERDUTY_WEBHOOK_SECRETS',
  );
}

function signatureIn(text: string): Buffer[] {
  const hex = /^v1=([0-9a-f]{64})$/i.exec(text.trim())?.[1];
  return hex === undefined ? [] : [Buffer.from(hex, 'hex')];
}

const AnyEvent = z.object({ event: z.object({ event_type: z.string() }) });

/** As much of the event as is read. `agent` is an integration where a tool did it. */
const AcknowledgedEvent = z.object({
  event: z.object({
    id: z.string().regex(/^[\x21-\x7e]{1,100}$/),
    occurred_at: InstantSchema,
    agent: z.object({ id: z.string(), type: z.string() }).nullish(),
    data: z.object({ incident_key: z.string().nullish() }),
  }),
});

/** That an incident there was acknowledged. */
export interface PagerDutyAcknowledged {
  eventId: string;
  at: Instant;
  /** The deduplication key of the incident there. */
  incidentKey: string;
  /** The id of the user who did it; `undefined` where it was no person. */
  userId: string | undefined;
}

/** What was acknowledged. Of every other event that it is another: what is taken back or resolved there changes nothing here. */
export function acknowledgedIn(body: Buffer): PagerDutyAcknowledged | 'another-event' | 'unreadable' {
  const said = jsonIn(body);
  const any = AnyEvent.safeParse(said);
  if (!any.success) return 'unreadable';
  if (any.data.event.event_type !== 'incident.acknowledged') return 'another-event';
  const read = AcknowledgedEvent.safeParse(said);
  if (!read.success) return 'unreadable';
  const { id, occurred_at, agent, data } = read.data.event;
  return {
    eventId: id,
    at: occurred_at,
    incidentKey: data.incident_key ?? '',
    userId: agent?.type === 'user_reference' || agent?.type === 'user' ? agent.id : undefined,
  };
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
