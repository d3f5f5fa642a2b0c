/** What one thread does of a verification: the entries between places of a file. */
import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { UnreadableExportError } from '../errors';
import { ChainVerifier, type Segment, type VerifyOptions } from './chain';
import { entryAt } from './entry-line';
import { chainOptions, type ExportScope } from './export-header';
import { LeafReader } from './leaf-reader';
import { LineCutter, type Stretch } from './lines';
import { CHUNK_BYTES, chunksOf } from './read-file';

/** What the threads of a verification are asked to do. */
export interface SegmentsTask {
  file: string;
  /** Where the parts of the file begin, each at the start of a line, and where the last one ends. */
  places: number[];
  /** The part that is to be taken next, in memory that the threads share. */
  next: Int32Array;
  scope: ExportScope;
  options: Pick<VerifyOptions, 'bytesOnly' | 'expectedHead'>;
}

/** What was found of a part: undefined when it does not hold. */
export interface FoundSegment {
  part: number;
  segment: Segment | undefined;
}

/** In a thread: verifies parts as long as there are any, and says what it found of each; null at the end. */
export function serveSegments(): void {
  for (const found of verifySegments(workerData as SegmentsTask)) parentPort!.postMessage(found);
  parentPort!.postMessage(null);
}

/**
 * Verifies one part after the other that no other thread has taken. After one that does not hold no thread takes any more.
 *
 * @param onRead told of each piece of the file before it is verified, in which it is overwritten.
 */
export function* verifySegments(task: SegmentsTask, onRead?: Reading['onRead']): Generator<FoundSegment> {
  const parts = task.places.length - 1;
  const handle = openSync(task.file, 'r');
  try {
    const reading = {
      handle,
      chunk: Buffer.allocUnsafe(CHUNK_BYTES),
      lines: new LineCutter(true),
      leaf: new LeafReader(),
      onRead,
    };
    for (let part = Atomics.add(task.next, 0, 1); part < parts; part = Atomics.add(task.next, 0, 1)) {
      const segment = verifySegment(task, part, reading);
      if (segment === undefined) stopAll(task);
      yield { part, segment };
    }
  } finally {
    closeSync(handle);
  }
}

/** No thread takes another part. */
export function stopAll({ places, next }: SegmentsTask): void {
  Atomics.store(next, 0, places.length);
}

/** What a thread reads with: a part leaves nothing in it for the next one, but for what its leaves looked like. */
interface Reading {
  handle: number;
  chunk: Buffer;
  lines: LineCutter;
  leaf: LeafReader;
  onRead: ((place: number, bytes: Buffer) => void) | undefined;
}

/** Verifies entries of which it is not known what stands before them. Undefined when they do not hold. */
function verifySegment({ places, scope, options }: SegmentsTask, part: number, reading: Reading): Segment | undefined {
  const { handle, chunk, lines, leaf, onRead } = reading;
  const [from, to] = [places[part]!, places[part + 1]!];
  let place = from;
  const chain = new ChainVerifier({ ...chainOptions(scope, options), startsAnywhere: true }, leaf);
  try {
    for (const bytes of chunksOf(handle, from, to, chunk)) {
      onRead?.(place, bytes);
      for (const stretch of lines.push(bytes)) if (!follow(chain, stretch)) return undefined;
      place += bytes.length;
    }
    return place === to ? chain.segment() : undefined;
  } catch (error) {
    if (error instanceof UnreadableExportError) return undefined;
    throw error;
  }
}

function follow(chain: ChainVerifier, stretch: Stretch): boolean {
  let start = 0;
  for (const end of stretch.ends) {
    const found = entryAt(stretch, start, end);
    if (found === undefined || chain.next(found) !== undefined) return false;
    start = end + 1;
  }
  return true;
}
