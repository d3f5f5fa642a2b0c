import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalText, isPlainObject } from './canonical';
import { MalformedEntryError } from './errors';

/** The hash before the first: 64 zeros. */
export const GENESIS = '0'.repeat(64);

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');
/** A column value: Postgres text has no NUL. */
const incidentId = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !text.includes('\0'), 'must not hold a NUL');
const instant = z.string().refine(isInstant, 'must be a UTC instant like 2026-04-01T03:00:00.000Z');

const envelope = {
  /** Version of the envelope. */
  v: z.literal(1),
  incidentId,
  /** 1, 2, 3 … without gap within the incident. */
  seq: z.int32().positive(),
  /** When it happened by the incident's clock. */
  at: instant,
  kind: z
    .string()
    .max(100)
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be kebab-case'),
  /** A person's handle, or `tocsin`. */
  by: z.string().min(1),
  exercise: z.boolean(),
  commandId: z.string().min(1).optional(),
  /** The event's own content, as it came: checked to be canonical JSON when it is serialised. */
  data: z.custom<object>(isPlainObject, 'must be a JSON object'),
};

const registerEvent = z.strictObject(envelope);
const registerEntry = z.strictObject({
  ...envelope,
  /** 1, 2, 3 … without gap in the whole log. */
  position: z.number().int().positive(),
  /** Hash of the entry before it in the whole log. */
  prev: sha256Hex,
  /** Hash of the entry before it in this incident, so that one incident verifies on its own. */
  prevInIncident: sha256Hex,
});

/** One thing that happened in an incident, as the register takes it. Structurally the domain's `IncidentEvent`. */
export type RegisterEvent = z.infer<typeof registerEvent>;

/** An event with its place in the log and in its incident; its canonical bytes are what is stored and hashed. */
export type RegisterEntry = z.infer<typeof registerEntry>;

/** An entry as it lies in Postgres or in an export: nothing in it is trusted before `verifyEntries` has seen it. */
export interface StoredEntry {
  position: number;
  /** SHA-256 leaf hash in hex. */
  hash: string;
  /** Canonical JSON of the `RegisterEntry`. */
  bytes: Buffer;
  /** The columns queries go by, when it comes from Postgres; they must say the same as the bytes. */
  columns?: { incidentId: string; seq: number; kind: string; at: string };
}

/** Place and hash of the last entry; position 0 and 64 zeros for an empty log. The position is the log's size. */
export interface Head {
  position: number;
  hash: string;
}

/** Checks an event's envelope. @throws MalformedEntryError naming incident, number and every fault. */
export function parseEvent(value: unknown): RegisterEvent {
  return parse(registerEvent, value, 'event');
}

/** Reads an entry from its stored bytes. @throws MalformedEntryError when it is not the canonical form of an entry. */
export function parseEntry(bytes: Uint8Array): RegisterEntry {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new MalformedEntryError('the entry is not JSON in UTF-8');
  }
  const entry = parse(registerEntry, value, 'entry');
  if (canonicalText(entry) !== text) throw new MalformedEntryError('the entry is not in canonical form (RFC 8785)');
  return entry;
}

/** The canonical bytes of an entry. @throws NotCanonicalError for data that has no canonical form. */
export function entryBytes(
  event: RegisterEvent,
  place: Pick<RegisterEntry, 'position' | 'prev' | 'prevInIncident'>,
): Buffer {
  return Buffer.from(canonicalText({ ...withoutAbsent(event), ...place }), 'utf8');
}

/** The event without its place: what must be equal when the same (incident, seq) is appended again. */
export function eventText(event: RegisterEvent | RegisterEntry): string {
  const { position: _, prev: __, prevInIncident: ___, ...rest } = event as RegisterEntry;
  return canonicalText(withoutAbsent(rest));
}

/** RFC 6962 leaf hash, SHA-256(0x00 ‖ bytes), in hex: the Merkle tree takes the chain's hashes as its leaves. */
export function leafHash(bytes: Uint8Array): string {
  return createHash('sha256').update(LEAF_PREFIX).update(bytes).digest('hex');
}

const LEAF_PREFIX = Buffer.of(0);

/** An optional field given as undefined is an absent field; anywhere else undefined is refused. */
function withoutAbsent(event: RegisterEvent): RegisterEvent {
  if (event.commandId !== undefined || !('commandId' in event)) return event;
  const { commandId: _, ...rest } = event;
  return rest;
}

function isInstant(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)) return false;
  const at = new Date(text);
  return !Number.isNaN(at.getTime()) && at.toISOString() === text;
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { incidentId, seq } = isPlainObject(value) ? value : {};
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`).join('; ');
  throw new MalformedEntryError(`the ${what} ${brief(seq)} of incident ${brief(incidentId)} is malformed: ${faults}`);
}

function brief(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 80) : '(unknown)';
}
