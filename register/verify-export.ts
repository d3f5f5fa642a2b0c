import { type ExportVerification, ExportVerifier, type ExportVerifyOptions } from './verifier/export-verifier';

/**
 * Verifies an export without any database: the header, every entry, the certificate and the proofs.
 *
 * @param stream the file's bytes, for example `fs.createReadStream(file)`; `verifyFile` is faster for a large one.
 * @throws UnreadableExportError naming the line, when a line cannot be read at all.
 */
export async function verifyExport(
  stream: AsyncIterable<Uint8Array | string>,
  options: ExportVerifyOptions = {},
): Promise<ExportVerification> {
  const verifier = new ExportVerifier(options);
  for await (const chunk of stream) {
    verifier.push(
      typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length),
    );
    if (verifier.bad !== undefined) break;
  }
  return verifier.end();
}
