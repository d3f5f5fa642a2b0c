/** Messages to the company's own product, by a webhook that is signed as Standard Webhooks says. */
import { isLoopbackUrl } from '../../platform/loopback-host';
import { readLimited } from '../../platform/read-limited';
import { signature } from '../containment/providers/signed-webhook';
import type { SignedWebhookConfig } from '../containment/signed-webhook-config';
import { failure, isTransientStatus } from '../failures';
import { retryAfterOf } from '../mail/rate-pacer';
import { sha256Hex } from '../storage/artefacts';
import type { InAppPort } from './in-app-port';

const TIMEOUT_MS = 10_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/**
 * Without settings every message is refused, and told so: a pack asked for it. `contained`: of exercises, which reach this
 * machine only, whatever the settings say. The id is that of incident, obligation, round and correction: the product drops a
 * repeat by it.
 */
export function createInAppWebhook(config: SignedWebhookConfig | undefined, { contained = false } = {}): InAppPort {
  return {
    async tell({ incidentId, obligation, round, at, exercise, audience, correction }, texts) {
      if (!config)
        throw failure(
          'InAppRefused',
          'TOCSIN_IN_APP_URL is not set, so the product cannot be told, and the incident keeps the policy that asks for it: set it; it is tried again by itself',
        );
      if (exercise !== contained || (contained && !isLoopbackUrl(config.url)))
        throw failure(
          'ExerciseNotContained',
          'a message of an exercise goes to a recorder on this machine, and a live one to the product: it was not sent',
        );
      const corrects = correction ? [correction] : [];
      const about = JSON.stringify([incidentId, obligation, round, ...corrects]);
      const messageId = `inapp_${sha256Hex(about).slice(0, 32)}`;
      const data = {
        incident: incidentId,
        obligation,
        round,
        ...(correction && { correction }),
        exercise,
        audience,
        texts,
      };
      await post(config, messageId, JSON.stringify({ type: 'incident.notice', timestamp: at, data }));
      return { messageId };
    },
  };
}

/** Redirects are not followed: the signature is for this address. The address is left out of what is told. */
async function post({ url, secret }: SignedWebhookConfig, messageId: string, body: string): Promise<void> {
  const seconds = Math.floor(Date.now() / 1000);
  const headers = {
    'content-type': 'application/json',
    'webhook-id': messageId,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signature(secret, messageId, seconds, body),
  };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { method: 'POST', redirect: 'manual', signal, headers, body })
    .then(async (answer) => {
      await readLimited(answer);
      return answer;
    })
    .catch(() => undefined);
  if (!response)
    throw failure(
      'InAppUnavailable',
      `no answer from the product within ${TIMEOUT_MS / 1000} s: the same message (${messageId}) is sent again`,
    );
  if (response.ok) return;
  const said = `the product answered ${response.status} to message ${messageId}`;
  if (!isTransientStatus(response.status))
    throw failure(
      'InAppRefused',
      `${said}: check TOCSIN_IN_APP_URL, TOCSIN_IN_APP_SECRET and its receiver; it is tried again by itself`,
    );
  const nextRetryDelay = retryAfterOf(response, LONGEST_PAUSE_MS);
  throw failure(
    'InAppUnavailable',
    `${said}: the same message is sent again`,
    nextRetryDelay === undefined ? {} : { nextRetryDelay },
  );
}
