/**
 * Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`. The body holds the fields of
 * a detection without `source` and `format`, at the top or, as the specification recommends, under `data` beside `type`
 * and `timestamp`. `type` and `title` are needed; `eventId` is else the webhook's id, `at` its time. What else does not fit is left
 * out, and told.
 */
import { toInstant } from '../../../domain/kernel/time';
import { anyEqual, hmacSha256 } from '../../../platform/hmac';
import { Refusal } from '../refusal';
import type { SourceAdapter, SourceRequest } from './adapter';
import { asInstant, asObject, detectionLeaving, eventIdOf, json, leftOut, objectAt } from './reading';
import { badSignature, header, timestampOf } from './signatures';

const PREFIX = 'whsec_';
const LEAST_BYTES = 16;

export const standardWebhooks: SourceAdapter = {
  format: 'standard-webhooks',
  contentTypes: ['application/json'],

  secretProblem(secret) {
    const ok = /^(whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(secret) && keyOf(secret).length >= LEAST_BYTES;
    return ok ? undefined : `must be whsec_ and the base64 of at least ${LEAST_BYTES} bytes`;
  },

  verify(request, secrets, now) {
    const timestamp = timestampOf(request, 'webhook-timestamp', now);
    const id = webhookId(request);
    // Several signatures, space-separated, while the sender rotates its secret; versions other than v1 are passed over.
    const given = (header(request, 'webhook-signature') ?? '')
      .split(' ', 20)
      .flatMap((each) => (each.startsWith('v1,') ? [Buffer.from(each.slice(3), 'base64')] : []));
    const expected = secrets.map((secret) => hmacSha256(keyOf(secret), `${id}.${timestamp}.`, request.body));
    if (!anyEqual(given, expected)) throw badSignature();
  },

  deliveryId: (request) => header(request, 'webhook-id'),

  parse(request, context) {
    const body = objectAt(json(request.body), '(body)');
    const data = asObject(body.data);
    const fields = data ? { type: body.type, at: body.timestamp, ...data } : body;
    const sentAt = asInstant(Number(header(request, 'webhook-timestamp'))) ?? toInstant(context.now);
    const instead = { eventId: eventIdOf(webhookId(request)), at: sentAt };
    // A field that is null is one that is not given.
    const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
    const { detection, left } = detectionLeaving('standard-webhooks', context, given, instead, data ? ['data'] : []);
    return { detections: [detection], untaken: leftOut(detection, left) };
  },
};

function webhookId(request: SourceRequest): string {
  const id = header(request, 'webhook-id');
  if (!id || id.length > 256) throw new Refusal('bad-signature', 'the header webhook-id must hold 1 to 256 characters');
  return id;
}

/** Keys by secret, decoded once: there are as many as the configuration names. */
const keys = new Map<string, Buffer>();

function keyOf(secret: string): Buffer {
  const known = keys.get(secret);
  if (known) return known;
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
  keys.set(secret, key);
  return key;
}
