/** Verifies an export without any database: the header, every entry, the binding to the signed log, the proofs. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type ExportVerification, ExportVerifier, type ExportVerifyOptions } from './export-verifier';

/** How a file is read. */
export interface FileOptions extends ExportVerifyOptions {
  /** Told now and then how many bytes were read. */
  onProgress?: (read: number, size: number) => void;
}

/** How much of a file is read at once. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Verifies the bytes of an export as they come.
 *
 * @throws UnreadableExportError naming the line, when a line cannot be read at all.
 */
export async function verifyExport(
  stream: AsyncIterable<Uint8Array>,
  options: ExportVerifyOptions = {},
  onRead?: (bytes: number) => void,
): Promise<ExportVerification> {
  const verifier = new ExportVerifier(options);
  for await (const chunk of stream) {
    verifier.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    onRead?.(chunk.length);
    if (verifier.bad !== undefined) break;
  }
  return verifier.end();
}

/** Verifies the export in a file. @throws UnreadableExportError as above; the error of the file system. */
export async function verifyFile(name: string, options: FileOptions = {}): Promise<ExportVerification> {
  const { size } = await stat(name);
  let read = 0;
  return verifyExport(createReadStream(name, { highWaterMark: CHUNK_BYTES }), options, (bytes) => {
    read += bytes;
    options.onProgress?.(read, size);
  });
}
