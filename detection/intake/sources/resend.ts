/**
 * Webhooks of Resend about mails that it took: delivered, delayed, bounced, a complaint. They are no detections: they say
 * who was told after all, and who was not. Signed as Standard Webhooks, with the headers `svix-*` or `webhook-*`.
 * Source: https://resend.com/docs/webhooks/introduction.
 */
import type { Resend } from 'resend';
import type { DeliveryEvent, DeliveryEventKind } from '../../../activities/delivery/ledger/delivery-events';
import { toInstant } from '../../../domain/kernel/time';
import { Refusal } from '../refusal';
import type { SourceAdapter, SourceRequest } from './adapter';
import { asId, asInstant, asObject, asText, invalid, json, objectAt, utf8 } from './reading';
import { badSignature, header, timestampOf } from './signatures';
import { standardWebhooks } from './standard-webhooks';

/** Its check of webhooks asks nobody and needs no key; only its constructor does. Loaded with the first webhook. */
let webhooks: Resend['webhooks'] | undefined;

function officialWebhooks(): Resend['webhooks'] {
  const client = require('resend') as typeof import('resend');
  webhooks ??= new client.Resend('re_none').webhooks;
  return webhooks;
}

const KINDS: Readonly<Record<string, DeliveryEventKind>> = {
  'email.sent': 'sent',
  'email.delivery_delayed': 'delayed',
  'email.delivered': 'delivered',
  'email.failed': 'failed',
  'email.suppressed': 'suppressed',
  'email.complained': 'complained',
  'email.bounced': 'bounced',
};
/** Events that say nothing about whether somebody was told by a mail. Those of contacts hold names of people. */
const BESIDE = new Set([
  'email.scheduled',
  'email.opened',
  'email.clicked',
  'email.received',
  'contact.created',
  'contact.updated',
  'contact.deleted',
]);

export const resend: SourceAdapter = {
  format: 'resend',
  contentTypes: ['application/json'],
  secretProblem(secret) {
    const whole = secret.replace(/^whsec_/, '').length % 4 === 0;
    return standardWebhooks.secretProblem(secret) ?? (whole ? undefined : 'must be whsec_ and whole base64, padded');
  },

  verify(request, secrets, now) {
    const prefix = prefixOf(request);
    const timestamp = timestampOf(request, `${prefix}-timestamp`, now);
    const id = idOf(request);
    const signature = header(request, `${prefix}-signature`) ?? '';
    // The client signs texts: bytes that are none must not be taken for those that stand in for them.
    const payload = utf8(request.body);
    const held = secrets.filter((webhookSecret) =>
      holds({ payload, headers: { id, timestamp, signature }, webhookSecret }),
    );
    if (held.length === 0) throw badSignature();
  },

  deliveryId: idOf,

  parse(request, { now }) {
    const body = objectAt(json(request.body), '(body)');
    const type = asText(body.type, 80);
    if (type === undefined) throw invalid('type', 'must be the name of the event, like email.bounced');
    if (BESIDE.has(type)) return { detections: [], note: `${type} says nothing about who was told` };
    const named = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
    if (named === undefined) return { detections: [], untaken: [{ kind: type, problems: [], value: body }] };
    const data = objectAt(body.data, 'data');
    const messageId = asId(data.email_id);
    if (!messageId || !/^[\w.-]{1,200}$/.test(messageId)) throw invalid('data.email_id', 'must be the id of the mail');
    const sentAt = asInstant(Number(header(request, `${prefixOf(request)}-timestamp`))) ?? toInstant(now);
    const reason = reasonOf(type, data);
    const event: DeliveryEvent = {
      eventId: idOf(request),
      messageId,
      kind: named === 'bounced' && isSoft(data) ? 'soft-bounced' : named,
      ...(reason && { reason }),
      at: asInstant(body.created_at) ?? sentAt,
    };
    return { detections: [], deliveryEvents: [event] };
  },
};

type Signed = Parameters<Resend['webhooks']['verify']>[0];

/** Whether the signature holds, by the official client. */
function holds(signed: Signed): boolean {
  try {
    officialWebhooks().verify(signed);
    return true;
  } catch (error) {
    // The signature held, and the body is no JSON: whoever reads it says so.
    return error instanceof SyntaxError;
  }
}

function prefixOf(request: SourceRequest): 'svix' | 'webhook' {
  return header(request, 'svix-id') !== undefined ? 'svix' : 'webhook';
}

function idOf(request: SourceRequest): string {
  const name = `${prefixOf(request)}-id`;
  const id = header(request, name);
  if (!id || !/^[\x21-\x7e]{1,256}$/.test(id))
    throw new Refusal('bad-signature', `the header ${name} must hold 1 to 256 characters`);
  return id;
}

/** A full mailbox, a mail too large, an absence: the address may be right. What is not known to be so is for good. */
function isSoft(data: Record<string, unknown>): boolean {
  return asText(asObject(data.bounce)?.type)?.toLowerCase() === 'transient';
}

/** The provider's own word for why; its sentences may name people, and are left out. */
function reasonOf(type: string, data: Record<string, unknown>): string | undefined {
  const { subType } = asObject(data.bounce) ?? {};
  const said = {
    'email.bounced': subType,
    'email.suppressed': asObject(data.suppressed)?.type,
    'email.failed': asObject(data.failed)?.reason,
  }[type];
  const word = asText(said, 60);
  return word && /^[A-Za-z][A-Za-z0-9_-]{0,59}$/.test(word) ? word : undefined;
}
