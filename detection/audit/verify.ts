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
  /** Awaited after each chunk and after the last line: what `onEntry` was told of can be handed on here. */
  afterChunk?: () => Promise<void>;
}

/** Bytes of a log in order. A chunk may be used again by its source once the next one is asked for. */
export type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

/** A log that goes on from file to file: lines are counted over all of them. */
export interface PartsVerification extends AuditVerification {
  /** Of each part that was read: the last entry that held by its end, and the lines and bytes up to there. */
  parts: Array<{ head: AuditHead; lines: number; bytes: number }>;
}

/**
 * Verifies a log, streaming, in constant memory.
 *
 * @throws AuditUnreadableError when not one line is an entry of a log; what the source throws.
 */
export async function verifyAuditLog(chunks: Chunks, options: VerifyOptions = {}): Promise<AuditVerification> {
  const { parts: _, ...result } = await verifyParts([chunks], options);
  return result;
}

/** The same of a log that lies in several parts, such as files that were rotated: one chain through all of them, in order. */
export async function verifyParts(given: Iterable<Chunks>, options: VerifyOptions = {}): Promise<PartsVerification> {
  const { onProgress, afterChunk } = options;
  const chain = new ChainVerifier(options);
  const parts: PartsVerification['parts'] = [];
  let bytes = 0;
  let more = true;
  for (const chunks of given) {
    const cutter = new LineCutter((text, start, end, ended) => chain.next(text, start, end, ended));
    for await (const chunk of chunks) {
      more = cutter.push(chunk);
      bytes += chunk.length;
      onProgress?.({ lines: chain.last.line, bytes });
      await afterChunk?.();
      if (!more) break;
    }
    if (more) cutter.end();
    await afterChunk?.();
    parts.push({ head: { seq: chain.last.seq, hash: chain.last.hash }, lines: chain.lines, bytes });
    if (!more) break;
  }
  const damage = chain.end();
  if (chain.otherRules !== undefined)
    throw new AuditUnreadableError(
      `this is an audit log in another format: ${chain.otherRules}. It cannot be verified here. If it should be in this format, every entry was changed: a head noted earlier (--head) shows that`,
    );
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
    parts,
  };
  return damage ? { ok: false, ...result, damage } : { ok: true, ...result };
}

/** Which part a line lies in, counted from 0, and its line there. One behind the end lies in the last part. */
export function placeOfLine(line: number, parts: PartsVerification['parts']): { part: number; line: number } {
  const found = parts.findIndex(({ lines }) => line <= lines);
  const part = found < 0 ? parts.length - 1 : found;
  return { part, line: line - (part > 0 ? parts[part - 1]!.lines : 0) };
}
