/** Where a log is read from: a file, standard input, a web address; compressed by gzip or not. */
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { assertSealed } from '../../activities/containment/loopback';
import { AuditUnreadableError } from './errors';

const CHUNK_BYTES = 1024 * 1024;
const GZIP_MAGIC = [0x1f, 0x8b];
/** Until a web server must have answered; and the longest pause between two pieces of its answer. */
const SILENCE_MS = 30_000;

/** A log's name for people and reports: no path of a machine, no credentials of an address. */
export function logName(location: string): string {
  if (location === 'db' || location === '-') return location;
  try {
    if (isUrl(location)) {
      const { host, pathname, protocol } = new URL(location);
      return protocol.startsWith('postgres') ? 'db' : `${host}${pathname}`;
    }
  } catch {
    // Not an address after all: a file with an odd name.
  }
  return location.split(/[\\/]/).at(-1) || location;
}

export function isUrl(location: string): boolean {
  return /^(https?|postgres(ql)?):\/\//i.test(location);
}

/**
 * Reads a file, `-` or an http(s) address in chunks. What is compressed by gzip is unpacked, told by its first bytes.
 *
 * @param offset bytes to leave out at the start; of plain files only.
 * @throws AuditUnreadableError that says why it cannot be read.
 */
export async function* readLog(location: string, offset = 0): AsyncGenerator<Buffer> {
  try {
    const raw =
      location === '-' ? process.stdin : isUrl(location) ? await readUrl(location) : readFile(location, offset);
    yield* unpacked(raw as AsyncIterable<Buffer>);
  } catch (error) {
    if (error instanceof AuditUnreadableError) throw error;
    throw new AuditUnreadableError(`${logName(location)} cannot be read: ${why(error)}`, { cause: error });
  }
}

/** One buffer for the whole file: the chunk is good until the next one is asked for. */
async function* readFile(file: string, offset: number): AsyncGenerator<Buffer> {
  const handle = await open(file, 'r');
  try {
    // Many logs are small: a buffer as large as the largest piece would be made for each.
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(4_096, (await handle.stat()).size)));
    for (let position = offset; ; ) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/**
 * Over TLS or on this machine only, and from the address that was named: whoever changes the answer on the way, or leads
 * elsewhere, shows another log.
 */
async function readUrl(url: string): Promise<AsyncIterable<Buffer>> {
  assertSealed('the address', url);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('it does not answer')), SILENCE_MS);
  const response = await fetch(url, { signal: abort.signal, redirect: 'manual' });
  if (!response.ok || !response.body) {
    clearTimeout(timer);
    await response.body?.cancel();
    if (response.status >= 300 && response.status < 400) {
      throw new Error('the server leads to another address, which is not followed: give the address of the log itself');
    }
    throw new Error(`the server answers ${response.status}`);
  }
  const { body } = response;
  return (async function* () {
    try {
      for await (const chunk of body) {
        timer.refresh();
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      }
    } finally {
      clearTimeout(timer);
    }
  })();
}

/** Unpacks gzip, else hands on. The first two bytes tell, which may come in two chunks. */
async function* unpacked(raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = raw[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let known = 0;
  let done = false;
  try {
    while (known < GZIP_MAGIC.length && !done) {
      const next = await iterator.next();
      done = next.done === true;
      if (done) break;
      // Copied: the source may use its buffer again.
      first.push(Buffer.from(next.value));
      known += next.value.length;
    }
    const start = Buffer.concat(first);
    const whole = (async function* () {
      yield start;
      while (!done) {
        const next = await iterator.next();
        if (next.done) return;
        yield next.value;
      }
    })();
    if (start[0] === GZIP_MAGIC[0] && start[1] === GZIP_MAGIC[1]) yield* gunzipped(whole);
    else yield* whole;
  } finally {
    await iterator.return?.();
  }
}

async function* gunzipped(packed: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const copies = (async function* () {
    for await (const chunk of packed) yield Buffer.from(chunk);
  })();
  const source = Readable.from(copies, { objectMode: false, highWaterMark: CHUNK_BYTES });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Buffer;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function why(error: unknown): string {
  const { code, message, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  const known: Record<string, string> = {
    ENOENT: 'it does not exist',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    Z_DATA_ERROR: 'its gzip data is damaged',
    Z_BUF_ERROR: 'its gzip data ends too early',
  };
  return known[code ?? ''] ?? (cause?.code || cause?.message || message);
}
