/** Whom a level is: by the rota, or without one by the contacts. */
import { onCall, type Rota } from '../../domain/escalation/rota';
import type { Instant } from '../../domain/kernel/time';
import { isSameAddress } from '../mail/mail-address';
import type { Contacts } from './contacts';
import type { Responder } from './escalation-port';

/** Without a rota: the owner, then the contacts' fallback. */
const LEVELS_WITHOUT_ROTA = 2;

export function levelsOf(rota: Rota | undefined): number {
  return rota?.levels.length ?? LEVELS_WITHOUT_ROTA;
}

/**
 * The person at a level (from 1). Level 1 is the case's owner when that is a person on the rota, else who is on call.
 * Where the rota has nobody yet, and without a rota: level 1 is the owner by the contacts, the others are the fallback.
 */
export function responderAt(
  { rota, contacts }: { rota: Rota | undefined; contacts: Contacts },
  level: number,
  owner: string,
  at: Instant,
): Responder {
  const people = new Map(Object.entries(rota?.people ?? {}));
  const byHandle = (handle: string): Responder => ({ handle, ...people.get(handle)! });
  const name = owner.trim().replace(/^@/, '').toLowerCase();
  const owning = [...people].find(
    ([handle, { email }]) => handle.toLowerCase() === name || isSameAddress(email, name),
  )?.[0];
  if (level === 1 && owning) return byHandle(owning);
  const turn = rota && onCall(rota, level, at);
  if (turn) return byHandle(turn.who);
  return level === 1
    ? { handle: owner, name: owner, email: contacts.addressOf(owner) }
    : { handle: 'the fallback contact', name: 'Fallback contact', email: contacts.fallback };
}
