/** One thread's part of a verification: the entries between two places of a file. */
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { UnreadableExportError } from '../errors';
import { ChainVerifier, type Segment } from './chain';
import { entryAt } from './entry-line';
import type { ExportHeader } from './export-header';
import { chainOptions, type ExportVerifyOptions } from './export-verifier';
import { LineCutter } from './lines';

/** What a thread is asked to do. */
export interface SegmentTask {
  file: string;
  /** Bytes of the file, from the start of a line up to the end of one. */
  from: number;
  to: number;
  scope: ExportHeader['scope'];
  options: Pick<ExportVerifyOptions, 'bytesOnly' | 'expectedHead'>;
}

const CHUNK_BYTES = 1024 * 1024;

/** In a thread: verifies the part that it was given and says what it found, null when the part does not hold. */
export function serveSegment(): void {
  parentPort!.postMessage(verifySegment(workerData as SegmentTask) ?? null);
}

/** Verifies entries of which it is not known what stands before them. Undefined when they do not hold. */
export function verifySegment({ file, from, to, scope, options }: SegmentTask): Segment | undefined {
  const chain = new ChainVerifier({ ...chainOptions(scope, options), startsAnywhere: true });
  const lines = new LineCutter();
  const handle = openSync(file, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let place = from; place < to; ) {
      const read = readSync(handle, chunk, 0, Math.min(CHUNK_BYTES, to - place), place);
      if (read === 0) return undefined;
      for (const stretch of lines.push(chunk.subarray(0, read))) {
        let start = 0;
        for (const end of stretch.ends) {
          const found = entryAt(stretch, start, end);
          if (found === undefined || chain.next(found) !== undefined) return undefined;
          start = end + 1;
        }
      }
      place += read;
    }
    return chain.segment();
  } catch (error) {
    if (error instanceof UnreadableExportError) return undefined;
    throw error;
  } finally {
    closeSync(handle);
  }
}
