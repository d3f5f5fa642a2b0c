import type { PoolClient } from 'pg';
import type { SeenEvent } from '../../../domain/sessions/seen-event';

/** Keeps events; gives back those that were not there yet. */
export async function insertEvents(client: PoolClient, events: SeenEvent[]): Promise<SeenEvent[]> {
  const { rows } = await client.query<{ source: string; event_id: string }>(INSERT, [
    events.map((event) => event.source),
    events.map((event) => event.eventId),
    events.map((event) => event.account),
    events.map((event) => event.session),
    events.map((event) => new Date(event.atMs)),
    events.map((event) => event.action),
    events.map((event) => event.failed),
    events.map((event) => event.place?.address),
    events.map((event) => event.place?.network),
    events.map((event) => event.place?.country),
    events.map((event) => event.place?.area?.lat),
    events.map((event) => event.place?.area?.lon),
    events.map((event) => event.place?.area?.radiusKm),
    events.map((event) => event.exempt.join(' ')),
  ]);
  const added = new Set(rows.map((row) => `${row.source} ${row.event_id}`));
  return events.filter((event) => added.delete(`${event.source} ${event.eventId}`));
}

// In the order of their ids, so that two transactions with the same events do not wait for each other in a circle.
const INSERT = `
  INSERT INTO tocsin.auth_events
    (source, event_id, account, session, at, action, failed, address, network, country, lat, lon, radius_km, exempt)
  SELECT source, event_id, account, session, at, action, failed, address, network, country, lat, lon, radius_km,
         string_to_array(exempt, ' ')
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::bool[], $8::text[],
                $9::text[], $10::text[], $11::float8[], $12::float8[], $13::float8[], $14::text[])
         AS given (source, event_id, account, session, at, action, failed, address, network, country, lat, lon,
                   radius_km, exempt)
   ORDER BY source, event_id
  ON CONFLICT (source, event_id) DO NOTHING
  RETURNING source, event_id`;
