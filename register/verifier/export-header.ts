/** The first line of an export: what it claims to be. */
import { canonicalText, isPlainObject } from '../canonical';
import { RegisterError, UnreadableExportError } from '../errors';
import type { Head, VerifyOptions } from './chain';
import { type NoticeStatement, statementFault } from './notice';
import { hasOnly, isCount, isHash, isInstant } from './text';

/** The name of the format, and the version that is written and read. */
export const EXPORT_FORMAT = 'tocsin-register-export';
export const EXPORT_VERSION = 3;

/** What an export holds. */
export type ExportScope =
  /** The whole log. */
  | { kind: 'log' }
  /** All entries of one incident. */
  | { kind: 'incident'; incidentId: string }
  /** All entries of the incidents whose first entry lies between two instants (from ≤ at < to). */
  | { kind: 'incidents'; from?: string; to?: string }
  /** One entry by itself. */
  | { kind: 'entry'; position: number };

export interface ExportHeader {
  format: typeof EXPORT_FORMAT;
  version: typeof EXPORT_VERSION;
  scope: ExportScope;
  /** Whom the register was read for: fields that this reader is not shown have no opening. */
  audience: string;
  /** How many entries follow. */
  count: number;
  /** The last of them; position 0 when there is none. */
  head: Head;
  /** When it was made: UTC with milliseconds. */
  madeAt: string;
  /** The signed notes of the key rotations of the log, first to last. */
  rotations: string[];
  /** Of a proof of one notice: what it states beside the entries of its incident. */
  notice?: NoticeStatement;
}

/** The header's line, in canonical JSON and with its line feed. */
export function headerLine(header: Omit<ExportHeader, 'format' | 'version'>): string {
  return `${canonicalText({ ...header, format: EXPORT_FORMAT, version: EXPORT_VERSION })}\n`;
}

/** Reads the header from its line. @throws UnreadableExportError when it is not one, or one of another version. */
export function parseHeader(line: string): ExportHeader {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw unreadable(notJson(line));
  }
  if (!isPlainObject(value) || value.format !== EXPORT_FORMAT) throw unreadable('is not the header of an export');
  if (value.version !== EXPORT_VERSION) {
    throw unreadable(
      typeof value.version === 'number' && value.version > EXPORT_VERSION
        ? `says version ${value.version}: this verifier reads version ${EXPORT_VERSION}, use a newer one`
        : `is not the header of an export of version ${EXPORT_VERSION}`,
    );
  }
  const fault = headerFault(value);
  if (fault !== undefined) throw unreadable(`has a header that is not valid: ${fault}`);
  if (canonical(value) !== line) throw unreadable('is not in canonical form: the header was altered');
  return value as unknown as ExportHeader;
}

/** How the forms of an export that people read begin; by name. */
const FORMS_FOR_PEOPLE = {
  'a PDF': /^%PDF-/,
  'an HTML page': /^<!doctype html/i,
  'a CSV table': /^\uFEFF?part,incident,/,
};

function notJson(line: string): string {
  const [form] = Object.entries(FORMS_FOR_PEOPLE).find(([, begins]) => begins.test(line)) ?? [];
  return form
    ? `is that of ${form}, made for people to read: verify the file that \`register export\` writes without --format`
    : 'is not JSON: this is not an export of the register';
}

function headerFault(value: Record<string, unknown>): string | undefined {
  const { scope, audience, count, head, madeAt, rotations, notice, ...more } = value;
  const unknown = Object.keys(more).find((name) => name !== 'format' && name !== 'version');
  if (unknown !== undefined) return `${JSON.stringify(unknown)} is not known`;
  if (!isScope(scope)) return 'scope: must be the log, an incident, incidents or an entry';
  if (typeof audience !== 'string' || audience === '') return 'audience: must be a text';
  if (!isCount(count)) return 'count: must be a whole number';
  if (!isPlainObject(head) || !hasOnly(head, ['hash', 'position']) || !isCount(head.position) || !isHash(head.hash)) {
    return 'head: must be a position and a hash';
  }
  if (isPlainObject(scope) && scope.kind === 'entry' && (count !== 1 || head.position !== scope.position)) {
    return 'scope: must be the one entry that the header announces';
  }
  if (typeof madeAt !== 'string' || !isInstant(madeAt)) return 'madeAt: must be a UTC instant';
  if (!Array.isArray(rotations) || !rotations.every((note) => typeof note === 'string')) {
    return 'rotations: must be signed notes';
  }
  if (notice === undefined) return undefined;
  if (!isPlainObject(scope) || scope.kind !== 'incident') return 'notice: its scope must be an incident';
  const fault = statementFault(notice);
  if (fault !== undefined) return fault;
  return undefined;
}

function isScope(scope: unknown): boolean {
  if (!isPlainObject(scope)) return false;
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  switch (scope.kind) {
    case 'log':
      return hasOnly(scope, ['kind']);
    case 'incident':
      return hasOnly(scope, ['incidentId', 'kind']) && isText(scope.incidentId);
    case 'incidents':
      return (
        Object.keys(scope).every((name) => ['kind', 'from', 'to'].includes(name)) &&
        [scope.from, scope.to].every((each) => each === undefined || isText(each))
      );
    case 'entry':
      return hasOnly(scope, ['kind', 'position']) && isCount(scope.position) && scope.position !== 0;
    default:
      return false;
  }
}

function canonical(value: unknown): string {
  try {
    return canonicalText(value);
  } catch (error) {
    if (error instanceof RegisterError) throw unreadable(`has no canonical form: ${error.message}`);
    throw error;
  }
}

function unreadable(what: string): UnreadableExportError {
  return new UnreadableExportError(1, what);
}

/** How the entries of an export of this scope follow one another. */
export function chainOptions(
  scope: ExportScope,
  how: Pick<VerifyOptions, 'bytesOnly' | 'expectedHead'>,
): VerifyOptions {
  return {
    bytesOnly: how.bytesOnly,
    expectedHead: how.expectedHead,
    incidentId: scope.kind === 'incident' ? scope.incidentId : undefined,
    severalIncidents: scope.kind === 'incidents' || scope.kind === 'entry',
    startsAnywhere: scope.kind === 'entry',
  };
}
