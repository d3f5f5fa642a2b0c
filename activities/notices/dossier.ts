/** The dossier that a person files at an authority: every field that its form asks for, in HTML and JSON. */
import { type ContentValue, human } from '../../domain/incident/contents';
import { FACTS_EDITION } from '../../domain/incident/facts/codes';
import { type Reading, sayNumber } from '../../domain/incident/say/say';
import type { Authority } from '../../domain/policy/pack';
import { canonicalText } from '../../register/canonical';
import { sha256Hex } from '../storage/artefacts';
import type { DraftInput } from '../types';
import { asHtml, clean, oneLine } from './inert';
import { linesHtml, page } from './pages';
import { phrasesOf } from './phrases';
import { valueText } from './template-data';

const LANGUAGE = 'en';
const CONFIRMED = {
  V: 'read at the source',
  S: 'from a secondary source: confirm before filing',
  R: 'from memory: confirm before relying on it',
} as const;
const VIA = { portal: 'online portal', form: 'form', email: 'email', site: "see the authority's site" } as const;

/** A dossier as files. `html` names the hash of `json`. */
export interface Dossier {
  html: string;
  json: string;
}

/** How far a field is: `owed` are the reasons of a delay that has happened. */
type FieldState = 'established' | 'not yet established' | 'owed' | 'not applicable at this stage';

interface Field {
  content: ContentValue;
  value: string | undefined;
  state: FieldState;
}

/** Builds a dossier around the rendered cover text. The same input gives the same bytes. */
export function buildDossier(
  input: DraftInput,
  cover: { subject: string; bodyHtml: string },
  reading: Reading,
): Dossier {
  const fields = input.contents.map((content): Field => {
    const value = valueText(content, reading);
    return { content, value, state: stateOf(content, value) };
  });
  const reference = fields.find(({ content }) => content.field === 'earlier-reference')?.value;
  const json = `${canonicalText(cleaned(dossierData(input, fields)))}\n`;
  const { exercise } = phrasesOf(LANGUAGE);
  const mainHtml = `<h1>${asHtml(cover.subject)}</h1>
<p class="lead">${asHtml(input.citation)} · incident ${asHtml(input.incidentId)} · ${purposeText(input, reference)} · as of ${human(input.at)}</p>
${overdueHtml(input, fields)}${cover.bodyHtml.trim()}
<h2>Where to file</h2>
<table>${authorityRows(input)}</table>
<h2>What to file</h2>
<p class="lead">${readyText(fields, reading)}</p>
<table>${fields.map(fieldRow).join('\n')}</table>
<footer>Fields with EDPB numbers follow the EDPB common template (${FACTS_EDITION}). This report as data: <a href="dossier.json">dossier.json</a>, SHA-256 <code>${sha256Hex(json)}</code></footer>`;
  return {
    html: page({ language: LANGUAGE, title: cover.subject, mainHtml, banner: input.exercise ? exercise : undefined }),
    json,
  };
}

/** What the law or the form demands is open until it is known; the rest may not apply. */
function stateOf({ optional, form, owed }: ContentValue, value: string | undefined): FieldState {
  if (value !== undefined) return 'established';
  if (owed) return 'owed';
  return optional && !form ? 'not applicable at this stage' : 'not yet established';
}

/** Ready is a report only with every field that the law or the form demands. */
function readyText(fields: Field[], reading: Reading): string {
  const demanded = fields.filter(({ state }) => state !== 'not applicable at this stage');
  const open = demanded.filter(({ state }) => state !== 'established');
  const law = open.filter(({ content }) => !content.form).length;
  const number = (n: number) => sayNumber(n, reading);
  if (open.length === 0) return `Ready: all ${number(demanded.length)} required fields are established.`;
  return `Not complete: ${number(open.length)} of ${number(demanded.length)} required fields are not yet established, ${number(law)} of them required by law. Do not hold the first report back for them: file it as incomplete; they follow in a supplement.`;
}

function isOverdue({ at, incident }: DraftInput): boolean {
  return incident.dueAt !== undefined && at >= incident.dueAt;
}

/** A report that is late says so, and owes the reasons (GDPR Art. 33(1)). */
function overdueHtml(input: DraftInput, fields: Field[]): string {
  const reasons = fields.find(({ content }) => content.field === 'delay-reasons');
  const owed = reasons?.state === 'owed';
  if (!isOverdue(input) && !owed) return '';
  const due = input.incident.dueAt ? ` It was due on ${human(input.incident.dueAt)}.` : '';
  const give = owed
    ? ' The reasons for the delay are owed: give them with the report.'
    : reasons?.value
      ? ' The reasons for the delay stand below.'
      : '';
  return `<p class="due">This report is overdue.${due} File it at once.${give}</p>\n`;
}

/** The data with every text cleaned: canonical JSON takes no lone surrogates. */
function cleaned(data: object): unknown {
  return JSON.parse(JSON.stringify(data, (_name, value) => (typeof value === 'string' ? clean(value) : value)));
}

function dossierData(input: DraftInput, fields: Field[]) {
  const { authority } = input;
  return {
    format: 'tocsin-dossier/2',
    edition: FACTS_EDITION,
    exercise: input.exercise,
    incident: {
      id: input.incidentId,
      title: input.incident.title,
      severity: input.incident.severity,
      status: input.incident.status,
      detectedAt: input.incident.detectedAt,
    },
    obligation: input.obligation,
    title: input.title,
    citation: input.citation,
    pack: input.pack,
    round: input.round,
    purpose: input.purpose,
    toldBefore: input.toldBefore,
    asOf: input.at,
    dueAt: input.incident.dueAt ?? null,
    overdue: isOverdue(input),
    authority: authority ? { ...authority, note: authority.note ?? null } : null,
    fields: fields.map(({ content, value, state }) => ({
      field: content.field,
      title: content.title,
      citation: content.citation,
      demandedBy: content.form ? 'form' : content.optional ? null : 'law',
      value: value ?? null,
      state,
      established: content.established ?? null,
    })),
  };
}

/** A first report is none that adds to another, whatever came before it was required. */
function purposeText({ toldBefore }: DraftInput, reference: string | undefined): string {
  if (toldBefore === 0) return 'first report';
  return `supplement ${toldBefore}${reference ? ` to the report filed under ${asHtml(oneLine(reference))}` : ' to the first report'}`;
}

function authorityRows(input: DraftInput): string {
  const { authority, incident } = input;
  const due = incident.dueAt ? human(incident.dueAt) : phrasesOf(LANGUAGE).notYetEstablished;
  const dueRow = row(isOverdue(input) ? 'Was due' : 'File before', '', `<span class="due">${due}</span>`);
  if (!authority) {
    return (
      row(
        'Authority',
        '',
        '<span class="open">not yet determined: find out where the affected people live; the deadline runs regardless</span>',
      ) + dueRow
    );
  }
  const { address } = authority;
  const shown = /^https:\/\/[^\s<>"']+$/.test(address)
    ? `<a href="${asHtml(address)}" rel="noreferrer">${asHtml(address)}</a>`
    : asHtml(address);
  return [
    row('Authority', '', `${asHtml(authority.name)} (${asHtml(authority.country)})`),
    row('How to file', '', `${VIA[authority.via]}: ${shown}`),
    row('Language', '', languageHtml(authority)),
    ...(authority.needs ?? []).map((need) => row('Needed to file', '', asHtml(need))),
    row('Source of these details', '', CONFIRMED[authority.confirmed]),
    ...(authority.note ? [row('Note', '', asHtml(authority.note))] : []),
    dueRow,
  ].join('\n');
}

/** These labels and texts are English: where the authority wants another language, a person translates before filing. */
function languageHtml({ languages }: Authority): string {
  const names = new Intl.DisplayNames([LANGUAGE], { type: 'language' });
  const accepted = languages.map((language) => names.of(language) ?? language).join(', ');
  return languages.includes(LANGUAGE)
    ? asHtml(accepted)
    : `<span class="open">${asHtml(accepted)}: this dossier is in English, translate the answers before you file them</span>`;
}

function fieldRow({ content, value, state }: Field): string {
  const shown =
    value === undefined
      ? `<span class="open">${state === 'owed' ? 'owed: the report is late' : state}</span>`
      : linesHtml(value);
  const { established } = content;
  const by = established
    ? `<span class="cite">${asHtml([established.entry, established.by && `by ${established.by}`, established.at && human(established.at)].filter(Boolean).join(', '))}</span>`
    : '';
  return row(content.title, content.citation, `${shown}${by}`);
}

function row(title: string, citation: string, valueHtml: string): string {
  return `<tr><th scope="row">${asHtml(oneLine(title))}${citation ? `<span class="cite">${asHtml(citation)}</span>` : ''}</th><td>${valueHtml}</td></tr>`;
}
