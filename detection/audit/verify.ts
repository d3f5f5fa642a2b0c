/** Verifies a log from a stream of bytes. */
import { type ChainOptions, ChainVerifier } from './chain-verifier';
import type { Damage } from './diagnosis';
import type { AuditHead } from './entry';
import { AuditUnreadableError } from './errors';
import { LineCutter } from './lines';

/** The outcome of a verification. */
export interface AuditVerification {
  ok: boolean;
  /** How many entries held, up to the first bad line. */
  entries: number;
  /** The last entry that held: note it outside the log, and give it as `head` next time. */
  head: AuditHead;
  /** The head's line, and how many bytes of the log stand before it: with the head, where to go on from. */
  line: number;
  offset: number;
  /** Entries that are written in another form than RFC 8785, such as with spaces. The chain holds for them all the same. */
  reformatted: number;
  damage?: Damage;
}

export interface VerifyOptions extends ChainOptions {
  /** Called after each chunk. What it throws ends the verification. */
  onProgress?: (sofar: { lines: number; bytes: number }) => void;
}

/**
 * Verifies a log, streaming, in constant memory.
 *
 * @param chunks bytes of the log in order. A chunk may be used again by its source once the next one is asked for.
 * @throws AuditUnreadableError when not one line is an entry of a log; what the source throws.
 */
export async function verifyAuditLog(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  options: VerifyOptions = {},
): Promise<AuditVerification> {
  const { onProgress } = options;
  const chain = new ChainVerifier(options);
  const cutter = new LineCutter((text, start, end, ended) => chain.next(text, start, end, ended));
  let bytes = 0;
  let more = true;
  for await (const chunk of chunks) {
    more = cutter.push(chunk);
    bytes += chunk.length;
    onProgress?.({ lines: chain.last.line, bytes });
    if (!more) break;
  }
  if (more) cutter.end();
  const damage = chain.end();
  if (!chain.looksLikeALog) {
    throw new AuditUnreadableError(
      `this is not an audit log: ${damage?.reason ?? 'no line is an entry'}. If its fields have other names, use a mapping`,
    );
  }
  const { seq, hash, line } = chain.last;
  const result = {
    entries: line - (options.from?.line ?? 0),
    head: { seq, hash },
    line,
    offset: chain.offset,
    reformatted: chain.reformatted,
  };
  return damage ? { ok: false, ...result, damage } : { ok: true, ...result };
}
