import { createHash, createHmac } from 'node:crypto';
import { readLimited } from '../../../platform/read-limited';
import { failure, isTransientStatus } from '../../failures';
import type { MeasureInput, MeasureResult } from '../../types';
import type { SignedWebhookConfig } from '../signed-webhook-config';

/** The answer to a signed webhook: its status, and the body when it is JSON. */
export interface WebhookAnswer {
  status: number;
  json?: unknown;
}

/** The `webhook-signature` of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, as `v1,BASE64`. */
export function signature(secret: string, messageId: string, timestampSeconds: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${messageId}.${timestampSeconds}.${body}`).digest('base64')}`;
}

/**
 * Posts a signed message. The receiver dedupes by `webhook-id`, so the same intent always carries the same id.
 * Redirects are not followed: the signature is for this address.
 * Throws a retryable failure on no answer and on statuses that mean "not now".
 */
export async function postSigned(
  config: SignedWebhookConfig,
  messageId: string,
  message: object,
  timeoutMs: number,
): Promise<WebhookAnswer> {
  const body = JSON.stringify(message);
  const timestampSeconds = Math.floor(Date.now() / 1000);
  const host = new URL(config.url).host;
  let response: Response;
  let text: string;
  try {
    response = await fetch(config.url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': messageId,
        'webhook-timestamp': String(timestampSeconds),
        'webhook-signature': signature(config.secret, messageId, timestampSeconds, body),
      },
    });
    text = await readLimited(response);
  } catch {
    throw failure(
      'ContainmentUnavailable',
      `no answer from the webhook at ${host} within ${timeoutMs} ms: check that it runs; the same message is sent again`,
    );
  }
  if (isTransientStatus(response.status)) {
    throw failure(
      'ContainmentUnavailable',
      `the webhook at ${host} answered ${response.status}: the same message is sent again`,
    );
  }
  return { status: response.status, json: parseJson(text) };
}

/** The generic webhook for credentials and systems: 2xx is applied, `{ "verified": true }` is verified. */
export async function callMeasureWebhook(
  config: SignedWebhookConfig,
  type: 'credential.rotate' | 'system.isolate' | 'system.release',
  input: MeasureInput,
  timeoutMs: number,
): Promise<MeasureResult> {
  const { measure } = input;
  const target =
    measure.action === 'rotate-credential'
      ? { ref: measure.credential.ref }
      : { system: measure.action === 'isolate-system' ? measure.system : '' };
  const messageId = `measure_${createHash('sha256').update(`${input.incidentId}\n${input.id}\n${input.round}\n${type}`).digest('hex').slice(0, 32)}`;
  const message = { type, incident: input.incidentId, ...target, exercise: input.exercise };
  const answer = await postSigned(config, messageId, message, timeoutMs);
  const internal = `${type}, message ${messageId}`;
  if (answer.status < 200 || answer.status >= 300) {
    return {
      outcome: 'refused',
      detail: 'the system that was asked did not take it',
      internal: `the webhook answered ${answer.status} to ${internal}; see its log for the reason, or do it by hand and record it`,
    };
  }
  if (type === 'system.release') return { outcome: 'undone', detail: 'the system that was asked took it', internal };
  const isVerified = (answer.json as { verified?: unknown } | undefined)?.verified === true;
  return isVerified
    ? { outcome: 'verified', detail: 'the system that was asked did it and verified it', internal }
    : {
        outcome: 'applied',
        detail: 'the system that was asked took it; it did not say that it verified it',
        internal,
      };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
