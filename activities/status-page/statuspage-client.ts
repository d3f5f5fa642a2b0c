/** The calls to Statuspage's API (https://developer.statuspage.io) that Tocsin makes, each once: whoever calls repeats them. */
import { z } from 'zod';
import { readLimited } from '../../platform/read-limited';
import { failure, isTransientStatus, withoutAddresses } from '../failures';
import { waitOf } from '../mail/rate-pacer';
import type { PublicStatus } from './status-page-port';

/** Pages at Statuspage. */
export interface StatuspageConfig {
  apiKey: string;
  /** Without `/v1`: `https://api.statuspage.io`. */
  baseUrl: string;
  /** Ids of the pages. */
  pages: string[];
  /** Whether Statuspage tells its own subscribers of each update. */
  notify: boolean;
}

const IncidentSchema = z.object({
  id: z.string().min(1),
  name: z.string(),
  status: z.string(),
  created_at: z.string(),
  shortlink: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
/** An incident at Statuspage, as much of it as is used here. */
export type StatuspageIncident = z.infer<typeof IncidentSchema>;

const PageSchema = z.object({ name: z.string() });

/** What an incident is created or updated with. `body` becomes a new update. Values of `metadata` must be objects. */
export interface IncidentFields {
  name: string;
  status: PublicStatus;
  body: string;
  deliver_notifications: boolean;
  metadata: Record<string, unknown>;
}

/** Incidents in one answer to a list, the most that the API gives. */
export const LISTED = 100;
/** A hundred incidents with all their updates. */
const MAX_ANSWER_BYTES = 16 * 1_048_576;
const CALL_MS = 10_000;
/** The limit is counted over a minute: without a `Retry-After`, part of one. */
const BUSY_MS = 10_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Statuspage's older status for too many requests; the newer is 429. */
const CALM_DOWN = 420;

export type StatuspageClient = ReturnType<typeof statuspageClient>;

/**
 * A client of the API that repeats nothing and follows no redirect. `until`: the instant (epoch, ms) after which no call may
 * last. Every call throws StatusPageUnavailable (not now, or nobody knows), StatusPageDenied (key or id are wrong) or
 * StatusPageRejected (the request is); none of them holds the key.
 */
export function statuspageClient({ apiKey, baseUrl }: Pick<StatuspageConfig, 'apiKey' | 'baseUrl'>) {
  const base = `${baseUrl.replace(/\/+$/, '')}/v1/pages`;
  const urlOf = (pageId: string, rest = '') => `${base}/${encodeURIComponent(pageId)}${rest}`;
  const call = async <T>(
    what: string,
    schema: z.ZodType<T>,
    { method = 'GET', url, body, until }: { method?: string; url: string; body?: object; until: number },
  ): Promise<T> => {
    const waitMs = Math.min(CALL_MS, until - Date.now());
    if (waitMs <= 0) throw unavailable(`there was no time left to ${what}: Statuspage answers slowly`);
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(waitMs),
      headers: { authorization: `OAuth ${apiKey}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
      .then(
        async (answer) => ({ answer, text: await readLimited(answer, MAX_ANSWER_BYTES) }),
        () => undefined,
      )
      .catch(() => undefined);
    if (!response) throw unavailable(`no answer from Statuspage to: ${what}`);
    const { answer, text } = response;
    if (answer.ok) {
      const read = schema.safeParse(jsonOf(text));
      if (read.success) return read.data;
      throw unavailable(`no usable answer from Statuspage to: ${what}`);
    }
    throw refusal(what, answer, reasonIn(text, apiKey));
  };
  return {
    /** One list of incidents, `number` from 1. */
    list: (pageId: string, number: number, until: number) =>
      call(`list the incidents of page ${pageId}`, z.array(IncidentSchema), {
        url: urlOf(pageId, `/incidents?limit=${LISTED}&page=${number}`),
        until,
      }),
    create: (pageId: string, incident: IncidentFields, until: number) =>
      call(`create an incident on page ${pageId}`, IncidentSchema, {
        method: 'POST',
        url: urlOf(pageId, '/incidents'),
        body: { incident },
        until,
      }),
    update: (pageId: string, id: string, incident: IncidentFields, until: number) =>
      call(`update incident ${id} on page ${pageId}`, IncidentSchema, {
        method: 'PATCH',
        url: urlOf(pageId, `/incidents/${encodeURIComponent(id)}`),
        body: { incident },
        until,
      }),
    page: (pageId: string, until: number) => call(`read page ${pageId}`, PageSchema, { url: urlOf(pageId), until }),
    /** Where an incident stands: the short address that people are given, else that of the API. */
    addressOf: (pageId: string, { id, shortlink }: StatuspageIncident) =>
      shortlink && /^https?:\/\//.test(shortlink) && URL.canParse(shortlink)
        ? shortlink
        : urlOf(pageId, `/incidents/${encodeURIComponent(id)}`),
  };
}

function unavailable(said: string, nextRetryDelay?: number) {
  return failure(
    'StatusPageUnavailable',
    `${said}. It is looked up again, so that nothing is published twice`,
    nextRetryDelay === undefined ? {} : { nextRetryDelay },
  );
}

function refusal(what: string, { status, headers }: Response, reason: string) {
  const said = `Statuspage answered ${status} to: ${what}${reason}`;
  if (status === CALM_DOWN || status === 429) {
    const { retryAfterMs = BUSY_MS } = waitOf(Object.fromEntries(headers), Date.now());
    return unavailable(said, Math.min(Math.max(retryAfterMs, 1_000), LONGEST_PAUSE_MS));
  }
  if (isTransientStatus(status)) return unavailable(said);
  if (status === 401 || status === 403)
    return failure('StatusPageDenied', `${said}. Check TOCSIN_STATUSPAGE_API_KEY; it is tried again by itself`);
  if (status === 404)
    return failure(
      'StatusPageDenied',
      `${said}. Check the ids in TOCSIN_STATUSPAGE_PAGES, and that the key is for these pages; it is tried again by itself`,
    );
  return failure(
    'StatusPageRejected',
    `${said}. See at Statuspage what it does not take (a name has at most 255 characters, a text 25,000), or publish it there by hand`,
  );
}

/** What Statuspage says of a refusal: `{ "error": … }` or `{ "message": … }`, a text or several. */
function reasonIn(text: string, apiKey: string): string {
  const told = jsonOf(text) as { error?: unknown; message?: unknown } | undefined;
  const all = [told?.error, told?.message].flat().filter((each) => typeof each === 'string' && each !== '');
  const reason = withoutAddresses(all.join(', '));
  return reason === '' || reason.includes(apiKey) ? '' : ` (${reason})`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
