/**
 * Authentication events of the platform: one JSON object, a list, `{ "events": […] }`, or JSON Lines. They are no detections
 * yet: the rules over sessions make them. Signed by bearer token or `x-tocsin-signature`.
 */
import { AUTH_ACTIONS, type AuthEvent, AuthEventSchema } from '../../../domain/sessions/auth-event';
import { invalidBody } from '../refusal';
import type { SourceAdapter, SourceRequest } from './adapter';
import { asObject, asText, invalid, jsonText, readEach, utf8 } from './reading';
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
    const { taken, untaken } = readEach(values, kindOf, eventOf);
    return { detections: [], authEvents: taken, untaken };
  },
};

function eventsIn(request: SourceRequest): unknown[] {
  const text = utf8(request.body);
  if (LINES.some((type) => header(request, 'content-type')?.toLowerCase().startsWith(type))) {
    const lines = text.split('\n', 10 * MOST).filter((line) => line.trim() !== '');
    // A line that is no JSON costs itself: `undefined` is no event.
    return lines.slice(0, MOST + 1).map(lineValue);
  }
  const body = jsonText(text);
  if (Array.isArray(body)) return body;
  const events = asObject(body)?.events;
  return Array.isArray(events) ? events : [body];
}

function lineValue(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function eventOf(value: unknown, prefix: string[]): AuthEvent {
  if (value === undefined) throw invalid(prefix.join('.') || '(body)', 'is not JSON, or was cut off');
  const parsed = AuthEventSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidBody(parsed.error, prefix);
}

/** An action that is not among ours is a kind of its own; anything else is an event with a fault. */
function kindOf(value: unknown): string {
  const action = asText(asObject(value)?.action, 80);
  return action && !(AUTH_ACTIONS as readonly string[]).includes(action) ? `action ${action}` : 'refused';
}
