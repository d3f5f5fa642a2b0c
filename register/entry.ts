import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { isPlainObject } from './canonical';
import { MalformedEntryError } from './errors';
import { contentOf, type Field } from './fields';
import { type Leaf, MalformedLeaf, parseLeaf } from './verifier/leaf';
import { isInstant, isKind } from './verifier/text';

export type { Head } from './verifier/chain';
export { GENESIS, leafHash } from './verifier/leaf';

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isInt32 = (value: unknown): value is number => Number.isInteger(value) && (value as number) < 2 ** 31;

/** What each part must be. By hand: a schema's checks take as long as the hashes. */
const PARTS: { [K in keyof Required<RecordedEvent>]: [must: string, is: (value: unknown) => boolean] } = {
  v: ['be 1', (value) => value === 1],
  // A column value: Postgres text has no NUL.
  incidentId: [
    'be a text of 1 to 200 characters without a NUL',
    (value) => isText(value) && value.length <= 200 && !value.includes('\0'),
  ],
  seq: ['be a whole number from 1 to 2147483647', (value) => isInt32(value) && value > 0],
  at: ['be a UTC instant like 2026-04-01T03:00:00.000Z', (value) => isText(value) && isInstant(value)],
  kind: ['be kebab-case, of at most 100 characters', (value) => isText(value) && value.length <= 100 && isKind(value)],
  by: ['be a text that is not empty', isText],
  exercise: ['be true or false', (value) => typeof value === 'boolean'],
  commandId: ['be a text that is not empty, or absent', (value) => value === undefined || isText(value)],
  breakGlass: ['be a text that is not empty, or absent', (value) => value === undefined || isText(value)],
  data: ['be a JSON object', isPlainObject],
};
const CHECKS = Object.entries(PARTS) as [keyof RecordedEvent, (typeof PARTS)['v']][];
const NAMES: ReadonlySet<string> = new Set(Object.keys(PARTS));

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
  /** Personal fields that this login may not open: an auditor reads no data keys. */
  locked?: boolean;
  /** Why its content cannot be read, when it was altered. */
  fault?: string;
  /** The columns queries go by; they must say the same as the leaf. */
  columns: { incidentId: string; seq: number; kind: string };
}

/** Checks an event's envelope. @throws MalformedEntryError naming incident, number and every fault. */
export function parseEvent(value: unknown): RecordedEvent {
  if (!isPlainObject(value)) throw new MalformedEntryError('the event is malformed: it must be a JSON object');
  const event: Partial<Record<keyof RecordedEvent, unknown>> = value;
  const faults: string[] = [];
  for (const [name, [must, is]] of CHECKS) if (!is(event[name])) faults.push(`${name}: must ${must}`);
  for (const name in event) if (!NAMES.has(name)) faults.push(`${name.slice(0, 80)}: is not part of an event`);
  const { v, incidentId, seq, at, kind, by, exercise, commandId, breakGlass, data } = event as RecordedEvent;
  if (faults.length === 0)
    return {
      v,
      incidentId,
      seq,
      at,
      kind,
      by,
      exercise,
      commandId,
      ...(breakGlass !== undefined && { breakGlass }),
      data,
    };
  throw new MalformedEntryError(
    `the event ${brief(seq)} of incident ${brief(incidentId)} is malformed: ${faults.join('; ')}`,
  );
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
export function eventOf(leaf: Leaf, fields: readonly Field[]): RecordedEvent {
  const { incidentId, seq, at, kind, exercise } = leaf;
  return { v: 1, incidentId, seq, at, kind, exercise, ...contentOf(fields) };
}

function brief(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 80) : '(unknown)';
}
