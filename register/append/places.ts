/** Where the log and its incidents end, and the incidents' data keys, read from Postgres. */
import { randomBytes } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { GENESIS, type Head, leafOf } from '../entry';
import type { Field } from '../fields';
import { leafHashSql } from '../leaf-hash-sql';
import type { Queryable } from '../read-entries';
import { KEY_BYTES, unseal } from '../seal';
import type { Leaf } from '../verifier/leaf';
import { parseOpenings } from '../verifier/openings';

/** An event that was checked, with its fields. */
export interface GivenEvent {
  event: RecordedEvent;
  fields: Field[];
}

/** The end of the log: its last entry, which the next one follows. */
export interface End extends Head {
  /** Its text; empty in an empty log. */
  leaf: string;
}

/** The end of one incident. */
export interface Last {
  seq: number;
  hash: string;
}

/** An entry in its place: the end of the log and of its incident until the next one. */
export type Placed = End & Last;

/** What is there already under the place of an event: its leaf, and the values of its fields that can be read. */
export interface Present {
  leaf: Pick<Leaf, 'at' | 'kind' | 'exercise'> & { fields: ReadonlySet<string> };
  values: ReadonlyMap<string, string>;
}

/** The end of the log, the ends of incidents, and those of the asked-for events that are there already. */
export interface Places {
  end: End;
  lastOf: Map<string, Last>;
  present: Map<string, Present>;
}

/** The key of an event's place within its incident. */
export function placeKey({ incidentId, seq }: Pick<RecordedEvent, 'incidentId' | 'seq'>): string {
  return `${seq} ${incidentId}`;
}

/** Where the log ends, where each incident of these events ends, and which of them are there: one statement. */
export async function readPlaces(client: ClientBase, given: readonly GivenEvent[]): Promise<Places> {
  const { rows } = await client.query<PlaceRow>({
    name: 'tocsin-places',
    text: PLACES,
    values: [given.map(({ event }) => event.incidentId), given.map(({ event }) => event.seq)],
  });
  const places: Places = { end: { position: 0, hash: GENESIS, leaf: '' }, lastOf: new Map(), present: new Map() };
  for (const row of rows) {
    if (row.what === 'head') {
      places.end = {
        position: Number(row.position),
        hash: row.hash.toString('hex'),
        leaf: row.bytes!.toString('utf8'),
      };
    } else if (row.what === 'last') {
      places.lastOf.set(row.incident_id, { seq: row.seq, hash: row.hash.toString('hex') });
    } else {
      places.present.set(placeKey({ incidentId: row.incident_id, seq: row.seq }), presentOf(row));
    }
  }
  return places;
}

/** What an entry says, without its place. Fields that were erased are named, and have no value. */
function presentOf({ incident_id, seq, bytes, content, sealed, key }: PlaceRow): Present {
  const { fields, ...leaf } = leafOf(bytes!);
  const openings = parseOpenings(content!.toString('utf8'));
  if (sealed && key) openings.push(...parseOpenings(unseal(key, incident_id, seq, sealed)));
  return {
    leaf: { ...leaf, fields: new Set(fields.keys()) },
    values: new Map(openings.map(({ pointer, text }) => [pointer, text])),
  };
}

/** Whether an event is the one that is there already. What was erased cannot be compared any more, and counts as the same. */
export function isSame({ leaf, values }: Present, { event, fields }: GivenEvent): boolean {
  return (
    leaf.at === event.at &&
    leaf.kind === event.kind &&
    leaf.exercise === event.exercise &&
    leaf.fields.size === fields.length &&
    fields.every(({ pointer, text }) => leaf.fields.has(pointer) && (values.get(pointer) ?? text) === text)
  );
}

/** The data keys of incidents, made where there is none; null where it was destroyed. */
export async function dataKeys(client: Queryable, incidentIds: readonly string[]): Promise<Map<string, Buffer | null>> {
  const keys = incidentIds.map(() => randomBytes(KEY_BYTES));
  await client.query({ name: 'tocsin-new-keys', text: NEW_KEYS, values: [incidentIds, keys] });
  const { rows } = await client.query<{ incident_id: string; key: Buffer | null }>({
    name: 'tocsin-keys',
    text: 'SELECT incident_id, key FROM tocsin.register_keys WHERE incident_id = ANY ($1::text[])',
    values: [incidentIds],
  });
  return new Map(rows.map((row) => [row.incident_id, row.key]));
}

interface PlaceRow {
  what: 'head' | 'last' | 'present';
  position: string;
  incident_id: string;
  seq: number;
  hash: Buffer;
  bytes: Buffer | null;
  content: Buffer | null;
  sealed: Buffer | null;
  key: Buffer | null;
}

const NEW_KEYS = `
  INSERT INTO tocsin.register_keys (incident_id, key)
  SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING`;

const PLACES = `
  WITH given AS (SELECT DISTINCT * FROM unnest($1::text[], $2::int[]) AS given (incident_id, seq))
  (SELECT 'head' AS what, position, incident_id, seq, ${leafHashSql()} AS hash, bytes, NULL::bytea AS content,
          NULL::bytea AS sealed, NULL::bytea AS key
     FROM tocsin.register_entries ORDER BY position DESC LIMIT 1)
  UNION ALL
  SELECT 'last', last.*, NULL, NULL, NULL, NULL
    FROM (SELECT DISTINCT incident_id FROM given) AS incident
    CROSS JOIN LATERAL (
      SELECT position, incident_id, seq, ${leafHashSql()} AS hash
        FROM tocsin.register_entries AS entry
       WHERE entry.incident_id = incident.incident_id
       ORDER BY seq DESC LIMIT 1) AS last
  UNION ALL
  SELECT 'present', position, entry.incident_id, entry.seq, ${leafHashSql()}, bytes, content, sealed, keys.key
    FROM given JOIN tocsin.register_entries AS entry USING (incident_id, seq)
    LEFT JOIN tocsin.register_keys AS keys ON keys.incident_id = entry.incident_id AND entry.sealed IS NOT NULL`;
