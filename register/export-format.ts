import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { canonicalText } from './canonical';
import type { StoredEntry } from './entry';
import { RegisterError, UnreadableExportError } from './errors';
import type { FoundEntry, Head } from './verifier/chain';

/**
 * The export: JSON Lines in UTF-8, each line ended by a line feed. Line 1 is the header in canonical JSON. Each further
 * line is `{"position":N,"hash":"…","entry":…}`, where `entry` is the stored bytes themselves: a reader sees plain JSON,
 * a verifier hashes the bytes between the fixed prefix and the last brace. There is exactly one way to write an
 * export, so that any byte altered in it is found.
 */
const header = z.strictObject({
  format: z.literal('tocsin-register-export'),
  version: z.literal(1),
  /** The whole log, or the entries of one incident. */
  scope: z.union([
    z.strictObject({ kind: z.literal('log') }),
    z.strictObject({ kind: z.literal('incident'), incidentId: z.string().min(1) }),
  ]),
  /** How many entries follow. */
  count: z.number().int().nonnegative(),
  /** The last of them. */
  head: z.strictObject({ position: z.number().int().nonnegative(), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
});

/** The first line of an export. */
export type ExportHeader = z.infer<typeof header>;

/** The header's line. */
export function headerLine(incidentId: string | undefined, count: number, head: Head): Buffer {
  const scope: ExportHeader['scope'] = incidentId === undefined ? { kind: 'log' } : { kind: 'incident', incidentId };
  const value: ExportHeader = { format: 'tocsin-register-export', version: 1, scope, count, head };
  return Buffer.from(`${canonicalText(value)}\n`);
}

const LINE_FEED = 0x0a;
const OPEN = Buffer.from(',"open":');
const END_OF_ENTRY = Buffer.from('}\n');

/** An entry's line. Its bytes go out as they are stored, right or wrong: the verifier of the export is to judge them. */
export function entryLine({ position, hash, bytes, content }: StoredEntry): Buffer {
  if (bytes.includes(LINE_FEED)) {
    throw new UnreadableExportError(
      position + 1,
      `cannot be written: entry ${position} holds a line feed, so it was altered; verify the register in the database`,
    );
  }
  const start = Buffer.from(`{"position":${position},"hash":"${hash}","entry":`);
  return Buffer.concat([start, bytes, OPEN, content, END_OF_ENTRY]);
}

/** Reads the header. @throws UnreadableExportError when it is not one, or one of a later version. */
export function parseHeader(line: Buffer): ExportHeader {
  const text = line.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnreadableExportError(1, 'is not JSON: this is not an export of the register');
  }
  const parsed = header.safeParse(value);
  if (!parsed.success) {
    const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown };
    if (format === 'tocsin-register-export' && typeof version === 'number' && version > 1) {
      throw new UnreadableExportError(1, `says version ${version}: this verifier reads version 1, use a newer one`);
    }
    const faults = parsed.error.issues
      .map((issue) => `${issue.path.join('.') || 'header'}: ${issue.message}`)
      .join('; ');
    throw new UnreadableExportError(1, `is not the header of an export (${faults})`);
  }
  if (!Buffer.from(canonical(parsed.data)).equals(line)) {
    throw new UnreadableExportError(1, 'is not in canonical form: the header was altered');
  }
  return parsed.data;
}

function canonical(value: ExportHeader): string {
  try {
    return canonicalText(value);
  } catch (error) {
    if (error instanceof RegisterError) throw new UnreadableExportError(1, `is not canonical: ${error.message}`);
    throw error;
  }
}

const ENTRY_PREFIX = /^\{"position":([1-9]\d{0,15}),"hash":"([0-9a-f]{64})","entry":/;
/** Longest prefix: a position of 16 digits. */
const PREFIX_BYTES = 128;

/** Reads an entry's line. @throws UnreadableExportError when it does not have the form of one. */
export function parseEntryLine(line: Buffer, lineNumber: number): FoundEntry {
  const match = ENTRY_PREFIX.exec(line.toString('latin1', 0, PREFIX_BYTES));
  const position = Number(match?.[1]);
  if (match === null || !Number.isSafeInteger(position)) throw notAnEntry(lineNumber);
  // What was altered so that it is no text any more has its place all the same.
  if (!isUtf8(line)) return { position, hash: match[2]!, leaf: undefined, content: undefined };
  const text = line.toString('utf8');
  const end = text.indexOf(END_OF_LEAF, match[0].length);
  if (end < 0 || !text.endsWith('}')) throw notAnEntry(lineNumber);
  const leaf = text.slice(match[0].length, end + ',"v":2}'.length);
  return { position, hash: match[2]!, leaf, content: text.slice(end + END_OF_LEAF.length, -1) };
}

function notAnEntry(lineNumber: number): UnreadableExportError {
  return new UnreadableExportError(
    lineNumber,
    'is not {"position":…,"hash":"…","entry":…,"open":…} exactly as an export writes it: it was altered or damaged',
  );
}

/** A leaf ends so, and nowhere else does this stand: within its strings the quotes would be escaped. */
const END_OF_LEAF = ',"v":2},"open":';

/** No entry comes near this; more is a damaged file, not to be read into memory. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Splits a stream into lines. @throws UnreadableExportError for a last line without its line feed: the file is cut off. */
export async function* splitLines(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let pending = 0;
  let line = 1;
  for await (const chunk of stream) {
    let rest =
      typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED)) {
      pieces.push(rest.subarray(0, end));
      yield pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      rest = rest.subarray(end + 1);
      pieces = [];
      pending = 0;
      line += 1;
    }
    if (rest.length > 0) pieces.push(rest);
    pending += rest.length;
    if (pending > MAX_LINE_BYTES) throw new UnreadableExportError(line, 'is longer than 16 MiB: this is not an export');
  }
  if (pending > 0) throw new UnreadableExportError(line, 'is cut off: the export was not copied whole, get it again');
}
