/**
 * The register for one reader, as plain data: what the CSV, HTML and PDF forms show. R1–R6 of each incident come first,
 * then its entries, then cases, then what the register recorded of itself.
 */

import type { IncidentEvent } from '../../domain/incident/events';
import type { NarratedPack } from '../../domain/incident/narrated';
import type { Audience } from '../../domain/policy/disclosure';
import type { DisclosedEntry } from '../disclose';
import { REGISTER_STREAM } from '../own-entries';
import { groupEntry } from '../show';
import { incidentAccount, plainAccount } from './account';
import { caseRecord, opensCase } from './cases';
import { readableEvent } from './readable-event';
import { type Fact, type RecordGroup, recordGroups } from './record-groups';
import { type AsValue, type Value, valuesOf } from './value';

/** Where the log stands outside, so that a reader can check what is shown without us. */
export interface DocumentLog {
  /** Name of the log in its checkpoints. */
  origin: string;
  /** Public key in the form of C2SP signed notes, `<name>+<key id>+<key>`. */
  verifierKey: string;
  /** The signed checkpoint, as text. */
  checkpoint?: string;
  /** Command lines that check the export this was made from; told at the end of each form. */
  verifyWith: string[];
}

export interface DocumentInput {
  audience: Audience;
  organisation: { name: string; contactPoint?: string };
  /** When it was made: UTC with milliseconds. */
  madeAt: string;
  /** What was asked for, in words: `the whole register`, `incident INC-20260401-9f3a`. */
  scope: string;
  log?: DocumentLog;
  /** In order of position. All entries of each incident and case: its record is computed from them. */
  entries: Iterable<DisclosedEntry>;
  /** When personal data of which incident or case was erased, as `readErasures` tells. */
  erasures?: ReadonlyMap<string, string>;
  /** The policy pack, for the names of duties and authorities. */
  pack?: NarratedPack;
}

/** One entry as its reader may see it. */
export interface DocumentEntry {
  position: number;
  hash: string;
  at: string;
  kind: string;
  by: Value;
  /** What it records, on one line. */
  account: string;
  /** JSON Pointers of the fields that stay with the register, and of those that are gone. */
  withheld: string[];
  erased: string[];
}

export interface DocumentSection {
  id: string;
  title: Value;
  exercise: boolean;
  status: string;
  /** When its personal data was erased. */
  erasedAt?: string;
  entries: DocumentEntry[];
}

export interface IncidentSection extends DocumentSection {
  severity: string;
  closedAt?: string;
  /** R1 to R6. */
  groups: RecordGroup[];
}

export interface CaseSection extends DocumentSection {
  what: string;
  facts: Fact[];
}

export interface RegisterDocument {
  audience: Audience;
  organisation: { name: string; contactPoint?: string };
  madeAt: string;
  scope: string;
  log?: DocumentLog;
  incidents: IncidentSection[];
  cases: CaseSection[];
  /** Exports, hand-overs, erasures, key rotations, changes of guards. */
  own: DocumentEntry[];
  /** Positions of entries of which this reader is shown nothing, as ranges: `12–15, 18`. */
  leftOut: { entries: number; positions: string };
}

/**
 * Builds the document of a register, or of a part of it.
 *
 * @throws MalformedEntryError when the entries of an incident do not begin with its declaration.
 */
export function documentOf(input: DocumentInput): RegisterDocument {
  const { audience, organisation, madeAt, scope, log, erasures = new Map(), pack = { obligations: [] } } = input;
  const streams = new Map<string, DisclosedEntry[]>();
  for (const entry of input.entries) {
    const stream = streams.get(entry.leaf.incidentId);
    if (stream) stream.push(entry);
    else streams.set(entry.leaf.incidentId, [entry]);
  }
  const own = streams.get(REGISTER_STREAM) ?? [];
  streams.delete(REGISTER_STREAM);
  const incidents: IncidentSection[] = [];
  const cases: CaseSection[] = [];
  let leftOut = untold(own);
  for (const [id, entries] of streams) {
    const erasedAt = erasures.get(id);
    const asValue = valuesOf(erasedAt);
    const [first] = entries;
    if (!opensCase(first!.leaf.kind)) {
      const { contactPoint } = organisation;
      incidents.push(incidentSection(entries, { pack, asValue, erasedAt, contactPoint }));
    } else if (first!.told) {
      cases.push(caseSection(entries, asValue, erasedAt));
    } else {
      // Of a case that opens with nothing to show, nothing is shown.
      leftOut = leftOut.concat(entries.map(({ position }) => position));
      continue;
    }
    leftOut = leftOut.concat(untold(entries));
  }
  return {
    audience,
    organisation,
    madeAt,
    scope,
    ...(log !== undefined && { log }),
    incidents,
    cases,
    own: told(own, valuesOf(undefined), plainAccount),
    leftOut: ranges(leftOut),
  };
}

interface IncidentContext {
  pack: NarratedPack;
  asValue: AsValue;
  erasedAt: string | undefined;
  contactPoint: string | undefined;
}

function incidentSection(entries: DisclosedEntry[], context: IncidentContext): IncidentSection {
  const { pack, asValue, erasedAt, contactPoint } = context;
  const record = groupEntry(entries.map((entry) => readableEvent(entry) as IncidentEvent));
  return {
    id: record.incidentId,
    title: asValue(record.nature.title),
    exercise: record.exercise,
    status: record.status,
    severity: record.nature.severity,
    ...(record.closedAt !== undefined && { closedAt: record.closedAt }),
    ...(erasedAt !== undefined && { erasedAt }),
    groups: recordGroups(record, { pack, asValue, ...(contactPoint !== undefined && { contactPoint }) }),
    entries: told(entries, asValue, (entry) => incidentAccount(entry, pack)),
  };
}

function caseSection(entries: DisclosedEntry[], asValue: AsValue, erasedAt: string | undefined): CaseSection {
  const record = caseRecord(entries.map(readableEvent), asValue);
  const { incidentId: id, exercise } = entries[0]!.leaf;
  return {
    id,
    title: asValue(record.title),
    exercise,
    status: record.status,
    ...(erasedAt !== undefined && { erasedAt }),
    what: record.what,
    facts: record.facts,
    entries: told(entries, asValue, plainAccount),
  };
}

function untold(entries: DisclosedEntry[]): number[] {
  return entries.filter((entry) => !entry.told).map(({ position }) => position);
}

function told(
  entries: DisclosedEntry[],
  asValue: AsValue,
  account: (entry: DisclosedEntry) => string,
): DocumentEntry[] {
  return entries
    .filter((entry) => entry.told)
    .map((entry) => {
      const { position, hash, leaf, withheld, erased } = entry;
      const { at, kind } = leaf;
      return {
        position,
        hash,
        at,
        kind,
        by: asValue(readableEvent(entry).by),
        account: account(entry),
        withheld,
        erased,
      };
    });
}

/** `12–15, 18` of positions in any order. */
function ranges(positions: number[]): { entries: number; positions: string } {
  const sorted = [...positions].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const position of sorted) {
    const run = runs.at(-1);
    if (run && position === run[1] + 1) run[1] = position;
    else runs.push([position, position]);
  }
  const text = runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ');
  return { entries: sorted.length, positions: text };
}
