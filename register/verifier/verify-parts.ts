/** Verifies the entries of an export in several threads: part by part, each by the thread that has time for it. */
import { createHash, type Hash as Digest } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { CERTIFICATE_START } from './certificate';
import type { ExportVerifier } from './export-verifier';
import { CHUNK_BYTES, chunksOf, lastLine, lineEnd, type OpenFile, readRange } from './read-file';
import type { FileOptions } from './verify-file';
import { type FoundSegment, type SegmentsTask, stopAll, verifySegments } from './verify-segment';

const PART_BYTES = 4 * 1024 * 1024;

/**
 * Verifies the header and the entries as far as they hold, with so many threads, of which this is one; it takes the digest
 * of the file besides, as that cannot be shared. Answers from which byte on the file is still to be verified.
 *
 * @throws UnreadableExportError when the header cannot be read.
 */
export async function verifyParts(
  verifier: ExportVerifier,
  file: OpenFile,
  threads: number,
  { bytesOnly, expectedHead, worker, onProgress }: FileOptions,
): Promise<number> {
  const header = lineEnd(file, 0, file.size);
  const certificate = lastLine(file, CERTIFICATE_START);
  if (certificate === undefined || header >= certificate) return 0;
  verifier.push(readRange(file, 0, header));
  const { scope } = verifier.header!;
  const places = partsBetween(file, header, certificate, threads);
  const next = new Int32Array(new SharedArrayBuffer(4));
  const task: SegmentsTask = { file: file.name, places, next, scope, options: { bytesOnly, expectedHead } };
  const parts = new Parts(verifier, task);
  const digest = bytesOnly ? undefined : new FileDigest(file);
  const workers = Array.from({ length: threads - 1 }, () => new Worker(worker, { workerData: task }));
  const ended = Promise.allSettled(workers.map((each) => endOf(each, (found) => parts.take(found))));
  for (const found of verifySegments(task, (place, bytes) => digest?.take(place, bytes))) {
    parts.take(found);
    onProgress?.(places[parts.joined]!, file.size);
    // In this pause the other threads are heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const end of await ended) if (end.status === 'rejected') throw end.reason;
  const place = places[parts.joined]!;
  if (digest !== undefined) verifier.goOnWith(digest.upTo(place));
  return place;
}

/** Where the parts begin, each at the start of a line, and where the last one ends. */
function partsBetween(file: OpenFile, from: number, to: number, threads: number): number[] {
  const length = Math.min(PART_BYTES, Math.ceil((to - from) / threads));
  const places = [from];
  for (let place = from + length; place < to; place += length) {
    const start = lineEnd(file, place, to);
    if (start > places.at(-1)! && start < to) places.push(start);
  }
  return [...places, to];
}

/** The parts in the order of the file, whatever the order in which they were verified. */
class Parts {
  /** How many parts hold, and follow those before them. */
  joined = 0;
  private readonly found = new Map<number, FoundSegment['segment']>();

  constructor(
    private readonly verifier: ExportVerifier,
    private readonly task: SegmentsTask,
  ) {}

  take({ part, segment }: FoundSegment): void {
    this.found.set(part, segment);
    for (let next = this.found.get(this.joined); next !== undefined; next = this.found.get(this.joined)) {
      this.found.delete(this.joined);
      if (!this.verifier.join(next)) {
        stopAll(this.task);
        return;
      }
      this.joined += 1;
    }
  }
}

/** The digest of a file, taken on the way: what this thread reads anyway is not read again for it. */
class FileDigest {
  private readonly digest = createHash('sha256');
  private readonly chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  private place = 0;

  constructor(private readonly file: OpenFile) {}

  /** Takes the bytes at a place, which is never before that of the last ones, and those between, that another thread read. */
  take(place: number, bytes: Buffer): void {
    this.readOn(place);
    this.digest.update(bytes);
    this.place += bytes.length;
  }

  /** The digest of all bytes up to a place. It is taken anew when more was taken already: parts behind it did not hold. */
  upTo(place: number): Digest {
    if (place < this.place) return new FileDigest(this.file).upTo(place);
    this.readOn(place);
    return this.digest;
  }

  private readOn(place: number): void {
    for (const chunk of chunksOf(this.file.handle, this.place, place, this.chunk)) this.digest.update(chunk);
    this.place = place;
  }
}

/** Hears a thread until it has said all; what it takes to end is not waited for. Rejects when it fails. */
function endOf(worker: Worker, onFound: (found: FoundSegment) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', (found: FoundSegment | null) => (found === null ? resolve() : onFound(found)));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread of the verification ended with code ${code}`)));
  });
}
