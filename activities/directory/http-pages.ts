/** Reads a listing of a directory over HTTP page by page. Whatever the other side sends, it ends, and never fills the memory. */
import { setTimeout as pause } from 'node:timers/promises';
import { failure, isTransientStatus } from '../failures';
import { retryAfterOf } from '../mail/rate-pacer';
import { sha256Hex } from '../storage/artefacts';
import type { Listing } from './columns';

/** Where the directory is: an address to which the name of a listing is added, and the token that it knows Tocsin by. */
export interface HttpDirectorySettings {
  endpoint: string;
  token: string;
}

/** Bounds of one reading. */
export interface Bounds {
  /** Items of a page, as the directory is asked for. */
  limit: number;
  /** Of a page, once it is unpacked. */
  maxBytes: number;
  /** For a page, from the question to its last byte. */
  pageMs: number;
  /** For each page, before the reading fails. */
  tries: number;
  /** Before the second try; four times as long before the third. */
  backoffMs: number;
  maxPages: number;
}

export const BOUNDS: Bounds = {
  limit: 2_000,
  maxBytes: 8 * 1024 * 1024,
  pageMs: 30_000,
  tries: 3,
  backoffMs: 1_000,
  maxPages: 10_000,
};

/** A pause that the directory asks for and that is longer is left to the retry of the whole reading. */
const LONGEST_PAUSE_MS = 30_000;
/** A page may be empty, as one is whose rows were deleted; so many in a row lead nowhere. */
const MOST_EMPTY = 20;
const MAX_CURSOR = 2_000;

/** A page of a listing. */
export interface Page {
  /** From 1. */
  number: number;
  items: unknown[];
}

type Question = [name: string, value: string][];

/**
 * All pages of a listing, in the order in which they come, one in memory.
 *
 * @throws DirectoryUnavailable, after several tries, for a page that does not come whole or in time, 429 and 5xx;
 * DirectoryRefused for other answers; DirectoryFault for what is no page, for one that is too large, and for pages without an end.
 */
export async function* pagesOf(
  directory: HttpDirectorySettings,
  listing: Listing,
  question: Question,
  bounds: Bounds = BOUNDS,
): AsyncGenerator<Page> {
  const seen = new Set<string>();
  let cursor: string | undefined;
  let empty = 0;
  for (let number = 1; ; number++) {
    const about = `page ${number} of "${listing}"`;
    const asked = new URLSearchParams([...question, ['limit', String(bounds.limit)]]);
    if (cursor !== undefined) asked.set('cursor', cursor);
    const address = `${directory.endpoint.replace(/\/+$/, '')}/${listing}?${asked}`;
    const { items, next } = readPage(about, await answer(directory, address, about, bounds), bounds);
    yield { number, items };
    if (next === null) return;
    // A cursor may be long: what is kept of it is not.
    const digest = sha256Hex(next);
    if (seen.has(digest)) throw fault(about, 'gives a cursor that came before, so its pages have no end');
    seen.add(digest);
    cursor = next;
    empty = items.length === 0 ? empty + 1 : 0;
    if (empty >= MOST_EMPTY)
      throw fault(about, `is the ${MOST_EMPTY}th in a row without an item, and gives a cursor still`);
    if (number >= bounds.maxPages)
      throw fault(
        about,
        `gives a cursor still: a listing has ${bounds.maxPages} pages at most; fill each up to the limit`,
      );
  }
}

/** The text of a page. What passes is tried again here, as a retry of the reading begins at the first page. */
async function answer(
  directory: HttpDirectorySettings,
  address: string,
  about: string,
  bounds: Bounds,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(directory, address, about, bounds);
    } catch (error) {
      const { type, nextRetryDelay } = error as { type?: string; nextRetryDelay?: number };
      const pauseMs = nextRetryDelay ?? bounds.backoffMs * 4 ** (attempt - 1);
      if (type !== 'DirectoryUnavailable' || attempt >= bounds.tries || pauseMs > LONGEST_PAUSE_MS) throw error;
      await pause(pauseMs);
    }
  }
}

/** Redirects are not followed: the token is for this address. No address and no text of the answer is told. */
async function ask({ token }: HttpDirectorySettings, address: string, about: string, bounds: Bounds): Promise<string> {
  const signal = AbortSignal.timeout(bounds.pageMs);
  const headers = { accept: 'application/json', authorization: `Bearer ${token}` };
  try {
    const response = await fetch(address, { redirect: 'manual', signal, headers });
    if (response.status === 200) return await whole(response, about, bounds.maxBytes);
    await response.body?.cancel().catch(() => undefined);
    throw refusalOf(response, about);
  } catch (error) {
    if ((error as { type?: unknown }).type !== undefined) throw error;
    throw failure(
      'DirectoryUnavailable',
      `${about} of the directory did not come whole${signal.aborted ? ` within ${bounds.pageMs / 1000} s` : codeOf(error)}: it is asked for again; check TOCSIN_DIRECTORY_HTTP_URL and the service behind it`,
    );
  }
}

async function whole(response: Response, about: string, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > maxBytes) throw fault(about, `is longer than ${maxBytes} bytes: give fewer items a page`);
    chunks.push(chunk as Uint8Array);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw fault(about, 'is not UTF-8');
  }
}

function refusalOf(response: Response, about: string) {
  const { status } = response;
  const said = `the directory answered ${status} for ${about}`;
  if (isTransientStatus(status)) {
    const nextRetryDelay = retryAfterOf(response);
    return failure(
      'DirectoryUnavailable',
      `${said}: it is asked again`,
      nextRetryDelay === undefined ? {} : { nextRetryDelay },
    );
  }
  const todo =
    status === 401 || status === 403
      ? 'check TOCSIN_DIRECTORY_HTTP_TOKEN, and that the service accepts it'
      : status >= 300 && status < 400
        ? 'redirects are not followed: give the address itself in TOCSIN_DIRECTORY_HTTP_URL'
        : 'check TOCSIN_DIRECTORY_HTTP_URL and the service behind it';
  return failure('DirectoryRefused', `${said}: ${todo}; it is tried again by itself`);
}

/** Without `next` a listing that goes on would end here, and nobody would know who is missing. */
function readPage(about: string, text: string, { limit }: Bounds): { items: unknown[]; next: string | null } {
  let page: { items?: unknown; next?: unknown } | null;
  try {
    page = JSON.parse(text);
  } catch {
    throw fault(about, 'is not JSON'); // the parser's message quotes the text
  }
  const { items, next } = page ?? {};
  if (!Array.isArray(items)) throw fault(about, 'has no list "items"');
  if (items.length > limit)
    throw fault(about, `has ${items.length} items, and ${limit} at most were asked for: mind "limit"`);
  if (next !== null && (typeof next !== 'string' || next === '' || next.length > MAX_CURSOR))
    throw fault(about, `has a "next" that is neither null nor a text of 1 to ${MAX_CURSOR} characters`);
  return { items, next };
}

/** `about`: like `page 2 of "individuals"`. */
export function fault(about: string, problem: string) {
  return failure(
    'DirectoryFault',
    `${about} of the directory ${problem}: correct the service; it is asked again by itself`,
  );
}

/** Such as ECONNREFUSED or CERT_HAS_EXPIRED; other text may hold the address. */
function codeOf(error: unknown): string {
  const { code } = ((error as Error).cause ?? error) as { code?: unknown };
  return typeof code === 'string' && /^[A-Z_]{3,60}$/.test(code) ? ` (${code})` : '';
}
