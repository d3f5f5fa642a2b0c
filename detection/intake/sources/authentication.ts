/**
 * Authentication events of the platform: one JSON object, a list, `{ "events": […] }`, or JSON Lines. They are no detections
 * yet: the rules over sessions make them. Signed by bearer token or `x-tocsin-signature`.
 */
import { type AuthEvent, AuthEventSchema } from '../../../domain/sessions/auth-event';
import { invalidBody } from '../refusal';
import type { SourceAdapter, SourceRequest } from './adapter';
import { asObject, invalid, jsonText, utf8 } from './reading';
import { header, plainSecretProblem, verifyBearerOrHmac } from './signatures';

const MOST = 1_000;
const LINES = ['application/x-ndjson', 'application/jsonl'];

export const authentication: SourceAdapter = {
  format: 'authentication',
  contentTypes: ['application/json', ...LINES],
  secretProblem: plainSecretProblem,
  verify: (request, secrets, now) => verifyBearerOrHmac(request, secrets, now),

  parse(request) {
    const values = eventsIn(request);
    if (values.length > MOST) throw invalid('(body)', `must hold at most ${MOST} events: send several requests`);
    return { detections: [], authEvents: values.map((value, index) => eventOf(value, index, values.length)) };
  },
};

function eventsIn(request: SourceRequest): unknown[] {
  const text = utf8(request.body);
  if (LINES.some((type) => header(request, 'content-type')?.toLowerCase().startsWith(type))) {
    const lines = text.split('\n', 10 * MOST).filter((line) => line.trim() !== '');
    return lines.slice(0, MOST + 1).map((line, index) => jsonText(line, `line ${index + 1}`));
  }
  const body = jsonText(text);
  if (Array.isArray(body)) return body;
  const events = asObject(body)?.events;
  return Array.isArray(events) ? events : [body];
}

function eventOf(value: unknown, index: number, count: number): AuthEvent {
  const parsed = AuthEventSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const prefix = count > 1 ? [String(index)] : [];
  throw invalidBody(parsed.error, prefix);
}
