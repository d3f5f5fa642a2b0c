import type { Rendering } from '../../domain/incident/evidence';
import { languageName } from '../../domain/incident/say/say';
import type { Log } from '../../platform/log';
import type { DirectoryPort } from '../directory/directory-port';
import { failure } from '../failures';
import { askBeforeSending, type BeforeSending, notesBeforeSending } from '../mail/before-sending';
import { EXERCISE_PREFIX } from '../mail/exercise-mail';
import type { Sender } from '../mail/mail-port';
import type { ArtefactStore } from '../storage/artefacts';
import { incidentPath, obligationPath, type Site } from '../storage/site';
import type { DraftInput, DraftResult } from '../types';
import { buildDossier } from './dossier';
import { dossierLanguages } from './dossier-languages';
import { type FrozenSender, freezeNotice } from './frozen-notice';
import { asHtml } from './inert';
import { page } from './pages';
import { phrasesOf } from './phrases';
import { countRecipients, reachOf } from './reach';
import { renderNotice } from './render';
import { type Drafted, type Frozen, renderAll, type Untranslated } from './renderings';
import { templateData } from './template-data';
import { readingFor, readTemplates, type Template } from './templates';

/** What drafting needs. `organisation`: the name for notices whose contents do not hold it. `sender`: who a mail is from. */
export interface DraftDeps {
  artefacts: ArtefactStore;
  site: Site;
  organisation: () => Promise<string>;
  directory: Pick<DirectoryPort, 'read'>;
  sender?: Sender;
  /** Where readers of status mails unsubscribe. */
  unsubscribe?: string | undefined;
  /** Who says how the provider takes mail from that sender, and to whom it delivers none; without it the preview says nothing of that. */
  before?: BeforeSending;
  log: Log;
  templatesDir?: string;
}

/**
 * Drafts a notice or a dossier and freezes its bytes in the artefact store. Nothing is sent. The same input and
 * templates give the same hashes. Throws TemplateFault when a template is missing or does not render.
 */
export async function draftNotice(deps: DraftDeps, input: DraftInput): Promise<DraftResult> {
  const templates = await readTemplates(input.template, deps.templatesDir);
  const organisation = await deps.organisation();
  if (input.channel === 'filing') return draftDossiers(deps, input, templates, organisation);
  const { artefacts } = deps;
  const sender = input.channel === 'email' ? senderOf(deps, input) : undefined;
  // Of nothing else: those concerned are told, whether they like it or not.
  const unsubscribe = input.audience?.recipient.to === 'status-subscribers' ? deps.unsubscribe : undefined;
  const freeze: Frozen['freeze'] = (notice) =>
    freezeNotice(artefacts, input.incidentId, notice, sender, sender && unsubscribe);
  const frozen: Frozen = { artefacts, freeze };
  const { drafted, untranslated } = await renderAll(frozen, input, templates, organisation);
  const renderings = drafted.map(({ rendering }) => rendering);
  const answers = sender && deps.before ? await askBeforeSending(deps.before, sender) : undefined;
  const found = await countRecipients(deps, input, answers?.suppressed?.addresses);
  const before = answers ? notesBeforeSending(answers, found?.suppressed) : [];
  const urls: string[] = [];
  for (const each of drafted) {
    const preview = previewPage(input, each, {
      all: renderings,
      untranslated,
      sender,
      configured: deps.sender,
      before,
    });
    urls.push(await deps.site.write(previewPath(input, each.rendering.language), preview));
  }
  return {
    renderings,
    url: urls[0]!,
    ...(found && { reach: reachOf(found, renderings) }),
    ...(Object.keys(untranslated).length > 0 && { untranslated }),
  };
}

/**
 * The dossier in English, and in a language of the authority that does not take English: once every text of the facts is
 * translated to it. Until then the English one lists what lacks.
 */
async function draftDossiers(
  deps: DraftDeps,
  input: DraftInput,
  templates: Template[],
  organisation: string,
): Promise<DraftResult> {
  const folder = `dossiers/${incidentPath(input.incidentId)}/${obligationPath(input.obligation)}`;
  const { offered, lacking } = dossierLanguages(input, templates);
  const all = [english(templates), ...offered];
  const renderings: Rendering[] = [];
  const urls: string[] = [];
  for (const template of all) {
    const also = Object.fromEntries(all.flatMap((each) => (each === template ? [] : [[each.language, pageOf(each)]])));
    const data = dataOf(template);
    const notice = renderNotice(template, templateData(template, input, organisation), input.exercise);
    const beside = { titles: template.titles, also, data, ...(template === all[0] && { untranslated: lacking }) };
    const { html, json } = buildDossier(input, notice, readingFor(template, input.authority), beside);
    await deps.artefacts.put(Buffer.from(json, 'utf8'), input.incidentId);
    const sha256 = await deps.artefacts.put(Buffer.from(html, 'utf8'), input.incidentId);
    await deps.site.write(`${folder}/${data}`, json);
    urls.push(await deps.site.write(`${folder}/${pageOf(template)}`, html));
    renderings.push(renderingOf(template, sha256));
  }
  const untranslated = Object.entries(lacking).map(([language, texts]) => [language, texts.length]);
  return {
    renderings,
    url: urls[0]!,
    ...(untranslated.length > 0 && { untranslated: Object.fromEntries(untranslated) }),
  };
}

/** The dossier that people open first is the English one. */
function pageOf({ language }: Template): string {
  return language === 'en' ? 'index.html' : `index.${language}.html`;
}

function dataOf({ language }: Template): string {
  return language === 'en' ? 'dossier.json' : `dossier.${language}.json`;
}

function english(templates: Template[]): Template {
  const template = templates.find(({ language }) => language === 'en');
  if (!template)
    throw failure(
      'TemplateFault',
      `template "${templates[0]!.name}" has no en.md: dossiers and the status page are always offered in English`,
    );
  return template;
}

function renderingOf({ language, name, sha256: templateSha256 }: Template, sha256: string): Rendering {
  return { language, sha256, template: name, templateSha256 };
}

/** Whom a mail is from: the sender that the incident has in place of the configured one, if any. */
function senderOf({ sender }: DraftDeps, input: DraftInput): FrozenSender | undefined {
  return input.sender ? { ...input.sender, instead: true } : sender;
}

/** `notices/<incident>/<obligation>-r<round>.<language>.html`. */
function previewPath({ incidentId, obligation, round }: DraftInput, language: string): string {
  return `notices/${incidentPath(incidentId)}/${obligationPath(obligation)}-r${round}.${language}.html`;
}

/** What a preview says beside one rendering. */
interface Beside {
  all: Rendering[];
  untranslated: Untranslated;
  sender: FrozenSender | undefined;
  configured: Sender | undefined;
  before: string[];
}

/** What whoever approves must know beside the text. */
function previewNotes(
  { edits = [] }: DraftInput,
  { language, own }: Rendering,
  { untranslated, sender, configured, before }: Beside,
): string[] {
  const edit = edits.find((each) => each.language === language);
  const lacking = Object.entries(untranslated).map(
    ([other, texts]) =>
      `Not offered in ${named(other)}: ${texts} texts are not translated. Who reads ${named(other)} gets this notice in English.`,
  );
  const instead = sender?.instead && configured ? `, in place of the configured sender ${configured.from}` : '';
  return [
    ...(sender ? [`From ${sender.from}${instead}${sender.replyTo ? `, answers to ${sender.replyTo}` : ''}.`] : []),
    ...before,
    ...(edit ? [`Edited by ${edit.by}.`] : []),
    ...(own ? [`${own.count} workspaces get the same notice with their own number of individuals.`] : []),
    ...lacking,
  ];
}

/** A language as whoever approves the notice reads it. */
function named(language: string): string {
  return languageName(language, { locale: 'en' });
}

/** What a person approves: the notice in one language, with the hash of the bytes that will go out. */
function previewPage(input: DraftInput, { notice, rendering }: Drafted, beside: Beside): string {
  const links = beside.all.map(({ language }) => {
    const file = previewPath(input, language).split('/').at(-1)!;
    return language === rendering.language
      ? `<strong>${asHtml(named(language))}</strong>`
      : `<a href="${encodeURIComponent(file)}">${asHtml(named(language))}</a>`;
  });
  const subject = notice.subject.startsWith(EXERCISE_PREFIX)
    ? notice.subject.slice(EXERCISE_PREFIX.length)
    : notice.subject;
  const mainHtml = `<p class="lead">Draft for approval · ${asHtml(input.title)} · ${asHtml(input.citation)} · in ${links.join(', ')}</p>
<h1>${asHtml(subject)}</h1>
${notice.bodyHtml.trim()}
<footer>${asHtml(previewNotes(input, rendering, beside).join(' '))}<br>Template <code>${asHtml(rendering.template)}</code> · frozen as SHA-256 <code>${rendering.sha256}</code></footer>`;
  const banner = input.exercise ? phrasesOf(rendering.language).exercise : undefined;
  return page({ language: rendering.language, title: notice.subject, mainHtml, banner });
}
