import { type AuditEvent, EMPTY, entryLine, parseAuditEvent } from '../../../detection/audit/entry';
import { type AuditVerification, type VerifyOptions, verifyAuditLog } from '../../../detection/audit/verify';

/** An event like those of a product, different for each number. */
export function anAuditEvent(n: number, over: Partial<AuditEvent> = {}): AuditEvent {
  return {
    at: new Date(Date.UTC(2026, 3, 1) + n * 1000).toISOString(),
    actor: `user-${n % 7}`,
    action: ['session.opened', 'workspace.member.removed', 'settings.changed'][n % 3]!,
    target: `ws-${n % 11}/members/${n}`,
    ip: n % 5 === 0 ? '' : `203.0.113.${n % 250}`,
    data: { n, share: n / 7, note: n % 4 === 0 ? 'Zoë "quoted" €😀' : 'plain', list: [true, null, { deep: 1e21 }] },
    ...over,
  };
}

/** The lines of a sound log, each without its newline. */
export function aLog(length: number): string[] {
  let head = EMPTY;
  return Array.from({ length }, (_, i) => {
    const entry = entryLine(parseAuditEvent(anAuditEvent(i + 1)), head);
    head = entry.head;
    return entry.bytes.toString('utf8').slice(0, -1);
  });
}

export function bytesOf(lines: string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'utf8');
}

/** A line with fields changed and its hash computed anew, as a forger would. */
export function forged(line: string, change: (entry: Record<string, unknown>) => void): string {
  const { seq, prev, hash: _, ...event } = JSON.parse(line) as Record<string, unknown> & { seq: number; prev: string };
  const entry: Record<string, unknown> = { seq, prev, ...event };
  change(entry);
  const { seq: number, prev: before, ...rest } = entry as { seq: number; prev: string };
  const made = entryLine(rest as never, { seq: number - 1, hash: before });
  return made.bytes.toString('utf8').slice(0, -1);
}

/** Verifies bytes, given in pieces of this size. */
export function verifyBytes(bytes: Buffer, options: VerifyOptions = {}, pieces = 4096): Promise<AuditVerification> {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += pieces) chunks.push(bytes.subarray(at, at + pieces));
  return verifyAuditLog(chunks, options);
}
