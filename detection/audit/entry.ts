/**
 * The format of the audit log: JSON Lines, one entry a line, each chained to the one before it by SHA-256.
 * `docs/audit-log.md` is the specification; this file is what writes it.
 */
import { hash as hashOf } from 'node:crypto';
import { z } from 'zod';
import { type Instant, InstantSchema } from '../../domain/kernel/time';
import { AuditEntryError } from './errors';
import { canonicalText, parseStrict } from './strict-json';

/** The `prev` of the first entry: 64 zeros. */
export const GENESIS = '0'.repeat(64);

const line = (max: number) => z.string().max(max);

/** What happened, before it has its place in a log. `ip` is empty when it is not known. `data` is any JSON object. */
const AuditEventSchema = z.strictObject({
  at: InstantSchema,
  /** Who: the handle of a member of staff, or the name of a tool. */
  actor: line(200).min(1, 'must name who acted'),
  /** What was done: a dotted word such as `workspace.member.removed`. */
  action: line(200).min(1, 'must say what was done'),
  /** To what: an id. Empty when the action has no object. */
  target: line(1000).default(''),
  ip: line(64).default(''),
  data: z.record(z.string(), z.json()).default({}),
});
export type AuditEvent = z.input<typeof AuditEventSchema>;

/** An entry as it stands in a log. */
export interface AuditEntry {
  seq: number;
  at: Instant;
  actor: string;
  action: string;
  target: string;
  ip: string;
  data: Record<string, unknown>;
  prev: string;
  hash: string;
}

/** The last entry of a log: its number and hash. Number 0 and 64 zeros for an empty log. */
export interface AuditHead {
  seq: number;
  hash: string;
}

export const EMPTY: AuditHead = { seq: 0, hash: GENESIS };

/** The longest line there may be, in bytes without its end: a reader needs no more memory than this. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Checks an event. @throws AuditEntryError naming every fault. */
export function parseAuditEvent(value: unknown): z.output<typeof AuditEventSchema> {
  let parsed: ReturnType<typeof AuditEventSchema.safeParse>;
  try {
    parsed = AuditEventSchema.safeParse(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AuditEntryError('it is nested too deep'); // the schema's own recursion ended
  }
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`);
  throw new AuditEntryError(faults.slice(0, 10).join('; '));
}

/**
 * An event as the entry that follows `head`: its line, in RFC 8785 form and with the newline at its end, and the new head.
 *
 * @throws AuditEntryError for what has no RFC 8785 form (a lone surrogate, more than 64 levels) or is longer than 16 MiB.
 */
export function entryLine(
  event: z.output<typeof AuditEventSchema>,
  head: AuditHead,
): { bytes: Buffer; head: AuditHead } {
  const seq = head.seq + 1;
  let entry: object;
  try {
    // As a reader will parse it.
    entry = parseStrict(Buffer.from(JSON.stringify({ ...event, seq, prev: head.hash }))) as object;
  } catch (error) {
    throw new AuditEntryError((error as Error).message);
  }
  const hash = sha256Hex(canonicalText(entry));
  const bytes = Buffer.from(canonicalText({ ...entry, hash }));
  if (bytes.length > MAX_LINE_BYTES) throw new AuditEntryError(`it is ${bytes.length} bytes long: at most 16 MiB fit`);
  return { bytes: Buffer.concat([bytes, NEWLINE]), head: { seq, hash } };
}

const NEWLINE = Buffer.from('\n');

/** Lower-case hex SHA-256; of a text in UTF-8. */
export function sha256Hex(data: Uint8Array | string): string {
  return hashOf('sha256', data);
}
