import type { PoolClient } from 'pg';
import type { KnownPlaces, SeenEvent } from '../../../domain/sessions/seen-event';

/** Places kept of one account: more than a person visits within the memory, less than a script can fill a disk with. */
const PLACES_PER_ACCOUNT = 300;

/** Removes these events. */
export async function removeEvents(client: PoolClient, events: SeenEvent[]): Promise<void> {
  if (events.length === 0) return;
  await client.query(
    `DELETE FROM tocsin.auth_events
      WHERE (source, event_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [events.map((event) => event.source), events.map((event) => event.eventId)],
  );
}

/** Forgets, of accounts with too many places, those used longest ago. */
export async function removePlaces(client: PoolClient, known: ReadonlyMap<string, KnownPlaces>): Promise<void> {
  const accounts = [...known].flatMap(([account, places]) => (places.size > PLACES_PER_ACCOUNT ? [account] : []));
  if (accounts.length === 0) return;
  await client.query(
    `DELETE FROM tocsin.auth_places WHERE (account, place) IN (
       SELECT account, place
         FROM (SELECT account, place, row_number() OVER (PARTITION BY account ORDER BY last_at DESC, place) AS rank
                 FROM tocsin.auth_places WHERE account = ANY ($1::text[])) AS ranked
        WHERE rank > $2)`,
    [accounts, PLACES_PER_ACCOUNT],
  );
}
