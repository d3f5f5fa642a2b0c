import type { PoolClient } from 'pg';
import { isUse, placeKeys, type SeenEvent } from '../../../domain/sessions/seen-event';

/** Remembers where accounts were used from: when first and when last. Gives all places of these accounts. */
export async function rememberPlaces(
  client: PoolClient,
  events: SeenEvent[],
): Promise<Map<string, Map<string, number>>> {
  const seen = new Map<string, { account: string; place: string; firstMs: number; lastMs: number }>();
  for (const event of events.filter(isUse)) {
    for (const place of placeKeys(event)) {
      const key = `${event.account} ${place}`;
      const before = seen.get(key);
      seen.set(key, {
        account: event.account,
        place,
        firstMs: Math.min(event.atMs, before?.firstMs ?? event.atMs),
        lastMs: Math.max(event.atMs, before?.lastMs ?? event.atMs),
      });
    }
  }
  const rows = [...seen.values()];
  if (rows.length > 0) {
    await client.query(UPSERT, [
      rows.map((row) => row.account),
      rows.map((row) => row.place),
      rows.map((row) => new Date(row.firstMs)),
      rows.map((row) => new Date(row.lastMs)),
    ]);
  }
  const accounts = [...new Set(events.map((event) => event.account))];
  const { rows: all } = await client.query<{ account: string; place: string; first_at: Date }>(
    'SELECT account, place, first_at FROM tocsin.auth_places WHERE account = ANY ($1::text[])',
    [accounts],
  );
  const known = new Map(accounts.map((account) => [account, new Map<string, number>()]));
  for (const row of all) known.get(row.account)!.set(row.place, row.first_at.getTime());
  return known;
}

const UPSERT = `
  INSERT INTO tocsin.auth_places AS known (account, place, first_at, last_at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
  ON CONFLICT (account, place) DO UPDATE
     SET first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at)`;
