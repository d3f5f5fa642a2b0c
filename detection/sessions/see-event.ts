import { exactMs, toMs } from '../../domain/kernel/time';
import type { AuthEvent } from '../../domain/sessions/auth-event';
import type { SeenEvent } from '../../domain/sessions/seen-event';
import { exemptFrom, type SessionPolicy } from '../../domain/sessions/session-policy';
import type { Places } from './places';
import type { Pseudonyms } from './pseudonyms';

/** What turns an event into what the rules see of it. */
export interface Sight {
  policy: SessionPolicy;
  places: Places;
  pseudonyms: Pseudonyms;
}

/**
 * An event without names: placed, and with the rules that allow-lists take it out of. An instant in the future is taken
 * as now. Undefined for one older than the policy's memory, which nothing is compared with any more.
 */
export function seeEvent(source: string, event: AuthEvent, sight: Sight, now: Date): SeenEvent | undefined {
  const atMs = Math.min(toMs(event.at), now.getTime());
  if (atMs < now.getTime() - exactMs(sight.policy.memory)) return undefined;
  const account = sight.pseudonyms.account(event.actor);
  const place = event.ip === undefined ? undefined : sight.places(event.ip);
  return {
    source,
    eventId: event.eventId,
    account,
    session: event.sessionId === undefined ? undefined : sight.pseudonyms.session(event.sessionId),
    atMs,
    action: event.action,
    failed: event.action === 'login-failed' || event.outcome === 'failure',
    place,
    exempt: exemptFrom(event, { account, country: place?.country }, sight.policy),
  };
}
