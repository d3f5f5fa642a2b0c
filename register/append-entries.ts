import type { Pool, PoolClient } from 'pg';
import {
  entryBytes,
  eventText,
  GENESIS,
  type Head,
  leafHash,
  parseEntry,
  parseEvent,
  type RegisterEvent,
} from './entry';
import { RegisterConflictError, RegisterGapError } from './errors';
import { inTransaction } from './transaction';

/** One writer at a time extends the log: "tocsin" in ASCII. */
const APPEND_LOCK = 0x746f6373696en;

/** What came of a batch. */
export interface AppendResult {
  /** Entries written now. */
  appended: number;
  /** Events that were in the register already with the same content. */
  repeated: number;
  /** The log's head after it, for an anchor outside the database. */
  head: Head;
}

/**
 * Appends events to the register: all of them or none, in the given order, each once.
 *
 * Idempotent by (incident, seq): an event that is there already with the same content is counted as repeated. Events
 * of an incident must follow one another without a gap; several incidents may share a batch.
 *
 * @throws MalformedEntryError, NotCanonicalError for an event that cannot be an entry (nothing was written).
 * @throws RegisterConflictError for another content under the same (incident, seq); never retry it.
 * @throws RegisterGapError for a number that does not follow the incident's last one.
 * @throws the driver's error otherwise; `isUnavailable` tells an outage, after which the same call may be repeated.
 */
export async function appendEntries(pool: Pool, events: RegisterEvent[]): Promise<AppendResult> {
  // Parsed and serialised before the lock is taken: a bad event costs the other writers nothing.
  const given = events.map((value) => {
    const event = parseEvent(value);
    return { event, text: eventText(event) };
  });
  return inTransaction(pool, (client) => appendLocked(client, given), APPEND_LOCK);
}

type GivenEvent = { event: RegisterEvent; text: string };
type Row = { position: number; incidentId: string; seq: number; kind: string; at: string; bytes: Buffer; hash: string };

async function appendLocked(client: PoolClient, given: GivenEvent[]): Promise<AppendResult> {
  const { head, lastOf, present } = await readPlaces(client, given);
  const rows: Row[] = [];
  for (const { event, text } of given) {
    const { incidentId, seq, kind, at } = event;
    const key = placeKey(incidentId, seq);
    const stored = present.get(key);
    if (stored !== undefined) {
      if (stored.text === text) continue;
      throw new RegisterConflictError(incidentId, seq, { stored: stored.kind, given: kind });
    }
    const last = lastOf.get(incidentId) ?? { seq: 0, hash: GENESIS };
    if (seq !== last.seq + 1) throw new RegisterGapError(incidentId, seq, last.seq + 1);
    const position = head.position + 1;
    const bytes = entryBytes(event, { position, prev: head.hash, prevInIncident: last.hash });
    const hash = leafHash(bytes);
    rows.push({ position, incidentId, seq, kind, at, bytes, hash });
    head.position = position;
    head.hash = hash;
    lastOf.set(incidentId, { seq, hash });
    present.set(key, { text, kind });
  }
  if (rows.length > 0) await insertRows(client, rows);
  return { appended: rows.length, repeated: given.length - rows.length, head };
}

/** Where the log ends, where each incident of the batch ends, and which of its events are there: one statement. */
async function readPlaces(client: PoolClient, given: GivenEvent[]) {
  const { rows } = await client.query<PlaceRow>(PLACES, [
    given.map(({ event }) => event.incidentId),
    given.map(({ event }) => event.seq),
  ]);
  const head: Head = { position: 0, hash: GENESIS };
  const lastOf = new Map<string, { seq: number; hash: string }>();
  const present = new Map<string, { text: string; kind: string }>();
  for (const row of rows) {
    if (row.what === 'head') {
      head.position = Number(row.position);
      head.hash = row.hash.toString('hex');
    } else if (row.what === 'last') {
      lastOf.set(row.incident_id, { seq: row.seq, hash: row.hash.toString('hex') });
    } else {
      const entry = parseEntry(row.bytes as Buffer);
      present.set(placeKey(row.incident_id, row.seq), { text: eventText(entry), kind: entry.kind });
    }
  }
  return { head, lastOf, present };
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

async function insertRows(client: PoolClient, rows: Row[]): Promise<void> {
  await client.query(INSERT, [
    rows.map((row) => row.position),
    rows.map((row) => row.incidentId),
    rows.map((row) => row.seq),
    rows.map((row) => row.kind),
    rows.map((row) => row.at),
    rows.map((row) => row.bytes),
    rows.map((row) => Buffer.from(row.hash, 'hex')),
  ]);
}

const INSERT = `
  INSERT INTO tocsin.register_entries (position, incident_id, seq, kind, at, bytes, hash)
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::bytea[], $7::bytea[])`;

function placeKey(incidentId: string, seq: number): string {
  return `${seq} ${incidentId}`;
}
