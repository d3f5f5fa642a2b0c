/** Where the log and its incidents end, read from Postgres. */
import type { ClientBase } from 'pg';
import { eventText, GENESIS, type Head, parseEntry, type RegisterEvent } from '../entry';

/** An event that was checked, with its canonical text. */
export interface GivenEvent {
  event: RegisterEvent;
  text: string;
}

/** The end of one incident. */
export interface Last {
  seq: number;
  hash: string;
}

/** The end of the log, the ends of incidents, and those of the asked-for events that are there already. */
export interface Places {
  head: Head;
  lastOf: Map<string, Last>;
  present: Map<string, { text: string; kind: string }>;
}

/** The key of an event's place within its incident. */
export function placeKey({ incidentId, seq }: Pick<RegisterEvent, 'incidentId' | 'seq'>): string {
  return `${seq} ${incidentId}`;
}

/** Where the log ends, where each incident of these events ends, and which of them are there: one statement. */
export async function readPlaces(client: ClientBase, given: readonly GivenEvent[]): Promise<Places> {
  const { rows } = await client.query<PlaceRow>({
    name: 'tocsin-places',
    text: PLACES,
    values: [given.map(({ event }) => event.incidentId), given.map(({ event }) => event.seq)],
  });
  const places: Places = { head: { position: 0, hash: GENESIS }, lastOf: new Map(), present: new Map() };
  for (const row of rows) {
    if (row.what === 'head') {
      places.head = { position: Number(row.position), hash: row.hash.toString('hex') };
    } else if (row.what === 'last') {
      places.lastOf.set(row.incident_id, { seq: row.seq, hash: row.hash.toString('hex') });
    } else {
      const entry = parseEntry(row.bytes as Buffer);
      places.present.set(placeKey({ incidentId: row.incident_id, seq: row.seq }), {
        text: eventText(entry),
        kind: entry.kind,
      });
    }
  }
  return places;
}

interface PlaceRow {
  what: 'head' | 'last' | 'present';
  position: string;
  incident_id: string;
  seq: number;
  hash: Buffer;
  bytes: Buffer | null;
}

const PLACES = `
  WITH given AS (SELECT DISTINCT * FROM unnest($1::text[], $2::int[]) AS given (incident_id, seq))
  (SELECT 'head' AS what, position, incident_id, seq, hash, NULL::bytea AS bytes
     FROM tocsin.register_entries ORDER BY position DESC LIMIT 1)
  UNION ALL
  SELECT 'last', last.*
    FROM (SELECT DISTINCT incident_id FROM given) AS incident
    CROSS JOIN LATERAL (
      SELECT position, incident_id, seq, hash, NULL::bytea
        FROM tocsin.register_entries AS entry
       WHERE entry.incident_id = incident.incident_id
       ORDER BY seq DESC LIMIT 1) AS last
  UNION ALL
  SELECT 'present', position, entry.incident_id, entry.seq, hash, bytes
    FROM given JOIN tocsin.register_entries AS entry USING (incident_id, seq)`;
