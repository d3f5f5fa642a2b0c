import type { Pool } from 'pg';
import type { IncidentEvent } from '../domain/events';
import { eventOf, leafOf, type RegisterEvent, type StoredEntry } from './entry';
import { UnknownIncidentError } from './errors';
import { readEntries } from './read-entries';
import { parseOpenings } from './verifier/openings';

/**
 * The events of one incident as the register holds them, in order. It does not verify the chain: `verifyRegister` does.
 *
 * @throws UnknownIncidentError when there are none.
 * @throws MalformedEntryError when one cannot be read.
 */
export async function readIncidentEvents(pool: Pool, incidentId: string): Promise<IncidentEvent[]> {
  const events: IncidentEvent[] = [];
  for await (const entry of readEntries(pool, { incidentId })) events.push(toIncidentEvent(eventIn(entry)));
  if (events.length === 0) throw new UnknownIncidentError(incidentId);
  return events;
}

/** The event that an entry records. What was erased is missing from it: see `disclose.ts` for readers of those. */
export function eventIn({ bytes, content }: StoredEntry): RegisterEvent {
  return eventOf(leafOf(bytes), parseOpenings(content.toString('utf8')));
}

/** Only the workflow appends, and only events of the domain: the register checks the envelope, the domain owns the kinds. */
function toIncidentEvent(event: RegisterEvent): IncidentEvent {
  return event as IncidentEvent;
}
