import type { PoolClient } from 'pg';
import type { SeenEvent } from '../../../domain/sessions/seen-event';
import { EVENTS_PER_ACCOUNT, EVENTS_PER_ADDRESS, FAILURES_PER_ACCOUNT } from '../../../domain/sessions/session-policy';

/** A period of event time, both ends included. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** The newest events of each account in a span: so many more than are kept that what is too many shows. */
export function readAccountEvents(client: PoolClient, accounts: string[], span: Span, more: number) {
  return read(client, OF_ACCOUNTS, [
    accounts,
    ...instants(span),
    EVENTS_PER_ACCOUNT + more,
    FAILURES_PER_ACCOUNT + more,
  ]);
}

/** The newest sign-ins and failures from each address in a span. */
export function readAddressEvents(client: PoolClient, addresses: string[], span: Span) {
  return read(client, OF_ADDRESSES, [addresses, ...instants(span), EVENTS_PER_ADDRESS]);
}

const COLUMNS = `source, event_id, account, session, at, action, failed, address, network, country, lat, lon, radius_km,
                 exempt`;

const OF_ACCOUNTS = `
  SELECT found.*
    FROM unnest($1::text[]) AS wanted (account)
   CROSS JOIN LATERAL (
     (SELECT ${COLUMNS} FROM tocsin.auth_events AS event
       WHERE event.account = wanted.account AND NOT failed AND at BETWEEN $2 AND $3 ORDER BY at DESC LIMIT $4)
     UNION ALL
     (SELECT ${COLUMNS} FROM tocsin.auth_events AS event
       WHERE event.account = wanted.account AND failed AND at BETWEEN $2 AND $3 ORDER BY at DESC LIMIT $5)) AS found`;

const OF_ADDRESSES = `
  SELECT found.*
    FROM unnest($1::text[]) AS wanted (address)
   CROSS JOIN LATERAL (
     SELECT ${COLUMNS} FROM tocsin.auth_events AS event
      WHERE event.address = wanted.address AND action IN ('login', 'login-failed') AND at BETWEEN $2 AND $3
      ORDER BY at DESC LIMIT $4) AS found`;

interface Row {
  source: string;
  event_id: string;
  account: string;
  session: string | null;
  at: Date;
  action: SeenEvent['action'];
  failed: boolean;
  address: string | null;
  network: string | null;
  country: string | null;
  lat: number | null;
  lon: number | null;
  radius_km: number | null;
  exempt: SeenEvent['exempt'];
}

async function read(client: PoolClient, sql: string, values: unknown[]): Promise<SeenEvent[]> {
  const { rows } = await client.query<Row>(sql, values);
  return rows.map((row) => ({
    source: row.source,
    eventId: row.event_id,
    account: row.account,
    session: row.session ?? undefined,
    atMs: row.at.getTime(),
    action: row.action,
    failed: row.failed,
    place: placeOf(row),
    exempt: row.exempt,
  }));
}

function placeOf({ address, network, country, lat, lon, radius_km }: Row): SeenEvent['place'] {
  if (address === null || network === null) return undefined;
  const area = lat === null || lon === null || radius_km === null ? undefined : { lat, lon, radiusKm: radius_km };
  return { address, network, country: country ?? undefined, area };
}

function instants({ fromMs, toMs }: Span): [Date, Date] {
  return [new Date(fromMs), new Date(toMs)];
}
