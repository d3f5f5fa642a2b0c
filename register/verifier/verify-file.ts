/** Verifies an export in a file; a large one in several threads, each of which takes a part of the entries. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { cpus } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CERTIFICATE_START } from './certificate';
import type { Segment } from './chain';
import { type ExportVerification, ExportVerifier, type ExportVerifyOptions } from './export-verifier';
import type { SegmentTask } from './verify-segment';

/** How a file is read. */
export interface FileOptions extends ExportVerifyOptions {
  /** How many threads; by default one for each core when the file has more than 64 MB. */
  threads?: number;
  /** The script of a thread: it must call `serveSegment`. */
  worker: string;
  /** Told now and then how many bytes were read. */
  onProgress?: (read: number, size: number) => void;
}

const CHUNK_BYTES = 1024 * 1024;
const WORTH_THREADS_BYTES = 64 * 1024 * 1024;

/**
 * Verifies the export in a file. The answer does not depend on the number of threads: what they refuse is looked at again
 * by one, from the last part on that held.
 *
 * @throws UnreadableExportError naming the line, when one cannot be read at all; the error of the file system.
 */
export async function verifyFile(file: string, options: FileOptions): Promise<ExportVerification> {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const threads = options.threads ?? (size > WORTH_THREADS_BYTES ? Math.max(1, cpus().length) : 1);
    const verifier = new ExportVerifier(options);
    const from = threads > 1 ? await inThreads(verifier, file, handle, size, threads, options) : 0;
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let place = from, read = 0; verifier.bad === undefined; place += read) {
      read = readSync(handle, chunk, 0, CHUNK_BYTES, place);
      if (read === 0) break;
      verifier.push(chunk.subarray(0, read));
      options.onProgress?.(place + read, size);
    }
    return verifier.end();
  } finally {
    closeSync(handle);
  }
}

/** Has the entries verified in threads; answers from which byte on the file is still to be verified. */
async function inThreads(
  verifier: ExportVerifier,
  file: string,
  handle: number,
  size: number,
  threads: number,
  options: FileOptions,
): Promise<number> {
  const header = lineEnd(handle, 0, size);
  const certificate = startOfCertificate(handle, size);
  if (certificate === undefined || header >= certificate) return 0;
  verifier.push(readRange(handle, 0, header));
  const { bytesOnly, expectedHead } = options;
  const places = [header];
  for (let i = 1; i < threads; i++) {
    const place = lineEnd(handle, header + Math.floor(((certificate - header) * i) / threads), certificate);
    if (place > places.at(-1)! && place < certificate) places.push(place);
  }
  const scope = verifier.header!.scope;
  const segments = places.map((from, i) =>
    verifySegment(options.worker, {
      file,
      from,
      to: places[i + 1] ?? certificate,
      scope,
      options: { bytesOnly, expectedHead },
    }),
  );
  const settled = Promise.allSettled(segments);
  const digests = bytesOnly ? [] : await digestsUpTo(handle, [...places, certificate], options, size);
  for (const [i, outcome] of (await settled).entries()) {
    if (outcome.status === 'rejected') throw outcome.reason;
    const held = outcome.value !== undefined && verifier.join(outcome.value);
    if (!bytesOnly) verifier.useDigest(digests[held ? i + 1 : i]!);
    if (!held) return places[i]!;
  }
  return certificate;
}

/** The digest of the file up to each of the places. Read with pauses, in which the threads are heard. */
async function digestsUpTo(handle: number, places: readonly number[], options: FileOptions, size: number) {
  const digest = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const digests = [];
  let at = 0;
  for (const place of places) {
    while (at < place) {
      const read = readSync(handle, chunk, 0, Math.min(CHUNK_BYTES, place - at), at);
      if (read === 0) break;
      digest.update(chunk.subarray(0, read));
      at += read;
      options.onProgress?.(at, size);
      await new Promise((resolve) => setImmediate(resolve));
    }
    digests.push(digest.copy());
  }
  return digests;
}

/** What a thread found; undefined when its part does not hold. */
function verifySegment(script: string, task: SegmentTask): Promise<Segment | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: task });
    worker.once('message', (segment: Segment | null) => resolve(segment ?? undefined));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread of the verification ended with code ${code}`)));
  });
}

/** Where the line ends that goes on at `from`; `size` when it does not end. */
function lineEnd(handle: number, from: number, size: number): number {
  for (let place = from; place < size; place += CHUNK_BYTES) {
    const chunk = readRange(handle, place, Math.min(size, place + CHUNK_BYTES));
    const end = chunk.indexOf(0x0a);
    if (end >= 0) return place + end + 1;
  }
  return size;
}

/** Where the certificate's line begins, looked for from the file's end on. */
function startOfCertificate(handle: number, size: number): number | undefined {
  const start = Buffer.from(`\n${CERTIFICATE_START}`);
  for (let to = size; to > 0; to -= CHUNK_BYTES) {
    const from = Math.max(0, to - CHUNK_BYTES);
    const found = readRange(handle, from, Math.min(size, to + start.length)).lastIndexOf(start);
    if (found >= 0) return from + found + 1;
  }
  return undefined;
}

function readRange(handle: number, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(to - from);
  return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, from));
}
