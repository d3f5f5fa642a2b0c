/**
 * The register as CSV (RFC 4180), one table: the facts of each incident first, R1 to R6, then its entries, cases, and the
 * register's own entries. It begins with a byte order mark: without one Excel takes UTF-8 for the code page of its machine,
 * and readers of CSV know to skip it.
 */
import { visible } from '../../domain/kernel/visible-text';
import type { DocumentEntry, DocumentSection, RegisterDocument } from './document';
import { headOf, howToVerify, titleOf } from './explanations';
import { said, type Value } from './value';

/** The columns; later versions may add some at the end, none are renamed or moved. */
export const CSV_COLUMNS = [
  /** `document`, `record`, `entry`, `case`, `case-entry`, `register-entry` or `verification`. */
  'part',
  /** Id of the incident or case. */
  'incident',
  /** `R1` … `R6`. */
  'group',
  'group_title',
  'citation',
  'item',
  'value',
  /** `known`, `unknown`, `withheld` or `erased`. */
  'state',
  'position',
  'at',
  'kind',
  'by',
  'hash',
  /** JSON Pointers with a blank between. */
  'withheld',
  'erased',
] as const;

type Row = Partial<Record<(typeof CSV_COLUMNS)[number], string>>;

/** The document as the bytes of a CSV file. */
export function csvForm(document: RegisterDocument): Buffer {
  const rows = [...rowsOf(document)].map((row) => CSV_COLUMNS.map((column) => cell(row[column] ?? '')).join(','));
  return Buffer.from(`\uFEFF${[CSV_COLUMNS.join(','), ...rows].join('\r\n')}\r\n`);
}

function* rowsOf(document: RegisterDocument): Generator<Row> {
  for (const incident of document.incidents) {
    yield* sectionRows('record', incident);
    for (const { id: group, title, citation, facts, tables } of incident.groups) {
      const place = { part: 'record', incident: incident.id, group, group_title: title };
      for (const fact of facts)
        yield { ...place, citation: fact.citation ?? citation, item: fact.name, ...valueCells(fact.value) };
      for (const table of tables) {
        if (table.rows.length === 0) yield { ...place, citation, item: table.title, value: 'none', state: 'known' };
        for (const [n, row] of table.rows.entries()) {
          for (const [i, value] of row.entries())
            yield { ...place, citation, item: `${table.title} ${n + 1}: ${table.columns[i]}`, ...valueCells(value) };
        }
      }
    }
  }
  for (const incident of document.incidents) yield* entryRows('entry', incident.id, incident.entries);
  for (const section of document.cases) {
    yield* sectionRows('case', section);
    yield { part: 'case', incident: section.id, item: 'Case', value: section.what, state: 'known' };
    for (const { name, value } of section.facts)
      yield { part: 'case', incident: section.id, item: name, ...valueCells(value) };
  }
  for (const section of document.cases) yield* entryRows('case-entry', section.id, section.entries);
  yield* entryRows('register-entry', '', document.own);
  yield { part: 'document', item: 'Title', value: titleOf(document), state: 'known' };
  for (const [item, value] of headOf(document)) yield { part: 'document', item, value, state: 'known' };
  const { log } = document;
  const told: [string, string][] = [
    ...howToVerify(document).map((text): [string, string] => ['How to verify', text]),
    ...(log ? [['Verifier key', log.verifierKey] as [string, string]] : []),
    ...(log?.checkpoint ? [['Checkpoint', log.checkpoint] as [string, string]] : []),
    ...(log?.verifyWith ?? []).map((line): [string, string] => ['Command', line]),
  ];
  for (const [item, value] of told) yield { part: 'verification', item, value, state: 'known' };
}

function* sectionRows(part: string, { id, title, exercise, status }: DocumentSection): Generator<Row> {
  yield { part, incident: id, item: 'Title', ...valueCells(title) };
  yield { part, incident: id, item: 'Exercise', value: exercise ? 'yes' : 'no', state: 'known' };
  yield { part, incident: id, item: 'Status', value: status, state: 'known' };
}

function* entryRows(part: string, incident: string, entries: DocumentEntry[]): Generator<Row> {
  for (const { position, hash, at, kind, by, account, withheld, erased } of entries) {
    yield {
      ...{ part, incident, item: 'Entry', value: account, state: 'known' },
      ...{ position: String(position), at, kind, by: said(by), hash },
      ...{ withheld: withheld.join(' '), erased: erased.join(' ') },
    };
  }
}

function valueCells(value: Value): Row {
  return { value: said(value), state: value.is };
}

/** What a spreadsheet takes for a formula, also behind blanks and in its full-width form. */
const FORMULA = /^[\s\p{Cf}]*[=+\-@＝＋－＠]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /^[\u0000-\u001f\u007f-\u009f]/;

/** A cell: nothing invisible stays so, what a spreadsheet would compute becomes text, quotes where RFC 4180 wants them. */
function cell(text: string): string {
  const shown = visible(text);
  const harmless = FORMULA.test(text) || CONTROL.test(text) ? `'${shown}` : shown;
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
