/** A case that the register has and Temporal has not: no address has it, and it is not nothing either. */
import type { RegisteredCases } from '../client/lost-cases';
import { stoppedError } from '../client/stopped';
import type { TocsinClient } from '../client/tocsin-client';
import { registeredCase } from '../domain/watch/registered-case';
import { comeAgain } from './api/failures';
import { Refusal } from './problem';

/** What to answer instead of `refusal`, where Temporal has nothing under the id that was asked for. */
export async function unlessLost(refusal: Refusal, registered?: RegisteredCases): Promise<Refusal> {
  const { absent } = refusal;
  if (absent === undefined || !registered) return refusal;
  const found = await foundIn(registered, absent).catch((error: unknown) => notKnown(absent, error));
  if (found instanceof Refusal) return found;
  return found?.open && !found.exercise ? lost(absent) : refusal;
}

/**
 * An id that the register has is not free for another incident, though Temporal has forgotten it. While the register does not
 * answer whoever declares is not kept waiting: it takes no entry of another incident later either.
 */
export async function mustBeFree(client: TocsinClient, id: unknown, registered?: RegisteredCases): Promise<void> {
  if (typeof id !== 'string' || !registered || (await client.find(id))) return;
  const found = await foundIn(registered, id).catch(() => undefined);
  if (!found) return;
  if (found.open && !found.exercise) throw new Refusal('refused', lost(id).message);
  throw new Refusal('refused', `the register has "${id}" already, which is closed: declare it under another id`);
}

async function foundIn(registered: RegisteredCases, id: string) {
  const events = await registered.eventsOf(id);
  return events.length > 0 ? registeredCase(events) : undefined;
}

function lost(id: string): Refusal {
  return new Refusal('lost', stoppedError(id, { how: 'missing' }).message);
}

function notKnown(id: string, cause: unknown): Refusal {
  const detail = `Temporal has no case "${id}", and the register did not answer whether it has: ask again`;
  return comeAgain('unavailable', detail, cause);
}
