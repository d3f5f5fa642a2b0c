/** The dossier that a person files at an authority: every field that the law asks for, in HTML and JSON. */
import { human } from '../../domain/incident/contents';
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

/** Builds a dossier around the rendered cover text. The same input gives the same bytes. */
export function buildDossier(input: DraftInput, cover: { subject: string; bodyHtml: string }): Dossier {
  const json = `${canonicalText(cleaned(dossierData(input)))}\n`;
  const { notYetEstablished, notApplicable, exercise } = phrasesOf(LANGUAGE);
  const rows = input.contents.map((content) => {
    const value = valueText(content);
    const shown =
      value === undefined
        ? `<span class="open">${content.optional ? notApplicable : notYetEstablished}</span>`
        : linesHtml(value);
    return row(content.title, content.citation, shown);
  });
  const open = input.contents.filter((content) => valueText(content) === undefined && !content.optional).length;
  const mainHtml = `<h1>${asHtml(cover.subject)}</h1>
<p class="lead">${asHtml(input.citation)} · incident ${asHtml(input.incidentId)} · ${purposeText(input)} · as of ${human(input.at)}</p>
${cover.bodyHtml.trim()}
<h2>Where to file</h2>
<table>${authorityRows(input.authority, input.incident.dueAt ? human(input.incident.dueAt) : notYetEstablished)}</table>
<h2>What to file</h2>
<p class="lead">${input.contents.length - open} of ${input.contents.length} fields are ready${open ? `; ${open} ${notYetEstablished}: the first report does not wait for them, they follow in a supplement` : ''}.</p>
<table>${rows.join('\n')}</table>
<footer>This report as data: <a href="dossier.json">dossier.json</a>, SHA-256 <code>${sha256Hex(json)}</code></footer>`;
  return {
    html: page({ language: LANGUAGE, title: cover.subject, mainHtml, banner: input.exercise ? exercise : undefined }),
    json,
  };
}

/** The data with every text cleaned: canonical JSON takes no lone surrogates. */
function cleaned(data: object): unknown {
  return JSON.parse(JSON.stringify(data, (_name, value) => (typeof value === 'string' ? clean(value) : value)));
}

function dossierData(input: DraftInput) {
  const { authority } = input;
  return {
    format: 'tocsin-dossier/1',
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
    asOf: input.at,
    dueAt: input.incident.dueAt ?? null,
    authority: authority
      ? {
          key: authority.key,
          name: authority.name,
          country: authority.country,
          via: authority.via,
          address: authority.address,
          languages: authority.languages,
          confirmed: authority.confirmed,
          note: authority.note ?? null,
        }
      : null,
    fields: input.contents.map((content) => {
      const value = valueText(content);
      const { notYetEstablished, notApplicable } = phrasesOf(LANGUAGE);
      const state = value !== undefined ? 'established' : content.optional ? notApplicable : notYetEstablished;
      return {
        field: content.field,
        title: content.title,
        citation: content.citation,
        value: value ?? null,
        state,
      };
    }),
  };
}

function purposeText(input: DraftInput): string {
  const earlier = input.contents.find((content) => content.field === 'earlier-reference');
  const reference = earlier && valueText(earlier);
  if (input.purpose === 'first' || input.purpose === 'new-recipients') return 'first report';
  return `supplement ${input.round - 1}${reference ? ` to the report filed under ${asHtml(oneLine(reference))}` : ' to the first report'}`;
}

function authorityRows(authority: Authority | undefined, due: string): string {
  const dueRow = row('File before', '', `<span class="due">${due}</span>`);
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
    row('Accepted languages', '', asHtml(authority.languages.join(', '))),
    row('Source of these details', '', CONFIRMED[authority.confirmed]),
    ...(authority.note ? [row('Note', '', asHtml(authority.note))] : []),
    dueRow,
  ].join('\n');
}

function row(title: string, citation: string, valueHtml: string): string {
  return `<tr><th scope="row">${asHtml(oneLine(title))}${citation ? `<span class="cite">${asHtml(citation)}</span>` : ''}</th><td>${valueHtml}</td></tr>`;
}
