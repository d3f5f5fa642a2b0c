/** The register as a PDF to print, file and hand over: bookmarks, page numbers, its fonts inside. */
import { sentence } from './account';
import type { CaseSection, DocumentEntry, IncidentSection, RegisterDocument } from './document';
import { count, headOf, howToVerify, titleOf } from './explanations';
import { type Bookmark, Sheet } from './pdf-sheet';
import { INK, type Piece, SIZE } from './pdf-text';
import type { Fact, RecordGroup } from './record-groups';
import { instant, known, said, type Value } from './value';

/** The document as the bytes of a PDF; the same document gives the same bytes. */
export async function pdfForm(document: RegisterDocument): Promise<Buffer> {
  const title = titleOf(document);
  const sheet = new Sheet({
    title,
    author: document.organisation.name,
    madeAt: new Date(document.madeAt),
    foot: `${title}, for ${document.audience}, made ${instant(document.madeAt)}`,
  });
  sheet.heading(title, SIZE.title);
  facts(
    sheet,
    headOf(document).map(([name, value]) => ({ name, value: known(value) })),
  );
  for (const [n, incident] of document.incidents.entries()) incidentPages(sheet, incident, n);
  for (const [n, each] of document.cases.entries()) casePart(sheet, each, n);
  if (document.own.length > 0) {
    sheet.newPage();
    const bookmark = sheet.heading('The register’s own entries', SIZE.section);
    entries(sheet, document.own, bookmark);
  }
  verification(sheet, document);
  return sheet.end();
}

function incidentPages(sheet: Sheet, incident: IncidentSection, n: number): void {
  // The first incident stands under the head of the document.
  if (n > 0) sheet.newPage();
  const { id, title, severity, status, closedAt, erasedAt, exercise } = incident;
  const bookmark = sheet.heading(`Incident ${id}: ${said(title)}`, SIZE.section, undefined, { keep: 120 });
  const state = closedAt === undefined ? status : `closed ${instant(closedAt)}`;
  sheet.paragraph([...exerciseMark(exercise), { text: `${severity}, ${state}${erasure(erasedAt)}`, size: SIZE.text }]);
  for (const group of incident.groups) recordGroup(sheet, group, bookmark);
  entries(sheet, incident.entries, bookmark);
}

function recordGroup(sheet: Sheet, { id, title, citation, facts: items, tables }: RecordGroup, below: Bookmark): void {
  sheet.heading(`${id}  ${title}`, SIZE.group, below, { note: citation });
  facts(sheet, items);
  for (const { title: caption, columns, rows } of tables) {
    if (rows.length === 0) {
      facts(sheet, [{ name: caption, value: known('none') }]);
      continue;
    }
    sheet.table(
      columns,
      rows.map((row) => row.map(cell)),
      { title: caption },
    );
  }
}

function casePart(
  sheet: Sheet,
  { id, what, title, status, facts: items, erasedAt, exercise, entries: list }: CaseSection,
  n: number,
): void {
  if (n === 0) sheet.newPage();
  const bookmark = sheet.heading(`${what} ${id}: ${said(title)}`, SIZE.section, undefined, { keep: 100 });
  sheet.paragraph([...exerciseMark(exercise), { text: `${status}${erasure(erasedAt)}`, size: SIZE.text }]);
  facts(sheet, items);
  entries(sheet, list, bookmark);
}

function entries(sheet: Sheet, list: DocumentEntry[], below: Bookmark): void {
  sheet.heading(`Entries: ${count(list.length, 'entry')}`, SIZE.group, below);
  sheet.table(
    ['Position', 'Time', 'What happened, and the entry’s hash', 'By'],
    list.map(({ position, at, account, hash, by, withheld, erased }) => [
      [{ text: String(position) }],
      [{ text: instant(at) }],
      [{ text: account }, small(hash), ...fieldList('withheld', withheld), ...fieldList('erased', erased)],
      cell(by),
    ]),
    { shares: [0.09, 0.15, 0.61, 0.15] },
  );
}

function fieldList(what: 'withheld' | 'erased', pointers: string[]): Piece[] {
  return pointers.length === 0 ? [] : [small(`${sentence(what)}: ${pointers.join(' ')}`)];
}

function verification(sheet: Sheet, document: RegisterDocument): void {
  sheet.space(10);
  sheet.heading('How to verify this', SIZE.section, undefined, { keep: 120 });
  for (const text of howToVerify(document)) sheet.paragraph([{ text, size: SIZE.text }]);
  const { log } = document;
  if (!log) return;
  const told: [string, string][] = [
    ['Verifier key', log.verifierKey],
    ...(log.checkpoint ? [['Checkpoint', log.checkpoint] as [string, string]] : []),
    ...(log.verifyWith.length > 0 ? [['Commands', log.verifyWith.join('\n')] as [string, string]] : []),
  ];
  for (const [caption, text] of told) {
    sheet.caption(caption);
    sheet.paragraph([{ text }]);
  }
}

function facts(sheet: Sheet, items: Fact[]): void {
  sheet.facts(
    items.map(({ name, citation, value }) => ({
      name: [{ text: name, size: SIZE.text, ink: INK.soft }, ...(citation === undefined ? [] : [small(citation)])],
      value: cell(value).map((piece) => ({ ...piece, size: SIZE.text })),
    })),
  );
}

function cell(value: Value): Piece[] {
  const ink = { known: INK.text, unknown: INK.mark, withheld: INK.soft, erased: INK.soft }[value.is];
  return [{ text: said(value), ink }];
}

function small(text: string): Piece {
  return { text, size: SIZE.small, ink: INK.soft };
}

function exerciseMark(exercise: boolean): Piece[] {
  return exercise ? [{ text: 'EXERCISE: not a real incident', size: SIZE.text, ink: INK.mark, bold: true }] : [];
}

function erasure(erasedAt: string | undefined): string {
  return erasedAt === undefined ? '' : `; personal data erased on ${erasedAt.slice(0, 10)}`;
}
