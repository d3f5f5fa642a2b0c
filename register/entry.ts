import { z } from 'zod';
import { isPlainObject } from './canonical';
import { MalformedEntryError } from './errors';
import { contentOf, type Field } from './fields';
import { isInstant, type Leaf, MalformedLeaf, parseLeaf } from './verifier/leaf';

export type { Head } from './verifier/chain';
export { GENESIS, leafHash } from './verifier/leaf';

const registerEvent = z.strictObject({
  /** Version of the event. */
  v: z.literal(1),
  /** A column value: Postgres text has no NUL. */
  incidentId: z
    .string()
    .min(1)
    .max(200)
    .refine((text) => !text.includes('\0'), 'must not hold a NUL'),
  /** 1, 2, 3 … without gap within the incident. */
  seq: z.int32().positive(),
  /** When it happened by the incident's clock. */
  at: z
    .string()
    .refine(
      (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && isInstant(text),
      'must be a UTC instant like 2026-04-01T03:00:00.000Z',
    ),
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
});

/** One thing that happened in an incident, as the register takes it. Structurally the domain's `IncidentEvent`. */
export type RegisterEvent = z.infer<typeof registerEvent>;

/** An entry as it lies in Postgres: nothing in it is trusted before `verifyEntries` has seen it. */
export interface StoredEntry {
  position: number;
  /** SHA-256 leaf hash in hex. */
  hash: string;
  /** The leaf: canonical JSON, see `verifier/leaf.ts`. */
  bytes: Buffer;
  /** Openings of the leaf's commitments as canonical JSON, see `verifier/openings.ts`; those of personal data when they were unsealed. */
  content: Buffer;
  /** Personal fields that nobody can open any more, as the incident's data key was destroyed. */
  erased: boolean;
  /** Why its content cannot be read, when it was altered. */
  fault?: string;
  /** The columns queries go by; they must say the same as the leaf. */
  columns: { incidentId: string; seq: number; kind: string };
}

/** Checks an event's envelope. @throws MalformedEntryError naming incident, number and every fault. */
export function parseEvent(value: unknown): RegisterEvent {
  const parsed = registerEvent.safeParse(value);
  if (parsed.success) return parsed.data;
  const { incidentId, seq } = isPlainObject(value) ? value : {};
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`).join('; ');
  throw new MalformedEntryError(`the event ${brief(seq)} of incident ${brief(incidentId)} is malformed: ${faults}`);
}

/** Reads a leaf from its stored bytes. @throws MalformedEntryError when they are not the one form of a leaf. */
export function leafOf(bytes: Uint8Array): Leaf {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new MalformedEntryError('the entry is not UTF-8');
  }
  try {
    return parseLeaf(text);
  } catch (error) {
    if (error instanceof MalformedLeaf) throw new MalformedEntryError(`the entry is altered: ${error.message}`);
    throw error;
  }
}

/** The event that an entry records, from its leaf and its opened fields. @throws MalformedEntryError when fields are missing. */
export function eventOf(leaf: Leaf, fields: readonly Field[]): RegisterEvent {
  const { incidentId, seq, at, kind, exercise } = leaf;
  return { v: 1, incidentId, seq, at, kind, exercise, ...contentOf(fields) };
}

function brief(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 80) : '(unknown)';
}
