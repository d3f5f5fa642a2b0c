import { UnreadableExportError } from './errors';
import { type ExportHeader, parseEntryLine, parseHeader, splitLines } from './export-format';
import { ChainVerifier, type Head, sameHead } from './verifier/chain';
import { type Verification, verification } from './verify';

/** A verification of an export also says what the export claims to be. */
export interface ExportVerification extends Verification {
  scope: ExportHeader['scope'];
}

/**
 * Verifies an export without any database: every entry as `verifyRegister` would, then the number of entries and the
 * head against the header, and against a head recorded earlier when given.
 *
 * @param stream the file's bytes, for example `fs.createReadStream(file)`.
 * @throws UnreadableExportError naming the line, when a line cannot be read at all.
 */
export async function verifyExport(
  stream: AsyncIterable<Uint8Array | string>,
  options: { expectedHead?: Head } = {},
): Promise<ExportVerification> {
  let header: ExportHeader | undefined;
  let verifier = new ChainVerifier();
  let line = 0;
  for await (const bytes of splitLines(stream)) {
    line += 1;
    if (header === undefined) {
      header = parseHeader(bytes);
      const incidentId = header.scope.kind === 'incident' ? header.scope.incidentId : undefined;
      verifier = new ChainVerifier({ incidentId, expectedHead: options.expectedHead });
      continue;
    }
    const stored = parseEntryLine(bytes, line);
    const bad = verifier.next(stored) ?? beyondHeader(header, verifier, stored.position);
    if (bad !== undefined) return { scope: header.scope, ...verification(verifier, bad) };
  }
  if (header === undefined) throw new UnreadableExportError(1, 'is missing: the file is empty');
  return { scope: header.scope, ...verification(verifier, againstHeader(header, verifier) ?? verifier.end()) };
}

function beyondHeader(header: ExportHeader, verifier: ChainVerifier, position: number) {
  if (verifier.entries <= header.count) return undefined;
  return { position, reason: `the header announces ${header.count} entries, this is one more` };
}

function againstHeader(header: ExportHeader, verifier: ChainVerifier) {
  const { entries, head } = verifier;
  if (entries === header.count && sameHead(head, header.head)) return undefined;
  return {
    position: entries < header.count ? head.position + 1 : header.head.position,
    reason:
      `the header announces ${header.count} entries up to position ${header.head.position} (${header.head.hash}), ` +
      `the file holds ${entries} up to position ${head.position} (${head.hash}): it was cut off or altered`,
  };
}
