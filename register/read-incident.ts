import type { Pool } from 'pg';
import type { IncidentEvent } from '../domain/events';
import { parseEntry, type RegisterEvent } from './entry';
import { UnknownIncidentError } from './errors';
import { readEntries } from './read-entries';

/**
 * The events of one incident as the register holds them, in order. It does not verify the chain: `verifyRegister` does.
 *
 * @throws UnknownIncidentError when there are none.
 * @throws MalformedEntryError when one cannot be read.
 */
export async function readIncidentEvents(pool: Pool, incidentId: string): Promise<IncidentEvent[]> {
  const events: IncidentEvent[] = [];
  for await (const { bytes } of readEntries(pool, { incidentId })) {
    const { position: _, prev: __, prevInIncident: ___, ...event } = parseEntry(bytes);
    events.push(toIncidentEvent(event));
  }
  if (events.length === 0) throw new UnknownIncidentError(incidentId);
  return events;
}

/** Only the workflow appends, and only events of the domain: the register checks the envelope, the domain owns the kinds. */
function toIncidentEvent(event: RegisterEvent): IncidentEvent {
  return event as IncidentEvent;
}
