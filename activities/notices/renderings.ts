/** The renderings of a notice: in each language in which all of it can be said, as counsel edited it where somebody did. */
import type { ContentValue } from '../../domain/incident/content-value';
import type { Rendering } from '../../domain/incident/evidence';
import type { Line } from '../../domain/incident/said';
import { canSay } from '../../domain/incident/say/say';
import { untranslated } from '../../domain/incident/translations';
import { canonicalText } from '../../register/canonical';
import type { ArtefactStore } from '../storage/artefacts';
import type { DraftInput } from '../types';
import type { FrozenNotice } from './frozen-notice';
import { type RenderedNotice, renderMarkdown, renderNotice } from './render';
import { templateData } from './template-data';
import type { Template } from './templates';

/** One frozen rendering with what stands in it. */
export interface Drafted {
  notice: RenderedNotice;
  rendering: Rendering;
}

/** Where what was rendered is kept, and how a notice is: its bytes as they go out, by their hash. */
export interface Frozen {
  artefacts: ArtefactStore;
  freeze(notice: FrozenNotice): Promise<string>;
}

/** Languages that it is not offered in, with the number of texts that nobody has translated. */
export type Untranslated = Record<string, number>;

/**
 * Renders and freezes a notice in every language that is offered. English always is; another one when every text of the
 * facts is given in it, or when a person wrote the whole notice in it: no heading stands over facts in another language
 * (GDPR Art. 34(2)).
 */
export async function renderAll(
  { artefacts, freeze }: Frozen,
  input: DraftInput,
  templates: Template[],
  organisation: string,
): Promise<{ drafted: Drafted[]; untranslated: Untranslated }> {
  const drafted: Drafted[] = [];
  const lacking: Untranslated = {};
  for (const template of templates) {
    const { language } = template;
    const edit = input.edits?.find((each) => each.language === language);
    const offered = isOffered(language, input.contents);
    if (!edit && !offered) {
      lacking[language] = untranslated(allLines(input.contents), language).length;
      continue;
    }
    const generated = offered
      ? renderNotice(template, templateData(template, input, organisation), input.exercise)
      : undefined;
    const generatedSha256 = generated && (await freeze(generated));
    const { name, sha256: templateSha256 } = template;
    if (edit) {
      const notice = renderMarkdown({ language, subject: edit.subject, source: edit.body, exercise: input.exercise });
      const sha256 = await freeze(notice);
      const edited = generatedSha256 ? { of: generatedSha256 } : {};
      drafted.push({ notice, rendering: { language, sha256, template: name, templateSha256, edited } });
    } else {
      const own = await ownRenderings({ artefacts, freeze }, input, template, organisation);
      const rendering = { language, sha256: generatedSha256!, template: name, templateSha256, ...(own && { own }) };
      drafted.push({ notice: generated!, rendering });
    }
  }
  return { drafted, untranslated: lacking };
}

function isOffered(language: string, contents: ContentValue[]): boolean {
  return language === 'en' || canSay(allLines(contents), language);
}

function allLines(contents: ContentValue[]): Line[] {
  return contents.flatMap(({ said = [], own }) => [...said, ...Object.values(own?.of ?? {}).flat()]);
}

/**
 * The notices of single workspaces that are told their own numbers, each frozen; their list is frozen too, and named by its
 * hash: what was approved is what each of them gets.
 */
async function ownRenderings(
  { artefacts, freeze }: Frozen,
  input: DraftInput,
  template: Template,
  organisation: string,
): Promise<Rendering['own']> {
  const workspaces = [...new Set(input.contents.flatMap(({ own }) => Object.keys(own?.of ?? {})))].sort();
  if (workspaces.length === 0) return undefined;
  const hashes: Record<string, string> = {};
  for (const workspace of workspaces) {
    const contents = input.contents.map((content) =>
      content.own?.of[workspace] ? { ...content, said: content.own.of[workspace] } : content,
    );
    const notice = renderNotice(template, templateData(template, { ...input, contents }, organisation), input.exercise);
    hashes[workspace] = await freeze(notice);
  }
  const sha256 = await artefacts.put(Buffer.from(canonicalText(hashes), 'utf8'), input.incidentId);
  return { sha256, count: workspaces.length };
}
