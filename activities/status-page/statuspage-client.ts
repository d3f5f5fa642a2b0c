/** The calls to Statuspage's API (https://developer.statuspage.io) that Tocsin makes, each once: whoever calls repeats them. */
import { z } from 'zod';
import { readLimited } from '../../platform/read-limited';
import { failure, isTransientStatus, withoutAddresses } from '../failures';
import { retryAfterOf } from '../mail/rate-pacer';
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
  incident_updates: z.array(z.object({ body: z.string().nullish() })).nullish(),
});
/** An incident at Statuspage, as much of it as is used here. */
export type StatuspageIncident = z.infer<typeof IncidentSchema>;

const PageSchema = z.object({ name: z.string() });

/** What an incident is created with. `body` becomes a new update. Values of `metadata` must be objects. */
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
/** Statuspage carries out what it has taken long after it was given up here: so long nothing is written again. */
export const UNKNOWN_MS = 60_000;
/** The limit is counted over a minute: without a `Retry-After`, part of one. */
const BUSY_MS = 10_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Statuspage's older status for too many requests; the newer is 429. */
const CALM_DOWN = 420;

export type StatuspageClient = ReturnType<typeof statuspageClient>;

/**
 * A client of the API that repeats nothing and follows no redirect. `until`: the instant (epoch, ms) after which no call may
 * last; `callMs`: how long one may; `goesOn`: what is said after a refusal of key or page. Every call throws StatusPageUnavailable (not now, or nobody knows), StatusPageDenied (key
 * or id are wrong) or StatusPageRejected (the request is); none of them holds the key. Of a create or update whose outcome
 * nobody knows, `isUnknown` holds, and it asks for a pause of `UNKNOWN_MS`.
 */
export function statuspageClient(
  { apiKey, baseUrl }: Pick<StatuspageConfig, 'apiKey' | 'baseUrl'>,
  { callMs = CALL_MS, goesOn = '' } = {},
) {
  const base = `${baseUrl.replace(/\/+$/, '')}/v1/pages`;
  const urlOf = (pageId: string, rest = '') => `${base}/${encodeURIComponent(pageId)}${rest}`;
  const call = async <T>(
    what: string,
    schema: z.ZodType<T>,
    { method = 'GET', url, body, until }: { method?: string; url: string; body?: object; until: number },
  ): Promise<T> => {
    const unknown = (said: string) => (method === 'GET' ? unavailable(said) : unknownOutcome(said));
    const waitMs = Math.min(callMs, until - Date.now());
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
    if (!response) throw unknown(`no answer from Statuspage to: ${what}`);
    const { answer, text } = response;
    if (answer.ok) {
      const read = schema.safeParse(jsonOf(text));
      if (read.success) return read.data;
      throw unknown(`no usable answer from Statuspage to: ${what}`);
    }
    throw refusal(what, answer, reasonIn(text, apiKey), { unknown, goesOn });
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
    update: (pageId: string, id: string, incident: Partial<IncidentFields>, until: number) =>
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

export function unavailable(said: string, nextRetryDelay?: number) {
  return failure('StatusPageUnavailable', said, nextRetryDelay === undefined ? {} : { nextRetryDelay });
}

/** Failures of calls that Statuspage may have carried out, or may yet. */
const UNKNOWN = new WeakSet<object>();
export const isUnknown = (error: unknown): boolean => typeof error === 'object' && error !== null && UNKNOWN.has(error);

function unknownOutcome(said: string) {
  const error = unavailable(
    `${said}: nobody knows yet whether it was done. It is looked for in ${UNKNOWN_MS / 1000} s, before anything is written again`,
    UNKNOWN_MS,
  );
  UNKNOWN.add(error);
  return error;
}

function refusal(
  what: string,
  answer: Response,
  reason: string,
  { unknown, goesOn }: { unknown: (said: string) => ReturnType<typeof failure>; goesOn: string },
) {
  const { status } = answer;
  const said = `Statuspage answered ${status} to: ${what}${reason}`;
  if (status === CALM_DOWN || status === 429)
    return unavailable(said, retryAfterOf(answer, LONGEST_PAUSE_MS) ?? BUSY_MS);
  if (isTransientStatus(status)) return unknown(said);
  if (status === 401 || status === 403)
    return failure('StatusPageDenied', `${said}. Check TOCSIN_STATUSPAGE_API_KEY${goesOn}`);
  if (status === 404)
    return failure(
      'StatusPageDenied',
      `${said}. Check the ids in TOCSIN_STATUSPAGE_PAGES, and that the key is for these pages${goesOn}`,
    );
  return failure(
    'StatusPageRejected',
    `${said}. A name has at most 255 characters, a text 25,000: correct it with \`edit-draft\` and approve it again, or publish it there by hand and record that with \`notice settle\``,
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
