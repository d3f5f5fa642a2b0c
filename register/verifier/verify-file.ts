/** Verifies an export in a file; a large one in several threads. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { cpus } from 'node:os';
import { type ExportVerification, ExportVerifier, type ExportVerifyOptions } from './export-verifier';
import { chunksOf, type OpenFile } from './read-file';
import { verifyParts } from './verify-parts';

/** How a file is read. */
export interface FileOptions extends ExportVerifyOptions {
  /** How many threads; by default one for each core when the file has more than 64 MB. */
  threads?: number;
  /** The script of a thread: it must call `serveSegments`. */
  worker: string;
  /** Told now and then how many bytes were read. */
  onProgress?: (read: number, size: number) => void;
}

const WORTH_THREADS_BYTES = 64 * 1024 * 1024;

/**
 * Verifies the export in a file. The answer does not depend on the number of threads: what they refuse is looked at again
 * by one, from the last part on that held.
 *
 * @throws UnreadableExportError naming the line, when one cannot be read at all; the error of the file system.
 */
export async function verifyFile(name: string, options: FileOptions): Promise<ExportVerification> {
  const handle = openSync(name, 'r');
  try {
    const { size } = fstatSync(handle);
    const threads = options.threads ?? (size > WORTH_THREADS_BYTES ? Math.max(1, cpus().length) : 1);
    const verifier = new ExportVerifier(options);
    const file: OpenFile = { name, handle, size };
    let place = threads > 1 ? await verifyParts(verifier, file, threads, options) : 0;
    for (const chunk of chunksOf(handle, place, Number.POSITIVE_INFINITY)) {
      verifier.push(chunk);
      place += chunk.length;
      options.onProgress?.(place, size);
      if (verifier.bad !== undefined) break;
    }
    return verifier.end();
  } finally {
    closeSync(handle);
  }
}
