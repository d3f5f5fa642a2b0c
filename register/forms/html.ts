/**
 * The register as one HTML file that needs no network: no script, no font, no image; a policy in the file itself forbids
 * them. All text is escaped, and what is invisible is shown by its code.
 */
import { createHash } from 'node:crypto';
import { visible } from '../../domain/kernel/visible-text';
import { sentence } from './account';
import type { CaseSection, DocumentEntry, IncidentSection, RegisterDocument } from './document';
import { count, headOf, howToVerify, titleOf } from './explanations';
import { STYLE } from './html-style';
import type { Fact, FactTable, RecordGroup } from './record-groups';
import { instant, known, said, type Value } from './value';

/** The document as the bytes of an HTML file. */
export function htmlForm(document: RegisterDocument): Buffer {
  const title = escaped(titleOf(document));
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return Buffer.from(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${facts(headOf(document).map(([name, value]) => ({ name, value: known(value) })))}
</header>
${contents(document)}
<main>
${[
  ...document.incidents.map(incidentSection),
  ...document.cases.map(caseSection),
  ...(document.own.length > 0 ? [ownSection(document.own)] : []),
].join('\n')}
</main>
${verification(document)}
</body>
</html>
`);
}

function contents({ incidents, cases, own }: RegisterDocument): string {
  const items = [
    ...incidents.map(({ id, title }, n) => link(`incident-${n + 1}`, `${id}: ${said(title)}`)),
    ...cases.map(({ id, what, title }, n) => link(`case-${n + 1}`, `${what} ${id}: ${said(title)}`)),
    ...(own.length > 0 ? [link('register', 'The register’s own entries')] : []),
    link('verify', 'How to verify this'),
  ];
  return `<nav aria-label="Contents">\n<ol>\n${items.join('\n')}\n</ol>\n</nav>`;
}

function link(anchor: string, text: string): string {
  return `<li><a href="#${anchor}">${escaped(text)}</a></li>`;
}

function incidentSection(incident: IncidentSection, n: number): string {
  const { id, title, severity, status, closedAt } = incident;
  const state = closedAt === undefined ? status : `closed ${instant(closedAt)}`;
  return section(
    `incident-${n + 1}`,
    `Incident ${id}: ${said(title)}`,
    [`<p>${badge(incident)}${escaped(`${severity}, ${state}`)}${erasure(incident)}</p>`]
      .concat(incident.groups.map(recordGroup))
      .concat(entries(incident.entries)),
  );
}

function caseSection(section_: CaseSection, n: number): string {
  const { id, title, what } = section_;
  const body = [`<p>${badge(section_)}${escaped(section_.status)}${erasure(section_)}</p>`, facts(section_.facts)];
  return section(`case-${n + 1}`, `${what} ${id}: ${said(title)}`, [...body, entries(section_.entries)], 'brief');
}

function ownSection(own: DocumentEntry[]): string {
  return section('register', 'The register’s own entries', [entries(own)], 'brief');
}

function section(id: string, heading: string, body: string[], style?: string): string {
  const of = style ? ` class="${style}"` : '';
  return `<section id="${id}"${of} aria-labelledby="${id}-title">\n<h2 id="${id}-title">${text(heading)}</h2>\n${body.join('\n')}\n</section>`;
}

function badge({ exercise }: { exercise: boolean }): string {
  return exercise ? '<strong class="exercise">EXERCISE</strong> ' : '';
}

function erasure({ erasedAt }: { erasedAt?: string }): string {
  return erasedAt === undefined ? '' : escaped(`; personal data erased on ${erasedAt.slice(0, 10)}`);
}

function recordGroup({ id, title, citation, facts: items, tables }: RecordGroup): string {
  const heading = `<h3>${id} ${escaped(title)} <span class="cite">${escaped(citation)}</span></h3>`;
  return [heading, ...(items.length > 0 ? [facts(items)] : []), ...tables.map(factTable)].join('\n');
}

function facts(items: Fact[]): string {
  const rows = items.map(({ name, citation, value }) => {
    const cited = citation === undefined ? '' : ` <span class="cite">${escaped(citation)}</span>`;
    return `<dt>${escaped(name)}${cited}</dt><dd>${shown(value)}</dd>`;
  });
  return `<dl>\n${rows.join('\n')}\n</dl>`;
}

function factTable({ title, columns, rows }: FactTable): string {
  if (rows.length === 0) return `<h4>${escaped(title)}</h4>\n<p>none</p>`;
  return table(
    title,
    columns,
    rows.map((row) => row.map(shown)),
  );
}

function entries(list: DocumentEntry[]): string {
  const rows = list.map(({ position, at, account, hash, by, withheld, erased }) => [
    String(position),
    escaped(instant(at)),
    `${text(account)}<span class="hash">${hash}</span>${fieldList('withheld', withheld)}${fieldList('erased', erased)}`,
    shown(by),
  ]);
  return table(
    `Entries: ${count(list.length, 'entry')}`,
    ['Position', 'Time', 'What happened, and the entry’s hash', 'By'],
    rows,
    'entries',
  );
}

function fieldList(what: 'withheld' | 'erased', pointers: string[]): string {
  if (pointers.length === 0) return '';
  return `<span class="fields">${sentence(what)}: ${text(pointers.join(' '))}</span>`;
}

function table(caption: string, columns: string[], rows: string[][], style?: string): string {
  const head = columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  const of = style ? ` class="${style}"` : '';
  return `<div class="wide" tabindex="0"><table${of}>\n<caption>${escaped(caption)}</caption>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
}

function verification(document: RegisterDocument): string {
  const { log } = document;
  const parts = howToVerify(document).map((each) => `<p>${text(each)}</p>`);
  if (log) {
    parts.push(`<h3>Verifier key</h3>\n<pre>${text(log.verifierKey)}</pre>`);
    if (log.checkpoint) parts.push(`<h3>Checkpoint</h3>\n<pre>${text(log.checkpoint)}</pre>`);
    if (log.verifyWith.length > 0) parts.push(`<h3>Commands</h3>\n<pre>${text(log.verifyWith.join('\n'))}</pre>`);
  }
  return section('verify', 'How to verify this', parts, 'brief');
}

/** A value; what is no value is told apart by its looks and its words. */
function shown(value: Value): string {
  return value.is === 'known' ? text(value.text) : `<span class="${value.is}">${escaped(said(value))}</span>`;
}

/** Text from outside: its direction stays its own. */
function text(value: string): string {
  return `<bdi>${escaped(value)}</bdi>`;
}

function escaped(value: string): string {
  return visible(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
