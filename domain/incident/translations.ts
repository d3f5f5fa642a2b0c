/**
 * Texts that people wrote, in other languages. A translation belongs to the words that it translates: when they change, it
 * is gone, and the language is not offered until somebody has translated the new ones.
 */
import { z } from 'zod';
import { LanguageSchema } from '../kernel/language';
import { text } from '../kernel/text';
import { type Line, SOURCE_LANGUAGE, type Texts, textsIn } from './said';
import { inBook } from './say/phrasebook';

/** A language that facts are translated to; they are written in English. */
export const TranslatedLanguageSchema = LanguageSchema.refine(
  (language) => language !== SOURCE_LANGUAGE,
  `facts are written in ${SOURCE_LANGUAGE}: correct them with assess`,
);

/** One text as it stands in the facts, and what it is in the other language. */
export const TranslatedTextSchema = z.strictObject({ of: text(4000), is: text(4000) });
export type TranslatedText = z.infer<typeof TranslatedTextSchema>;

/** By language, then by the text that is translated. */
export type Translations = Record<string, Record<string, string>>;

/** A text with all its translations: those of the phrasebook, and what persons gave, which wins. */
export function inLanguages(source: string, translations: Translations | undefined): Texts {
  const found = Object.entries(translations ?? {}).flatMap(([language, texts]) =>
    Object.hasOwn(texts, source) ? [[language, texts[source]!] as const] : [],
  );
  return { ...inBook(source), ...Object.fromEntries(found), [SOURCE_LANGUAGE]: source };
}

/** The texts of lines that are not given in a language yet, each once. */
export function untranslated(lines: Line[], language: string): string[] {
  const open = lines.flatMap(textsIn).filter((each) => each[language] === undefined);
  return [...new Set(open.map((each) => each[SOURCE_LANGUAGE]))];
}

export function withTranslations(
  before: Translations | undefined,
  { language, texts, translations }: { language: string; texts: string[]; translations: string[] },
): Translations {
  const added = Object.fromEntries(texts.map((text, i) => [text, translations[i] ?? text]));
  return { ...before, [language]: { ...before?.[language], ...added } };
}
