/** One request to `tocsin serve`: the token goes to this server alone, and what goes wrong is told with what to do. */
import { tocsin } from '../../domain/kernel/command-lines';
import { refused, ServerAway, UnknownOutcome } from '../errors';
import { reached, whyUnreachable } from './unreachable';

/** Where the server is, and as whom it is asked. */
export interface ServerTarget {
  /** An origin, like `https://tocsin.acme.dev`. */
  url: string;
  /** The token that is borne now; renewed where it can be. */
  token(): Promise<string>;
  /** What to do about a token that is not accepted. */
  remedy: string;
}

/** What the server answered: a success, or a problem (RFC 9457). */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a route answers is known to who asks it.
  json: any;
}

export interface Asked {
  method?: 'GET' | 'POST';
  body?: unknown;
  headers?: Record<string, string>;
  timeoutMs?: number;
  /** What to do where it is not known whether it was taken. */
  repeat?: string;
}

/** The type of every problem of Tocsin begins with it; a gateway before it has types of its own, or none. */
export const PROBLEM_TYPE = 'urn:tocsin:problem:';
const REPEAT = 'Look before you send it again, or repeat it with the same command id';

/** The server gives up on Temporal after 20 seconds, and says so. */
const TIMEOUT_MS = 30_000;
/** More than any view holds. */
const MOST_BYTES = 64 * 1_048_576;

/**
 * Asks the server. A redirect is not followed: whoever is there has no business with the token.
 *
 * @throws ServerAway where nothing of the request can have arrived; UnknownOutcome where a message may have.
 */
export async function ask({ url, token }: ServerTarget, path: string, asked: Asked = {}): Promise<Answer> {
  const { method = 'GET', body, timeoutMs = TIMEOUT_MS, repeat = REPEAT } = asked;
  const headers = {
    ...asked.headers,
    accept: 'application/json, application/problem+json',
    authorization: `Bearer ${await token()}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  let response: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    response = await fetch(`${url}${path}`, { method, headers, ...sent, redirect: 'manual', signal });
    text = await bounded(response);
  } catch (error) {
    throw unanswered(url, method, repeat, error);
  }
  if (
    response.type === 'opaqueredirect' ||
    (response.status >= 300 && response.status < 400 && response.status !== 304)
  )
    throw refused(
      `the server at ${url} answers with a redirect, which is not followed, as the token is for that server alone: set TOCSIN_URL to the address where Tocsin itself answers`,
    );
  return { status: response.status, json: jsonOf(text, { url, method, repeat, status: response.status }) };
}

function unanswered(url: string, method: string, repeat: string, error: unknown): Error {
  const why = whyUnreachable(url, error);
  if (method === 'GET' || !reached(error)) return new ServerAway(`the server at ${url} cannot be reached: ${why}`);
  return new UnknownOutcome(`whether the server at ${url} took the message is not known: ${why}. ${repeat}`);
}

function jsonOf(
  text: string,
  { url, method, repeat, status }: { url: string; method: string; repeat: string; status: number },
): unknown {
  try {
    const json = text === '' ? undefined : JSON.parse(text);
    if (status < 400 || String(json?.type).startsWith(PROBLEM_TYPE)) return json;
  } catch {
    // Told below.
  }
  const what = `${url} answers ${status}, and not as Tocsin does`;
  if (method === 'POST' && status >= 500)
    throw new UnknownOutcome(
      `whether the message was taken is not known: ${what}, as a proxy whose server is away would. ${repeat}`,
    );
  throw new ServerAway(`${what}: is \`${tocsin('serve', {})}\` up behind it, and does TOCSIN_URL name it?`);
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > MOST_BYTES) throw new Error(`it answers with more than ${MOST_BYTES} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}
