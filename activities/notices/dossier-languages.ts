/** In which languages a dossier is offered beside English: those of an authority that does not take English. */
import { canSay } from '../../domain/incident/say/say';
import { untranslated } from '../../domain/incident/translations';
import type { DraftInput } from '../types';
import type { Template } from './templates';

/** `lacking`: the texts that nobody has translated, by the language in which the dossier is not offered for that. */
export function dossierLanguages(
  { authority, contents }: DraftInput,
  templates: Template[],
): { offered: Template[]; lacking: Record<string, string[]> } {
  const read = authority?.languages ?? [];
  if (read.includes('en')) return { offered: [], lacking: {} };
  const lines = contents.flatMap(({ said = [] }) => said);
  const wanted = templates.filter(({ language }) => read.includes(language));
  const lacking = wanted
    .filter(({ language }) => !canSay(lines, language))
    .map(({ language }) => [language, untranslated(lines, language)] as const);
  return {
    offered: wanted.filter(({ language }) => canSay(lines, language)),
    lacking: Object.fromEntries(lacking),
  };
}
