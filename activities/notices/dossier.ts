/** The dossier that a person files at an authority: every field that its form asks for, in HTML and JSON. */
import type { ContentValue } from '../../domain/incident/content-value';
import { FACTS_EDITION } from '../../domain/incident/facts/codes';
import { citeIn } from '../../domain/incident/say/citations';
import type { DossierWords } from '../../domain/incident/say/dossier/words';
import { languageName, type Reading, sayInstant, sayNumber, wordsOf } from '../../domain/incident/say/say';
import type { Instant } from '../../domain/kernel/time';
import { human } from '../../domain/kernel/time';
import type { Authority } from '../../domain/policy/pack';
import { canonicalText } from '../../register/canonical';
import { sha256Hex } from '../storage/artefacts';
import type { DraftInput } from '../types';
import { asHtml, clean, oneLine } from './inert';
import { linesHtml, page } from './pages';
import { phrasesOf } from './phrases';
import { valueText } from './template-data';

/** A dossier as files. `html` names the hash of `json`. */
export interface Dossier {
  html: string;
  json: string;
}

/**
 * How far a field is: `owed` are the reasons of a delay that has happened, `owed if late` of one that depends on the hour.
 * `nothing stated` is no answer: that nobody has spoken of processors or of police does not say that there are none.
 */
type FieldState =
  | 'established'
  | 'not yet established'
  | 'owed'
  | 'owed if late'
  | 'nothing stated'
  | 'not applicable at this stage';

/** What the record itself shows to be without an answer: no report before this one, no delay. */
const KNOWN_NOT_TO_APPLY: ReadonlySet<ContentValue['field']> = new Set(['earlier-reference', 'delay-reasons']);

interface Field {
  content: ContentValue;
  value: string | undefined;
  state: FieldState;
}

/** How one dossier stands beside the others. */
export interface DossierBeside {
  /** Titles of fields in the language of the dossier; a field without one keeps that of the pack. */
  titles?: Partial<Record<ContentValue['field'], string>>;
  /** The same report in other languages, by language: their files. */
  also?: Record<string, string>;
  /** Texts that nobody has translated to a language that the authority reads, by language. */
  untranslated?: Record<string, string[]>;
  /** The file of its data. */
  data?: string;
}

/**
 * Builds a dossier around the rendered cover text, in the language of its reading. The same input gives the same bytes.
 */
export function buildDossier(
  input: DraftInput,
  cover: { subject: string; bodyHtml: string },
  reading: Reading,
  { titles = {}, also = {}, untranslated = {}, data = 'dossier.json' }: DossierBeside = {},
): Dossier {
  const words = wordsOf(reading).dossier;
  const said: Said = { words, reading, titles, at: (instant) => instantText(instant, reading) };
  const fields = input.contents.map((content): Field => {
    const value = valueText(content, reading);
    return { content, value, state: stateOf(content, value, isOverdue(input)) };
  });
  const reference = fields.find(({ content }) => content.field === 'earlier-reference')?.value;
  const json = `${canonicalText(cleaned(dossierData(input, fields)))}\n`;
  const { exercise } = phrasesOf(reading.language);
  const mainHtml = `<h1>${asHtml(cover.subject)}</h1>
<p class="lead">${asHtml(citeIn(reading.language, input.citation))} · ${words.incident} ${asHtml(input.incidentId)} · ${purposeText(input, reference, words)} · ${words.asOf(said.at(input.at))}</p>
${alsoHtml(also, said)}${overdueHtml(input, fields, said)}${cover.bodyHtml.trim()}
<h2>${words.whereToFile}</h2>
<table>${authorityRows(input, said)}</table>
${untranslatedHtml(untranslated, said)}<h2>${words.whatToFile}</h2>
<p class="lead">${readyText(fields, said)}</p>
<table>${fields.map((field) => fieldRow(field, said)).join('\n')}</table>
<footer>${edpbText(fields, words)}${words.asData} <a href="${asHtml(data)}">${asHtml(data)}</a>, SHA-256 <code>${sha256Hex(json)}</code></footer>`;
  return {
    html: page({
      language: reading.language,
      title: cover.subject,
      mainHtml,
      banner: input.exercise ? exercise : undefined,
    }),
    json,
  };
}

/** Where a form has numbers of the EDPB's template, which edition they are of. */
function edpbText(fields: Field[], words: DossierWords): string {
  return fields.some(({ content }) => content.citation.includes('EDPB')) ? `${words.follows(FACTS_EDITION)} ` : '';
}

/** What says the parts of one dossier. */
interface Said {
  words: DossierWords;
  reading: Reading;
  titles: Partial<Record<ContentValue['field'], string>>;
  at(instant: Instant): string;
}

/** English keeps the short form of the register and the command line. */
function instantText(instant: Instant, reading: Reading): string {
  return reading.language === 'en' ? human(instant) : sayInstant(instant, reading);
}

function alsoHtml(also: Record<string, string>, said: Said): string {
  const links = Object.entries(also).map(
    ([language, file]) => `<a href="${encodeURIComponent(file)}">${asHtml(languageName(language, said.reading))}</a>`,
  );
  return links.length === 0 ? '' : `<p class="lead">${said.words.alsoIn} ${links.join(', ')}</p>\n`;
}

/** What stands between the authority and a report in its language. */
function untranslatedHtml(untranslated: Record<string, string[]>, said: Said): string {
  return Object.entries(untranslated)
    .map(([language, texts]) => {
      const items = texts.map((text) => `<li>${asHtml(text)}</li>`).join('');
      return `<h2>${asHtml(said.words.untranslated(languageName(language, said.reading)))}</h2>\n<ul>${items}</ul>\n`;
    })
    .join('');
}

/** What the law or the form demands is open until it is known; the rest may not apply. */
function stateOf(content: ContentValue, value: string | undefined, overdue: boolean): FieldState {
  if (value !== undefined) return 'established';
  if (content.owed) return content.owed === 'by-the-hour' ? 'owed if late' : 'owed';
  if (isDemanded(content)) return 'not yet established';
  // Whoever is late has a reason, also where the law does not ask for it.
  if (content.field === 'delay-reasons' && overdue) return 'nothing stated';
  return KNOWN_NOT_TO_APPLY.has(content.field) ? 'not applicable at this stage' : 'nothing stated';
}

function isDemanded({ optional, form, owed }: ContentValue): boolean {
  return !optional || form === true || owed !== undefined;
}

/** Ready is a report only with every field that the law or the form demands. */
function readyText(fields: Field[], { words, reading }: Said): string {
  const demanded = fields.filter(({ content }) => isDemanded(content));
  const open = demanded.filter(({ state }) => state !== 'established');
  const law = open.filter(({ content }) => !content.form).length;
  if (open.length === 0) return words.ready(sayNumber(demanded.length, reading));
  return words.notComplete(open.length, demanded.length, law);
}

function isOverdue({ at, incident }: DraftInput): boolean {
  return incident.dueAt !== undefined && at >= incident.dueAt;
}

/** A report that is late says so, and owes the reasons (GDPR Art. 33(1)): also a supplement to one that was filed late. */
function overdueHtml(input: DraftInput, fields: Field[], { words, at }: Said): string {
  const reasons = fields.find(({ content }) => content.field === 'delay-reasons');
  const { dueAt } = input.incident;
  const overdue =
    isOverdue(input) && dueAt !== undefined ? [words.overdue, words.wasDueOn(at(dueAt)), words.fileAtOnce] : [];
  const give = {
    owed: words.giveReasons,
    'owed if late': words.giveReasonsIfLate,
    established: reasons?.value && overdue.length > 0 ? words.reasonsBelow : '',
    'not yet established': '',
    'nothing stated': '',
    'not applicable at this stage': '',
  }[reasons?.state ?? 'not yet established'];
  const said = [...overdue, give].filter(Boolean);
  return said.length === 0 ? '' : `<p class="due">${said.join(' ')}</p>\n`;
}

/** The data with every text cleaned: canonical JSON takes no lone surrogates. */
function cleaned(data: object): unknown {
  return JSON.parse(JSON.stringify(data, (_name, value) => (typeof value === 'string' ? clean(value) : value)));
}

function dossierData(input: DraftInput, fields: Field[]) {
  const { authority } = input;
  return {
    format: 'tocsin-dossier/3',
    edition: FACTS_EDITION,
    exercise: input.exercise,
    incident: {
      id: input.incidentId,
      title: input.incident.title,
      severity: input.incident.severity,
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
function purposeText({ toldBefore }: DraftInput, reference: string | undefined, words: DossierWords): string {
  if (toldBefore === 0) return words.firstReport;
  return asHtml(words.supplement(toldBefore, reference && oneLine(reference)));
}

function authorityRows(input: DraftInput, said: Said): string {
  const { words } = said;
  const { rows } = words;
  const { authority, incident } = input;
  const due = incident.dueAt ? said.at(incident.dueAt) : words.states['not yet established'];
  const dueRow = row(isOverdue(input) ? rows.wasDue : rows.fileBefore, '', `<span class="due">${due}</span>`);
  if (!authority) {
    return row(rows.authority, '', `<span class="open">${asHtml(words.noAuthority)}</span>`) + dueRow;
  }
  const { address, noteIn = {} } = authority;
  const note = Object.fromEntries(Object.entries(noteIn).map(([language, text]) => [language, [text!]]));
  const shown = /^https:\/\/[^\s<>"']+$/.test(address)
    ? `<a href="${asHtml(address)}" rel="noreferrer">${asHtml(address)}</a>`
    : asHtml(address);
  return [
    row(rows.authority, '', `${asHtml(authority.name)} (${asHtml(authority.country)})`),
    row(rows.howToFile, '', `${asHtml(words.via[authority.via])}${words.colon} ${shown}`),
    row(rows.language, '', languageHtml(authority, said)),
    ...inReading(authority.needs, authority.needsIn, said).map((need) => row(rows.needed, '', asHtml(need))),
    row(rows.source, '', asHtml(words.confirmed[authority.confirmed])),
    ...inReading(authority.note && [authority.note], note, said).map((text) => row(rows.note, '', asHtml(text))),
    dueRow,
  ].join('\n');
}

/** What is kept of an authority in English and other languages; where it lacks in this one, that the English dossier has it. */
function inReading(
  english: string[] | undefined | '',
  others: Partial<Record<string, string[]>> | undefined,
  { words, reading }: Said,
): string[] {
  if (!english) return [];
  const { inEnglish } = words;
  return others?.[reading.language] ?? (inEnglish === undefined ? english : english.map(() => inEnglish));
}

/** Where the authority wants another language than this one, a person translates before filing. */
function languageHtml({ languages }: Authority, said: Said): string {
  const accepted = languages.map((language) => languageName(language, said.reading)).join(', ');
  return languages.includes(said.reading.language)
    ? asHtml(accepted)
    : `<span class="open">${asHtml(said.words.translate(accepted))}</span>`;
}

function fieldRow({ content, value, state }: Field, said: Said): string {
  const { words, reading, titles } = said;
  const shown =
    value === undefined
      ? `<span class="open">${asHtml(state === 'established' ? '' : words.states[state])}</span>`
      : linesHtml(value);
  const { established } = content;
  const by = established
    ? `<span class="cite">${asHtml([entryText(established.entry, words), established.by && words.by(personText(established.by, words)), established.at && said.at(established.at)].filter(Boolean).join(', '))}</span>`
    : '';
  const title = titles[content.field] ?? content.title;
  return row(title, citeIn(reading.language, content.citation), `${shown}${by}`);
}

/** Who holds a handle that names a role; anybody else as the register names them. */
function personText(handle: string, { roles }: DossierWords): string {
  return Object.hasOwn(roles, handle) ? roles[handle]! : handle;
}

/** `assessment 2` with its kind in words; of the policy, which the data names, that these are the organisation's own details. */
function entryText(entry: string, { entries }: DossierWords): string {
  if (entry.startsWith('policy ')) return entries.policy!;
  return entry.replace(/^[a-z]+/, (kind) => (Object.hasOwn(entries, kind) ? entries[kind]! : kind));
}

function row(title: string, citation: string, valueHtml: string): string {
  return `<tr><th scope="row">${asHtml(oneLine(title))}${citation ? `<span class="cite">${asHtml(citation)}</span>` : ''}</th><td>${valueHtml}</td></tr>`;
}
