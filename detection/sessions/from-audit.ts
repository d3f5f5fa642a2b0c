import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type AuthEvent, AuthEventSchema } from '../../domain/sessions/auth-event';
import type { SessionPolicy } from '../../domain/sessions/session-policy';

/** What is read of an entry of the audit log (docs/audit-log.md); its chain is no matter here. */
const EntrySchema = z.object({
  seq: z.int().min(1),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  ip: z.unknown(),
  hash: z.string().optional().catch(undefined),
  data: z
    .object({
      sessionId: z.string().optional().catch(undefined),
      userAgent: z.string().optional().catch(undefined),
      outcome: z.enum(['success', 'failure']).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** Whether a value has the form of an entry of the audit log. */
export function isAuditEntry(value: unknown): boolean {
  return EntrySchema.safeParse(value).success;
}

/**
 * An entry of the audit log as an authentication event, by the policy's table of actions; undefined for what is none.
 * `data.sessionId`, `data.userAgent` and `data.outcome` are taken over when they are there. An entry is known by its number
 * and by what it says: numbers begin anew in the next log, or in each day's file of some products.
 */
export function authEventOf(entry: unknown, policy: SessionPolicy): AuthEvent | undefined {
  const read = EntrySchema.safeParse(entry);
  if (!read.success) return undefined;
  const { seq, at, actor, ip, data, hash } = read.data;
  const action = Object.entries(policy.auditActions).find(([name]) => matches(read.data.action, name))?.[1];
  if (!action) return undefined;
  const said = createHash('sha256').update(JSON.stringify([at, actor, read.data.action, ip, hash]));
  const eventId = `audit-${seq}-${said.digest('hex').slice(0, 16)}`;
  return AuthEventSchema.safeParse({ eventId, at, actor, action, ...data, ip }).data;
}

/** `login.failed`, or `login*` for all that begins so. */
function matches(action: string, name: string): boolean {
  return name.endsWith('*') ? action.startsWith(name.slice(0, -1)) : action === name;
}
