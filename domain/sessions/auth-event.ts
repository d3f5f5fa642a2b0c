/** Authentication events (D4): what the platform says about sign-ins, sessions and rights, one shape for every sender. */
import { z } from 'zod';
import { clientAddress } from '../kernel/client-address';
import { wellFormed } from '../kernel/text';
import { InstantSchema } from '../kernel/time';

/** What happened. `session-used` is a request under a session: send it when its address changes, or sampled. */
export const AUTH_ACTIONS = [
  'login',
  'login-failed',
  'logout',
  'session-used',
  'token-created',
  'privilege-change',
  'mfa-changed',
  'password-changed',
  'account-changed',
] as const;
export type AuthAction = (typeof AUTH_ACTIONS)[number];

/** Text that may be anything: on one line, and cut when it is long. */
const line = (max: number) =>
  z.string().transform((text) =>
    wellFormed(
      text
        .replace(/\p{Cc}+/gu, ' ')
        .trim()
        .slice(0, max),
    ).trim(),
  );

/** Identifiers are not cut: two long ones would become one. */
const identifier = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max)
    .regex(/^[^\p{Cc}\p{Surrogate}]+$/u, 'must not hold control characters or halves of characters');

/**
 * One authentication event. `eventId` is the sender's own id: the same source and id twice is one event. `actor` is the
 * account's id at the platform, `sessionId` that of the session: both are replaced by pseudonyms before anything
 * is stored, and `userAgent` and `data` are not stored at all. `ip` is the address of the client, not that of a proxy, in any
 * spelling; one that cannot be read costs the address and not the event.
 */
export const AuthEventSchema = z.strictObject({
  eventId: identifier(200),
  at: InstantSchema,
  actor: identifier(320),
  action: z.enum(AUTH_ACTIONS),
  ip: z.unknown().transform(clientAddress).optional(),
  sessionId: identifier(1000).optional(),
  userAgent: line(1000).optional(),
  outcome: z.enum(['success', 'failure']).optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});
export type AuthEvent = z.infer<typeof AuthEventSchema>;

/**
 * Takes authentication events. It resolves when they are stored for good, after which the sender may be told so; an
 * event that was handled before changes nothing. `source` is the name of the configured source, as in `Detection`.
 */
export interface AuthEventConsumer {
  consume(source: string, events: AuthEvent[]): Promise<unknown>;
}
