import { readLimited } from '../../platform/read-limited';
import { signature } from '../containment/providers/signed-webhook';
import { failure } from '../failures';

/** Time for one call. A page has seconds, not minutes. */
const TIMEOUT_MS = 10_000;
/** A service that wants a longer pause is asked again after this: the page is worth a try. */
const LONGEST_PAUSE_MS = 5 * 60_000;

/** The address may itself be a secret, so what is called is named by `service`. */
export interface Post {
  service: string;
  url: string;
  body: string;
  headers?: Record<string, string>;
  timeoutMs?: number;
}

/**
 * Posts JSON to a paging service. Redirects are not followed. Resolves on 2xx.
 * Throws PageOutcomeUnknown on no answer, PageBusy on 429 and 5xx (later, and as late as the service says), PageRefused
 * on anything else: repeating that cannot help.
 */
export async function postJson({ service, url, body, headers, timeoutMs = TIMEOUT_MS }: Post): Promise<void> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    text = await readLimited(response);
  } catch {
    // The cause is left out: it may hold the address, which for Slack is a secret.
    throw failure(
      'PageOutcomeUnknown',
      `no answer from ${service} within ${timeoutMs} ms: whether the page arrived is unknown, it is sent again`,
    );
  }
  const { status } = response;
  if (status >= 200 && status < 300) return;
  const said = `${service} answered ${status}${codeIn(text)}`;
  if (status === 429 || status === 408 || status === 425 || status >= 500) {
    const pauseMs = pauseOf(response.headers.get('retry-after'));
    throw failure('PageBusy', `${said}: it is sent again`, pauseMs === undefined ? {} : { nextRetryDelay: pauseMs });
  }
  throw failure('PageRefused', `${said}: check the settings of ${service}; the other ways of paging are used`);
}

/** The same, signed as Standard Webhooks says: a repeat has the same `id`, by which the receiver drops it. */
export function postSigned({ secret, id, ...post }: Post & { secret: string; id: string }): Promise<void> {
  const seconds = Math.floor(Date.now() / 1000);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signature(secret, id, seconds, post.body),
  };
  return postJson({ ...post, headers });
}

/** The provider's own code, such as Slack's `no_service`, where the whole answer is one. Other text may hold anything. */
function codeIn(text: string): string {
  return /^[a-z_]{3,40}$/.test(text.trim()) ? ` (${text.trim()})` : '';
}

function pauseOf(retryAfter: string | null): number | undefined {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0
    ? Math.min(Math.max(seconds * 1000, 1000), LONGEST_PAUSE_MS)
    : undefined;
}
