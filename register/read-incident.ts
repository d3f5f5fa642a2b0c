import type { IncidentEvent } from '../domain/incident/events';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { ERASED, standIn } from '../domain/policy/disclosure';
import { discloseAll, shownEvent } from './disclose';
import { eventOf, type StoredEntry } from './entry';
import { UnknownIncidentError } from './errors';
import { type Queryable, readEntries } from './read-entries';

/**
 * The events of one incident as the register holds them, in order; texts that were erased as `[erased]`. It does not
 * verify the chain: `verifyRegister` does.
 *
 * @throws UnknownIncidentError when there are none.
 * @throws MalformedEntryError when one cannot be read.
 */
export async function readIncidentEvents(pool: Queryable, incidentId: string): Promise<IncidentEvent[]> {
  return ofIncident(incidentId, await readEvents(pool, incidentId));
}

/**
 * The same for a reader: what this login may not open, as that of an auditor may not open personal data, stands in it as
 * `[withheld]`.
 *
 * @throws UnknownIncidentError when there are none.
 */
export async function readShownEvents(pool: Queryable, incidentId: string): Promise<IncidentEvent[]> {
  return ofIncident(incidentId, await eventsOf(pool, incidentId, (entry) => shownEvent(discloseAll(entry))));
}

/** The events of a case of any kind, in order; texts that were erased as `[erased]`. */
export async function readEvents(pool: Queryable, caseId: string): Promise<RecordedEvent[]> {
  return eventsOf(pool, caseId, eventIn);
}

async function eventsOf(
  pool: Queryable,
  incidentId: string,
  read: (entry: StoredEntry) => RecordedEvent,
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const entry of readEntries(pool, { incidentId })) events.push(read(entry));
  return events;
}

/**
 * The event that an entry records; a text that was erased stands in it as `[erased]`. What was recorded stands in it as it
 * was, also where it reads like that: the fold must give the workflow's own state.
 */
export function eventIn(stored: StoredEntry): RecordedEvent {
  const { leaf, shown, erased } = discloseAll(stored);
  const gone = erased.map((pointer) => ({ pointer, text: JSON.stringify(standIn(pointer, ERASED)) }));
  return eventOf(leaf, [...shown, ...gone]);
}

/** Only the workflow appends, and only events of the domain: the register checks the envelope, the domain owns the kinds. */
function ofIncident(incidentId: string, events: RecordedEvent[]): IncidentEvent[] {
  if (events.length === 0) throw new UnknownIncidentError(incidentId);
  return events as IncidentEvent[];
}
