/** Downloads a feed of advisories, only when it has changed, and never more than fits. */
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeWhole } from '../../platform/write-whole';

const LARGEST_BYTES = 512 * 1024 * 1024;
const TIMEOUT_MS = 5 * 60_000;

export interface DownloadOptions {
  /** Folder in which downloads are kept, so that they are asked for only when they have changed. */
  cacheDir: string;
  /** Told of everything that could not be read. */
  problem: (text: string) => void;
  /** Called again and again while there is work. */
  beat?: () => void;
}

/** The file that a feed was stored in, and the name by which reports call it. */
export interface Downloaded {
  path: string;
  name: string;
}

/**
 * Gets an address, with the ETag of the last time. When it cannot be had, the copy of the last time is used and the
 * problem told; when there is none, undefined. Only `https:`, and `http:` on this machine: what says that nothing is
 * vulnerable must come from who it says it is. Redirects are not followed.
 */
export async function download(
  address: string,
  { cacheDir, problem, beat }: DownloadOptions,
): Promise<Downloaded | undefined> {
  const url = parse(address);
  if (!url) {
    problem('advisories: an address is not https:// (or http:// on this machine), so it is not read');
    return undefined;
  }
  // Queries may hold keys: they are never shown.
  const name = `${url.host}${url.pathname}`.slice(0, 200);
  const file = path.join(cacheDir, `${createHash('sha256').update(url.href).digest('hex').slice(0, 32)}.json`);
  try {
    await mkdir(cacheDir, { recursive: true });
    await fetchInto(url, file, beat);
    return { path: file, name };
  } catch (error) {
    const kept = existsSync(file);
    problem(
      `advisories ${name}: ${why(error)}; ${kept ? 'the copy of the last time is used' : 'nothing is known from there'}`,
    );
    return kept ? { path: file, name } : undefined;
  }
}

async function fetchInto(url: URL, file: string, beat?: () => void): Promise<void> {
  const etagFile = `${file}.etag`;
  const etag = existsSync(file) && existsSync(etagFile) ? readFileSync(etagFile, 'utf8') : undefined;
  const response = await fetch(url, {
    headers: { accept: 'application/json, application/x-ndjson', ...(etag ? { 'if-none-match': etag } : {}) },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === 304 && etag) {
    await response.body?.cancel();
    return;
  }
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new DownloadError(`answered ${response.status}`);
  }
  const aside = `${file}.${process.pid}.part`;
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      beat?.();
      bytes += chunk.length;
      done(bytes > LARGEST_BYTES ? new DownloadError(`is larger than ${LARGEST_BYTES} bytes`) : null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(response.body as never), limit, createWriteStream(aside, { mode: 0o600 }));
    await rm(etagFile, { force: true });
    await rename(aside, file);
    const fresh = response.headers.get('etag');
    if (fresh && fresh.length < 300) await writeWhole(etagFile, fresh);
  } finally {
    await rm(aside, { force: true });
  }
}

class DownloadError extends Error {}

function why(error: unknown): string {
  if (error instanceof DownloadError) return error.message;
  if ((error as Error).name === 'TimeoutError') return `did not answer within ${TIMEOUT_MS / 60_000} minutes`;
  const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
  return `cannot be read (${code ?? 'the connection failed'})`;
}

function parse(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.username || url.password) return undefined;
  const isLocal = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal) ? url : undefined;
}
